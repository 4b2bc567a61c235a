import { Injectable } from '@nestjs/common';
import { type Sql, type Statement, Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import type { JobRun, RunFacts, RunStatus } from './job';

/** Another program may start a run without saying when. */
const COLUMNS = `r.id, r.job, r.tick, r.status, coalesce(r.started_at, r.inserted_at) AS started_at, r.finished_at, r.started_by,
  greatest(0, extract(epoch FROM coalesce(r.finished_at, now()) - coalesce(r.started_at, r.inserted_at)))::float8 AS took_seconds`;

/** Counts are summed from the workers' rows, also of a run that is over: a late row is not lost. */
export const WITH_COUNTS = `${COLUMNS}, coalesce((
  SELECT jsonb_object_agg(counter, n) FROM (
    SELECT counter, sum(n) AS n FROM mpi.job_run_counts WHERE run_id = r.id GROUP BY counter) AS counted), '{}') AS counts`;

/** The schedule of the job, locked for reading: a pause waits until what is started now is committed. */
const SCHEDULE = `schedule AS MATERIALIZED (
      SELECT paused_at IS NOT NULL AS paused FROM mpi.job_schedules WHERE job = $1::varchar FOR SHARE)`;

/**
 * A tick is one row, whichever worker inserts it first. While a run is going the tick is recorded as SKIPPED. While the
 * job is paused it is not recorded, so that the latest one is caught up afterwards.
 */
const INSERT_TICK: Statement = {
  name: 'insert_tick',
  text: `
    WITH ${SCHEDULE}
    INSERT INTO mpi.job_runs (job, tick, started_at, started_by, status, finished_at)
    SELECT $1::varchar, $2::timestamptz, now(), $3::uuid,
           CASE WHEN running THEN 'SKIPPED' ELSE 'RUNNING' END, CASE WHEN running THEN now() END
      FROM (SELECT EXISTS (SELECT FROM mpi.job_runs WHERE job = $1::varchar AND status = 'RUNNING') AS running) AS now_running
     WHERE NOT EXISTS (SELECT FROM schedule WHERE paused)
    ON CONFLICT DO NOTHING
    RETURNING id, status`,
};

const RUNNING: Statement = {
  name: 'running_run',
  text: `
    SELECT r.id, r.job, r.tick IS NULL AS "byHand", r.due_at_start IS NULL AS "isUncounted",
           greatest(coalesce(r.started_at, r.inserted_at), s.resumed_at) AS "activeSince",
           s.paused_at IS NOT NULL AS "isPaused"
      FROM mpi.job_runs AS r LEFT JOIN mpi.job_schedules AS s ON s.job = r.job
     WHERE r.job = $1::varchar AND r.status = 'RUNNING'`,
};

const IS_PAUSED: Statement = {
  name: 'is_job_paused',
  text: `
    SELECT paused_at IS NOT NULL AS paused FROM mpi.job_schedules WHERE job = $1::varchar FOR SHARE`,
};

/** Who is claimed already is not due any more. About: a claim between the count and this statement is counted twice. */
const COUNT_DUE_AT_START: Statement = {
  name: 'count_due_at_start',
  text: `
    UPDATE mpi.job_runs
       SET updated_at = now(), due_at_start = $2::bigint + coalesce(
             (SELECT sum(n) FROM mpi.job_run_counts WHERE run_id = $1::uuid AND counter = 'taken'), 0)
     WHERE id = $1::uuid AND due_at_start IS NULL`,
};

const LOCK_RUNNING: Statement = {
  name: 'lock_running_run',
  text: `
    SELECT id, coalesce(lease_until > now(), false) AS living
      FROM mpi.job_runs WHERE job = $1::varchar AND status = 'RUNNING' FOR UPDATE`,
};

const INSERT_BY_HAND: Statement = {
  name: 'insert_run_by_hand',
  text: `
    INSERT INTO mpi.job_runs (job, started_at, started_by, status, worker, lease_until)
    VALUES ($1::varchar, now(), $2::uuid, 'RUNNING', $3::varchar, now() + make_interval(secs => $4))
    ON CONFLICT DO NOTHING
    RETURNING id`,
};

/** A run that no worker holds yet: the first one to be woken will. None while another run is going or the job is paused. */
const INSERT_ON_REQUEST: Statement = {
  name: 'insert_run_on_request',
  text: `
    WITH ${SCHEDULE},
    started AS (
      INSERT INTO mpi.job_runs (job, started_at, started_by, status)
      SELECT $1::varchar, now(), $2::uuid, 'RUNNING' WHERE NOT EXISTS (SELECT FROM schedule WHERE paused)
      ON CONFLICT DO NOTHING
      RETURNING *
    ), noted AS (
      INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
      SELECT started_by, 'job_runs', id, jsonb_build_object('job', job, 'status', status) FROM started
    )
    SELECT coalesce((SELECT paused FROM schedule), false) AS paused, r.id IS NOT NULL AS inserted,
           ${COLUMNS}, '{}'::jsonb AS counts
      FROM (SELECT) AS always LEFT JOIN started AS r ON true`,
};

/** Takes the lease when no living worker has it, and renews the worker's own. */
const TAKE_LEASE: Statement = {
  name: 'take_run_lease',
  text: `
    UPDATE mpi.job_runs SET worker = $2::varchar, lease_until = now() + make_interval(secs => $3), updated_at = now()
     WHERE id = $1::uuid AND status = 'RUNNING'
       AND (worker = $2::varchar OR worker IS NULL OR lease_until IS NULL OR lease_until < now())
    RETURNING id`,
};

const RELEASE_LEASE: Statement = {
  name: 'release_run_lease',
  text: `
    UPDATE mpi.job_runs SET worker = NULL, lease_until = NULL, updated_at = now()
     WHERE id = $1::uuid AND status = 'RUNNING' AND worker = $2::varchar`,
};

/** Only the holder ends a run. The row is locked before anything is read: a claim for the run locks the same row. */
const LOCK_OWN_RUN: Statement = {
  name: 'lock_own_run',
  text: `
    SELECT id FROM mpi.job_runs
     WHERE id = $1::uuid AND status = 'RUNNING' AND worker = $2::varchar FOR UPDATE`,
};

const END_RUN: Statement = {
  name: 'end_run',
  text: `
    UPDATE mpi.job_runs AS r
       SET status = $2::varchar, finished_at = now(), updated_at = now(), lease_until = NULL,
           counts = coalesce((SELECT jsonb_object_agg(counter, n) FROM (
             SELECT counter, sum(n) AS n FROM mpi.job_run_counts WHERE run_id = r.id GROUP BY counter) AS counted), '{}')
     WHERE id = $1::uuid`,
};

const FIND: Statement = {
  name: 'find_run',
  text: `SELECT ${WITH_COUNTS} FROM mpi.job_runs AS r WHERE id = $1::uuid`,
};

/** $1 job, $2 status, $3 the first moment of the start, $4 the moment before which it is; null where it does not matter. */
const MATCHES = `($1::varchar IS NULL OR r.job = $1) AND ($2::varchar IS NULL OR r.status = $2)
    AND ($3::timestamptz IS NULL OR coalesce(r.started_at, r.inserted_at) >= $3)
    AND ($4::timestamptz IS NULL OR coalesce(r.started_at, r.inserted_at) < $4)`;

const LIST: Statement = {
  name: 'list_runs',
  text: `
    SELECT ${WITH_COUNTS} FROM mpi.job_runs AS r WHERE ${MATCHES}
     ORDER BY coalesce(r.started_at, r.inserted_at) DESC, r.id LIMIT $5 OFFSET $6`,
};

const COUNT: Statement = {
  name: 'count_runs',
  text: `SELECT count(*)::int AS total FROM mpi.job_runs AS r WHERE ${MATCHES}`,
};

/** Which runs a list has; what is undefined does not matter. */
export interface RunFilter {
  readonly job: string | undefined;
  readonly status: RunStatus | undefined;
  /** Started at this moment or later. */
  readonly startedFrom: Date | undefined;
  readonly startedBefore: Date | undefined;
}

/** The result of a start by hand. */
export type Started =
  | { readonly kind: 'started' | 'taken_over'; readonly runId: string }
  | { readonly kind: 'already_running'; readonly runId: string };

/** The worker that wants to hold a run, and after how long without a renewal it counts as dead. */
export interface Holder {
  readonly worker: string;
  readonly leaseSeconds: number;
}

/** The run of a tick; SKIPPED when the run before it was still going. */
export interface InsertedTick {
  readonly id: string;
  readonly status: RunStatus;
}

export interface RunRow {
  readonly id: string;
  readonly job: string;
  readonly tick: Date | null;
  readonly status: RunStatus;
  readonly started_at: Date;
  readonly finished_at: Date | null;
  readonly started_by: string | null;
  readonly took_seconds: number;
  readonly counts: Record<string, number>;
}

/** The columns of the run are null unless it was inserted. */
interface StartedRow extends RunRow {
  readonly paused: boolean;
  readonly inserted: boolean;
}

/** Runs of jobs. Times are those of the database. */
@Injectable()
export class JobRunRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Records a tick; undefined when another worker has done so. */
  async insertTick(job: string, tick: Date, startedBy: string): Promise<InsertedTick | undefined> {
    const [row] = await this.transactions.query<{ id: string; status: RunStatus }>(INSERT_TICK, [
      job,
      tick.toISOString(),
      startedBy,
    ]);
    return row;
  }

  async running(job: string): Promise<RunFacts | undefined> {
    const [row] = await this.transactions.query<RunFacts & Record<string, unknown>>(RUNNING, [job]);
    return row;
  }

  /** In a transaction: a pause that is requested now waits until it is over. */
  async isPaused(sql: Sql, job: string): Promise<boolean> {
    const [row] = await sql.query<{ paused: boolean }>(IS_PAUSED, [job]);
    return row?.paused ?? false;
  }

  /** Records about how many were due when the run started, of whom `due` are left. The first record counts. */
  async recordDue(runId: string, due: number): Promise<void> {
    await this.transactions.query(COUNT_DUE_AT_START, [runId, due]);
  }

  /** Starts a run by hand, or takes over a run whose holder is dead. Refuses while the job is paused. */
  async start(job: string, startedBy: string, holder: Holder): Promise<Started> {
    for (;;) {
      const started = await this.tryToStart(job, startedBy, holder);
      // Another process inserted a run in between: look at that one.
      if (started !== undefined) return started;
    }
  }

  /**
   * Starts a run that the workers will find, and records who asked for it; undefined while one is going. Refuses while the
   * job is paused.
   */
  async startOnRequest(job: string, startedBy: string): Promise<JobRun | undefined> {
    const [row] = await this.transactions.query<StartedRow & Record<string, unknown>>(INSERT_ON_REQUEST, [
      job,
      startedBy,
    ]);
    if (row === undefined) throw new Error('The statement that starts a run returned no row.');
    if (row.paused) throw new Refusal('job_paused');
    return row.inserted ? jobRun(row) : undefined;
  }

  private tryToStart(job: string, startedBy: string, holder: Holder): Promise<Started | undefined> {
    return this.transactions.inTransaction(async (sql) => {
      // The run before the schedule, as claims lock them.
      const running = await lockRunning(sql, job);
      if (await this.isPaused(sql, job)) throw new Refusal('job_paused');
      if (running === undefined) {
        const [inserted] = await sql.query<{ id: string }>(INSERT_BY_HAND, [
          job,
          startedBy,
          holder.worker,
          holder.leaseSeconds,
        ]);
        return inserted === undefined ? undefined : { kind: 'started', runId: inserted.id };
      }
      if (running.living) return { kind: 'already_running', runId: running.id };
      await sql.query(TAKE_LEASE, [running.id, holder.worker, holder.leaseSeconds]);
      return { kind: 'taken_over', runId: running.id };
    });
  }

  /** Takes or renews the lease; false when another living worker holds the run, or it is over. */
  async takeLease(runId: string, { worker, leaseSeconds }: Holder): Promise<boolean> {
    const rows = await this.transactions.query(TAKE_LEASE, [runId, worker, leaseSeconds]);
    return rows.length > 0;
  }

  async releaseLease(runId: string, worker: string): Promise<void> {
    await this.transactions.query(RELEASE_LEASE, [runId, worker]);
  }

  /** Ends the run if this worker holds it and nothing of it is unfinished. */
  end(
    runId: string,
    worker: string,
    how: { readonly status: RunStatus; readonly unfinished: (sql: Sql) => Promise<boolean> },
  ): Promise<boolean> {
    return this.transactions.inTransaction(async (sql) => {
      const own = await sql.query(LOCK_OWN_RUN, [runId, worker]);
      if (own.length === 0 || (await how.unfinished(sql))) return false;
      await sql.query(END_RUN, [runId, how.status]);
      return true;
    });
  }

  async find(runId: string): Promise<JobRun | undefined> {
    const [row] = await this.transactions.query<RunRow & Record<string, unknown>>(FIND, [runId]);
    return row === undefined ? undefined : jobRun(row);
  }

  /** Newest first. */
  async list(
    { job, status, startedFrom, startedBefore }: RunFilter,
    page: { readonly size: number; readonly offset: number },
  ): Promise<{ runs: JobRun[]; total: number }> {
    const matches = [job ?? null, status ?? null, startedFrom ?? null, startedBefore ?? null];
    const [count] = await this.transactions.query<{ total: number }>(COUNT, matches);
    const total = count?.total ?? 0;
    if (page.offset >= total) return { runs: [], total };
    const rows = await this.transactions.query<RunRow & Record<string, unknown>>(LIST, [
      ...matches,
      page.size,
      page.offset,
    ]);
    return { runs: rows.map(jobRun), total };
  }
}

async function lockRunning(sql: Sql, job: string): Promise<{ id: string; living: boolean } | undefined> {
  const [row] = await sql.query<{ id: string; living: boolean }>(LOCK_RUNNING, [job]);
  return row;
}

export function jobRun(row: RunRow): JobRun {
  return {
    id: row.id,
    job: row.job,
    tick: row.tick,
    status: row.status,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    startedBy: row.started_by,
    tookSeconds: row.took_seconds,
    counts: row.counts,
  };
}
