import { setTimeout as wait } from 'node:timers/promises';
import { type BeforeApplicationShutdown, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { type Statement, Transactions } from '../../database/transactions';
import { JobRegistry } from '../../jobs';
import { Log } from '../../observability';

/** Counting reads an index of everybody who is due: at 20 million persons it takes half a second. */
const COUNT_EVERY_SECONDS = 60;

/** Who asks waits a little for a new count when the former one is older than this. */
const TOO_OLD_SECONDS = 2 * COUNT_EVERY_SECONDS;

/** A small registry is counted within this; of a large one the former count is shown with its time. */
const PATIENCE_MS = 100;

/** How many are due for a job, retries aside. */
export interface DueCount {
  readonly due: number;
  readonly countedAt: Date;
}

interface StoredCount extends Record<string, unknown> {
  readonly job: string;
  readonly due: number | null;
  readonly counted_at: Date | null;
  readonly may_count: boolean;
  readonly too_old: boolean;
}

const STORED: Statement = {
  name: 'stored_due_counts',
  text: `
    SELECT wanted.job, d.due, d.counted_at,
           coalesce(d.started_at <= now() - make_interval(secs => ${COUNT_EVERY_SECONDS}), true) AS may_count,
           coalesce(d.counted_at <= now() - make_interval(secs => ${TOO_OLD_SECONDS}), true) AS too_old
      FROM unnest($1::varchar[]) AS wanted (job) LEFT JOIN mpi.due_counts AS d USING (job)`,
};

/** One process starts a count of the job; no row for the others within the minute. */
const START: Statement = {
  name: 'start_due_count',
  text: `
    INSERT INTO mpi.due_counts AS d (job) VALUES ($1::varchar)
    ON CONFLICT (job) DO UPDATE SET started_at = now(), updated_at = now()
     WHERE d.started_at <= now() - make_interval(secs => ${COUNT_EVERY_SECONDS})
    RETURNING job`,
};

const END: Statement = {
  name: 'end_due_count',
  text: `UPDATE mpi.due_counts SET due = $2::int, counted_at = now(), updated_at = now() WHERE job = $1::varchar`,
};

/**
 * How many people are due for each job. The count is made at most once a minute by one process of the installation, and
 * all processes, viewers and metrics read its row.
 */
@Injectable()
export class DueCounts implements BeforeApplicationShutdown, OnApplicationShutdown {
  private counting: Promise<void> | undefined;
  private isClosing = false;

  constructor(
    private readonly transactions: Transactions,
    private readonly jobs: JobRegistry,
    private readonly log: Log,
  ) {}

  /** Nothing is counted any more. The count under way is not awaited here: the workers' time to finish begins at once. */
  beforeApplicationShutdown(): void {
    this.isClosing = true;
  }

  /** The database closes after this. */
  async onApplicationShutdown(): Promise<void> {
    await this.counting;
  }

  /** By job, new if it can be had at once; a job that nobody has counted yet is left out. */
  async read(jobs: readonly string[]): Promise<ReadonlyMap<string, DueCount>> {
    const late = wait(PATIENCE_MS, undefined, { ref: false });
    let stored = await this.stored(jobs);
    // Twice, because the count under way may be about other jobs; not for ever, because it may fail. Another process that
    // counts is not waited for.
    for (let round = 0; round < 2 && this.waitsFor(stored); round += 1) {
      await Promise.race([this.counting, late]);
      stored = await this.stored(jobs);
    }
    return countsIn(stored);
  }

  /** By job, of any age; new counts are made in the background. */
  async last(jobs: readonly string[]): Promise<ReadonlyMap<string, DueCount>> {
    return countsIn(await this.stored(jobs));
  }

  private waitsFor(stored: readonly StoredCount[]): boolean {
    return this.counting !== undefined && stored.some((count) => count.too_old);
  }

  /** Reads the rows, and starts the counts that may be made again. */
  private async stored(jobs: readonly string[]): Promise<readonly StoredCount[]> {
    const stored = await this.transactions.query<StoredCount>(STORED, [jobs]);
    const stale = stored.filter((count) => count.may_count).map(({ job }) => job);
    if (stale.length > 0) {
      this.counting ??= this.countAll(stale).finally(() => {
        this.counting = undefined;
      });
    }
    return stored;
  }

  /** One after the other, so that it takes one connection of the pool. Never rejects. */
  private async countAll(jobs: readonly string[]): Promise<void> {
    for (const job of jobs) {
      if (this.isClosing) return;
      try {
        await this.count(job);
      } catch (error) {
        this.log.error('people who are due were not counted, the former number stays', error, { job });
      }
    }
  }

  private async count(job: string): Promise<void> {
    const started = await this.transactions.query(START, [job]);
    if (started.length === 0) return;
    const due = await this.jobs.get(job).due();
    if (due !== null) await this.transactions.query(END, [job, due]);
  }
}

function countsIn(stored: readonly StoredCount[]): ReadonlyMap<string, DueCount> {
  const counts = new Map<string, DueCount>();
  for (const { job, due, counted_at: countedAt } of stored) {
    if (due !== null && countedAt !== null) counts.set(job, { due, countedAt });
  }
  return counts;
}
