import type { Sql, Transactions } from '../database/transactions';
import type { RunFacts } from './job';
import type { JobRun, RunStatus } from './job-run';
import * as statements from './job-run-statements';

/** What came of a start by hand. */
export type Started =
  | { readonly kind: 'started' | 'taken_over'; readonly runId: string }
  | { readonly kind: 'already_running'; readonly runId: string };

/** Who wants to hold a run, and for how long before it counts as dead. */
export interface Holder {
  readonly worker: string;
  readonly leaseSeconds: number;
}

/** The run of a tick; SKIPPED when the one before was still going. */
export interface InsertedTick {
  readonly id: string;
  readonly status: RunStatus;
}

/** A job with the moment it last finished, in seconds since the epoch. */
export interface LastFinished {
  readonly job: string;
  readonly seconds: number;
}

interface RunRow {
  readonly id: string;
  readonly job: string;
  readonly tick: Date | null;
  readonly status: RunStatus;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly started_by: string | null;
  readonly counts: Record<string, number>;
}

/** Runs of jobs. Times are those of the database. */
export class JobRunRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Since when ticks of the job count, and the time of the database. */
  async lastTick(job: string): Promise<{ readonly since: Date; readonly now: Date }> {
    await this.transactions.query(statements.NOTE_SCHEDULE, [job]);
    const [row] = await this.transactions.query<{ since: Date; now: Date }>(statements.LAST_TICK, [job]);
    if (row === undefined) throw new Error('A schedule that was just noted is missing.');
    return row;
  }

  /** Records a tick; undefined when another worker was faster. */
  async insertTick(job: string, tick: Date, startedBy: string): Promise<InsertedTick | undefined> {
    const [row] = await this.transactions.query<{ id: string; status: RunStatus }>(statements.INSERT_TICK, [
      job,
      tick.toISOString(),
      startedBy,
    ]);
    return row;
  }

  async running(job: string): Promise<RunFacts | undefined> {
    const [row] = await this.transactions.query<RunRow & Record<string, unknown>>(statements.RUNNING, [job]);
    if (row === undefined) return undefined;
    return { id: row.id, job: row.job, byHand: row.tick === null, startedAt: row.started_at };
  }

  /** Starts a run by hand, or takes over one whose holder is gone. */
  async start(job: string, startedBy: string, holder: Holder): Promise<Started> {
    for (;;) {
      const started = await this.tryToStart(job, startedBy, holder);
      // Somebody inserted a run after we looked: look again at what stands there now.
      if (started !== undefined) return started;
    }
  }

  /** Starts a run that the workers will find, and notes who asked for it; nothing while one is going. */
  async startOnRequest(job: string, startedBy: string): Promise<JobRun | undefined> {
    const [row] = await this.transactions.query<RunRow & Record<string, unknown>>(
      statements.INSERT_ON_REQUEST,
      [job, startedBy],
    );
    return row === undefined ? undefined : jobRun(row);
  }

  private tryToStart(job: string, startedBy: string, holder: Holder): Promise<Started | undefined> {
    return this.transactions.inTransaction(async (sql) => {
      const running = await lockRunning(sql, job);
      if (running === undefined) {
        const [inserted] = await sql.query<{ id: string }>(statements.INSERT_BY_HAND, [
          job,
          startedBy,
          holder.worker,
          holder.leaseSeconds,
        ]);
        return inserted === undefined ? undefined : { kind: 'started', runId: inserted.id };
      }
      if (running.living) return { kind: 'already_running', runId: running.id };
      await sql.query(statements.TAKE_LEASE, [running.id, holder.worker, holder.leaseSeconds]);
      return { kind: 'taken_over', runId: running.id };
    });
  }

  /** Takes or renews the lease; false when another living worker holds the run, or it is over. */
  async takeLease(runId: string, { worker, leaseSeconds }: Holder): Promise<boolean> {
    const rows = await this.transactions.query(statements.TAKE_LEASE, [runId, worker, leaseSeconds]);
    return rows.length > 0;
  }

  async giveUpLease(runId: string, worker: string): Promise<void> {
    await this.transactions.query(statements.GIVE_UP_LEASE, [runId, worker]);
  }

  /** Ends the run if this worker holds it and nothing of it is unfinished. */
  end(
    runId: string,
    worker: string,
    how: { readonly status: RunStatus; readonly unfinished: (sql: Sql) => Promise<boolean> },
  ): Promise<boolean> {
    return this.transactions.inTransaction(async (sql) => {
      const own = await sql.query(statements.LOCK_OWN_RUN, [runId, worker]);
      if (own.length === 0 || (await how.unfinished(sql))) return false;
      await sql.query(statements.END_RUN, [runId, how.status]);
      return true;
    });
  }

  /** Of each of these jobs; the statement says what stands for a job that never finished. */
  lastFinished(jobs: readonly string[]): Promise<readonly LastFinished[]> {
    return this.transactions.query<LastFinished & Record<string, unknown>>(statements.LAST_FINISHED, [jobs]);
  }

  async find(runId: string): Promise<JobRun | undefined> {
    const [row] = await this.transactions.query<RunRow & Record<string, unknown>>(statements.FIND, [runId]);
    return row === undefined ? undefined : jobRun(row);
  }

  /** Newest first. */
  async list(page: {
    readonly size: number;
    readonly offset: number;
  }): Promise<{ runs: JobRun[]; total: number }> {
    const rows = await this.transactions.query<RunRow & Record<string, unknown>>(statements.LIST, [
      page.size,
      page.offset,
    ]);
    const [count] = await this.transactions.query<{ total: number }>(statements.COUNT);
    return { runs: rows.map(jobRun), total: count?.total ?? 0 };
  }
}

async function lockRunning(sql: Sql, job: string): Promise<{ id: string; living: boolean } | undefined> {
  const [row] = await sql.query<{ id: string; living: boolean }>(statements.LOCK_RUNNING, [job]);
  return row;
}

function jobRun(row: RunRow): JobRun {
  return {
    id: row.id,
    job: row.job,
    tick: row.tick,
    status: row.status,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    startedBy: row.started_by,
    counts: row.counts,
  };
}
