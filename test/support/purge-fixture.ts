import { randomUUID } from 'node:crypto';
import type { OldRows } from '../../src/database/old-rows';
import type { Settings } from '../../src/config/settings.schema';
import { JobRegistry, JobRunRepository, type RunFacts } from '../../src/jobs';
import { Metrics } from '../../src/observability';
import { logTo } from './test-queue';
import { PurgeRegistry, PURGE_JOB, PurgeJob } from '../../src/jobs/purge.job';
import { emptyTables, openRegistry, type Registry } from './database';

/** How long rows are kept here, by which moments just before and after that, and how many go at once. */
const DAYS = 400;
export const BATCH = 10;
export const keeping = { days: DAYS, batch: BATCH };
export const OLD = `now() - interval '${DAYS} days 1 hour'`;
export const YOUNG = `now() - interval '${DAYS} days' + interval '1 hour'`;

/** Signals that never fire. */
export const NEVER = { stop: new AbortController().signal, abort: new AbortController().signal };

/** Purges of single tables, and what they leave. */
export class PurgeFixture {
  /** The run that all of them belong to. */
  run: RunFacts = runFacts();

  private constructor(private readonly registry: Registry) {}

  static async open(): Promise<PurgeFixture> {
    return new PurgeFixture(await openRegistry());
  }

  get sql(): Registry['sql'] {
    return this.registry.sql;
  }

  get transactions(): Registry['transactions'] {
    return this.registry.transactions;
  }

  get database(): Registry['database'] {
    return this.registry.database;
  }

  async clear(): Promise<void> {
    await emptyTables(this.sql);
    this.run = runFacts();
  }

  jobFor(table: OldRows, checkAnswer: (rows: number) => void = () => undefined): PurgeJob {
    const tables = new PurgeRegistry();
    tables.add(table);
    const metrics = { rowsPurged: { inc: (_labels: object, rows: number) => checkAnswer(rows) } };
    return this.jobOf(tables, {
      metrics: metrics as unknown as Metrics,
      failed: (error) => {
        throw error;
      },
    });
  }

  /** The job about these tables, with what counts removals and hears failures. */
  jobOf(
    tables: PurgeRegistry,
    { metrics = new Metrics(), failed }: { metrics?: Metrics; failed: (error: unknown) => void },
  ): PurgeJob {
    const settings = { RETENTION_SCHEDULE: '0 0 1 1 *' } as Settings;
    return new PurgeJob(
      ...([new JobRegistry(), tables, new JobRunRepository(this.transactions)] as const),
      ...([this.transactions, logTo(failed), metrics, randomUUID(), settings] as const),
    );
  }

  purge(table: OldRows): Promise<string> {
    return this.jobFor(table).help(this.run, NEVER);
  }

  /** One column of what is left. */
  async left(table: string, column: string): Promise<unknown[]> {
    const rows = await this.sql.query({ text: `SELECT ${column} AS name FROM ${table} ORDER BY 1` });
    return rows.map(({ name }) => name);
  }

  async counted(counter: string): Promise<number> {
    const text = `SELECT coalesce(sum(n), 0)::int AS n FROM mpi.job_run_counts WHERE run_id = $1 AND counter = $2`;
    const [row] = await this.sql.query<{ n: number }>({ text }, [this.run.id, counter]);
    return row?.n ?? 0;
  }

  addEvents(at: string, n = 1): Promise<void> {
    return this.sql.run(`
      INSERT INTO mpi.status_change_events (entity_type, entity_id, properties, inserted_at)
      SELECT 'Person', gen_random_uuid(), '{}', ${at} FROM generate_series(1, ${n})`);
  }

  close(): Promise<void> {
    return this.registry.close();
  }
}

function runFacts(): RunFacts {
  return {
    id: randomUUID(),
    job: PURGE_JOB,
    byHand: true,
    activeSince: new Date(),
    isPaused: false,
    isUncounted: false,
  };
}
