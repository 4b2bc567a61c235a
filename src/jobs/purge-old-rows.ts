import { setTimeout as wait } from 'node:timers/promises';
import { isPermanent } from '../database/failure';
import type { OldRows, RemovedRows } from '../database/old-rows';
import type { Statement, Transactions } from '../database/transactions';
import type { HelpEnd, HelpSignals, Job, RunFacts } from './job';
import type { PurgeList } from './purge-list';

/** The name of the job in timetable, queue and command line. */
export const PURGE_JOB = 'purge';

/** In the transaction that removed the rows: a count and what it counts are never one without the other. */
const COUNT: Statement = {
  name: 'count_purged_rows',
  text: `
    INSERT INTO mpi.job_run_counts AS c (run_id, worker, counter, n)
    VALUES ($1::uuid, $2::varchar, $3::varchar, $4::bigint)
    ON CONFLICT (run_id, worker, counter) DO UPDATE SET n = c.n + excluded.n, updated_at = now()`,
};

/** Hears what is removed, and what cannot be. */
export interface PurgeObserver {
  readonly removed: (table: string, rows: number) => void;
  readonly failed: (error: unknown) => void;
}

/** What the job works with. */
export interface PurgeParts {
  readonly tables: PurgeList;
  readonly transactions: Transactions;
  readonly schedule: string;
  readonly worker: string;
  readonly observer: PurgeObserver;
}

/**
 * Removes rows past their time, table by table, in short transactions with as long a rest after each as it took: what
 * works meanwhile gets at least half of the database. A worker that dies leaves nothing half done, and any number of them
 * pass over each other's rows.
 */
export class PurgeOldRows implements Job {
  readonly name = PURGE_JOB;
  readonly schedule: string;

  constructor(private readonly parts: PurgeParts) {
    this.schedule = parts.schedule;
  }

  get counters(): readonly string[] {
    return this.parts.tables.all().map(({ table }) => table);
  }

  async help(run: RunFacts, { stop }: HelpSignals): Promise<HelpEnd> {
    let end: HelpEnd = 'nothing_due';
    for (const old of this.parts.tables.all()) {
      if (!(await this.clear(old, run, stop))) end = 'failed';
      if (stop.aborted) return 'stopped';
    }
    return end;
  }

  async sweep(): Promise<void> {
    // A transaction that nobody ended has removed nothing: there is nothing to take back.
  }

  async unfinished(): Promise<boolean> {
    return false;
  }

  async due(): Promise<null> {
    return null;
  }

  /** False when the database refuses for good: the other tables are cleared all the same, and the run tells. */
  private async clear(old: OldRows, run: RunFacts, stop: AbortSignal): Promise<boolean> {
    try {
      await this.removeAll(old, run, stop);
      return true;
    } catch (error) {
      if (!isPermanent(error)) throw error;
      this.parts.observer.failed(error);
      return false;
    }
  }

  /** From mark to mark, and once more from the beginning for what was passed over. */
  private async removeAll(old: OldRows, run: RunFacts, stop: AbortSignal): Promise<void> {
    let mark: string | null = null;
    while (!stop.aborted) {
      const beganAtMs = performance.now();
      const { rows, full, mark: reached }: RemovedRows = await this.removeSome(old, run, mark);
      if (rows > 0) this.parts.observer.removed(old.table, rows);
      if (rows === 0 || !full) {
        if (mark === null) return;
        mark = null;
      } else mark = reached;
      await wait(performance.now() - beganAtMs, undefined, { signal: stop }).catch(() => undefined);
    }
  }

  private removeSome(old: OldRows, run: RunFacts, mark: string | null): Promise<RemovedRows> {
    return this.parts.transactions.inTransaction(async (sql) => {
      const removed = await old.remove(sql, mark);
      if (removed.rows > 0) await sql.query(COUNT, [run.id, this.parts.worker, old.table, removed.rows]);
      return removed;
    });
  }
}
