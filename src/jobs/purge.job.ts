import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS, WORKER_ID } from '../config/settings.module';
import { isPermanent } from '../database/sql-errors';
import { agedRows, type Retention, type OldRows, type RemovedRows } from '../database/old-rows';
import { type Statement, Transactions } from '../database/transactions';
import { Log, Metrics } from '../observability';
import type { HelpEnd, StopSignals, Job, RunFacts } from './job';
import { type JobName, JobRegistry } from './job-registry';
import { JobRunRepository } from './job-run.repository';

/** The name of the job in schedule, queue and command line. */
export const PURGE_JOB = 'purge' satisfies JobName;

/** In the transaction that removed the rows, so that there is never a count without its removal, or the reverse. */
const COUNT: Statement = {
  name: 'count_purged_rows',
  text: `
    INSERT INTO mpi.job_run_counts AS c (run_id, worker, counter, n)
    VALUES ($1::uuid, $2::varchar, $3::varchar, $4::bigint)
    ON CONFLICT (run_id, worker, counter) DO UPDATE SET n = c.n + excluded.n, updated_at = now()`,
};

/** The tables from which old rows are removed. Each module adds its own while the program starts. */
@Injectable()
export class PurgeRegistry {
  private readonly tables = new Map<string, OldRows>();

  add(...all: readonly OldRows[]): void {
    for (const old of all) {
      if (this.tables.has(old.table)) throw new Error(`The table ${old.table} is registered twice.`);
      this.tables.set(old.table, old);
    }
  }

  all(): readonly OldRows[] {
    return [...this.tables.values()];
  }
}

/**
 * Removes rows past their time, table by table, in short transactions with a rest after each as long as it took: the
 * other work gets at least half of the database. A worker that dies leaves nothing half done, and several workers pass
 * over each other's rows.
 */
@Injectable()
export class PurgeJob implements Job, OnModuleInit {
  readonly name = PURGE_JOB;
  readonly schedule: string;

  constructor(
    private readonly jobs: JobRegistry,
    private readonly tables: PurgeRegistry,
    private readonly runs: JobRunRepository,
    private readonly transactions: Transactions,
    private readonly log: Log,
    private readonly metrics: Metrics,
    @Inject(WORKER_ID) private readonly worker: string,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.schedule = settings.RETENTION_SCHEDULE;
  }

  onModuleInit(): void {
    this.jobs.add(this);
    const { RETENTION_RUNS_DAYS: days, RETENTION_BATCH_SIZE: batch } = this.settings;
    this.tables.add(oldRuns({ days, batch }));
  }

  get counters(): readonly string[] {
    return this.tables.all().map(({ table }) => table);
  }

  async help(run: RunFacts, { stop }: StopSignals): Promise<HelpEnd> {
    let end: HelpEnd = 'nothing_due';
    for (const old of this.tables.all()) {
      const purged = await this.purge(old, run, stop);
      if (purged === 'failed') end = 'failed';
      if (stop.aborted) return 'stopped';
      if (purged === 'paused') return 'paused';
    }
    return end;
  }

  async reclaim(): Promise<void> {
    // A transaction that was not committed has removed nothing: there is nothing to take back.
  }

  async unfinished(): Promise<boolean> {
    return false;
  }

  async due(): Promise<null> {
    return null;
  }

  /** `failed` when the database refuses for good: the other tables are purged all the same, and the run fails. */
  private async purge(old: OldRows, run: RunFacts, stop: AbortSignal): Promise<'done' | 'paused' | 'failed'> {
    try {
      return await this.removeAll(old, run, stop);
    } catch (error) {
      if (!isPermanent(error)) throw error;
      this.log.error('old rows not removed', error, { job: PURGE_JOB });
      return 'failed';
    }
  }

  /** From mark to mark, and once more from the beginning for what was passed over. */
  private async removeAll(old: OldRows, run: RunFacts, stop: AbortSignal): Promise<'done' | 'paused'> {
    let mark: string | null = null;
    while (!stop.aborted) {
      const beganAtMs = performance.now();
      const removed: RemovedRows | 'paused' = await this.removeSome(old, run, mark);
      if (removed === 'paused') return 'paused';
      const { rows, full, mark: reached } = removed;
      if (rows > 0) this.metrics.rowsPurged.inc({ table: old.table }, rows);
      if (rows === 0 || !full) {
        if (mark === null) return 'done';
        mark = null;
      } else mark = reached;
      await wait(performance.now() - beganAtMs, undefined, { signal: stop }).catch(() => undefined);
    }
    return 'done';
  }

  private removeSome(old: OldRows, run: RunFacts, mark: string | null): Promise<RemovedRows | 'paused'> {
    return this.transactions.inTransaction(async (sql) => {
      if (await this.runs.isPaused(sql, PURGE_JOB)) return 'paused';
      const removed = await old.removeBatch(sql, mark);
      if (removed.rows > 0) await sql.query(COUNT, [run.id, this.worker, old.table, removed.rows]);
      return removed;
    });
  }
}

/**
 * Runs that are over, with their counts. The last tick of each job stays: the scheduler finds in it which ticks have
 * been, and would start one of them again without it.
 */
export function oldRuns(keeping: Retention): OldRows {
  return agedRows({
    ...keeping,
    schema: 'mpi',
    table: 'job_runs',
    ageColumn: 'started_at',
    condition: `o.status <> 'RUNNING'
         AND coalesce(o.finished_at, o.updated_at) < now() - make_interval(days => $1::integer)
         AND (o.tick IS NULL OR o.tick < (SELECT max(later.tick) FROM mpi.job_runs AS later WHERE later.job = o.job))`,
    dependents: [
      `counts AS (DELETE FROM mpi.job_run_counts WHERE run_id = ANY (ARRAY(SELECT id FROM picked)))`,
    ],
  });
}
