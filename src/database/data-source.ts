import type { EventEmitter } from 'node:events';
import { setTimeout as wait } from 'node:timers/promises';
import { DataSource, type DataSourceOptions, type QueryRunner } from 'typeorm';
import { MIGRATIONS } from '../../migrations';
import { ENTITIES } from './entities';
import { SnakeCaseNames } from './snake-case-names';
import { describeError } from '../observability';

/** What a data source needs to know beside where the database is. */
export interface DataSourceChoices {
  readonly poolSize?: number;
  /** Named in pg_stat_activity, so that an operator sees who holds a connection. */
  readonly applicationName?: string;
  /** After so long a worker that stands still is taken for dead, and must not hold rows any more. */
  readonly leaseSeconds?: number;
  readonly onPoolError?: (error: unknown) => void;
}

/** How long to wait for a free connection before the caller is told so. */
const CONNECTION_WAIT_MS = 5_000;
/** No statement of this program takes seconds; one that does is stuck. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** A row is held for milliseconds; longer waits mean a foreign transaction, and the caller tries again later. */
const LOCK_TIMEOUT_MS = 4_000;
/** A transaction whose process was stopped must not hold its rows for longer than this. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000;

export function dataSourceOptions(url: string, choices: DataSourceChoices = {}): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: [...ENTITIES],
    namingStrategy: new SnakeCaseNames(),
    migrations: [...MIGRATIONS],
    migrationsTableName: 'migrations',
    migrationsTransactionMode: 'each',
    synchronize: false,
    logging: false,
    poolSize: choices.poolSize ?? 10,
    applicationName: choices.applicationName ?? 'person-verification',
    poolErrorHandler: (error: unknown) => choices.onPoolError?.(describeError(error)),
    extra: {
      connectionTimeoutMillis: CONNECTION_WAIT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: Math.min(
        IDLE_IN_TRANSACTION_TIMEOUT_MS,
        (choices.leaseSeconds ?? Infinity) * 1000,
      ),
      keepAlive: true,
      onConnect: survivesItsEnd,
    },
  };
}

/**
 * A connection that is cut in the very moment it comes up tells so before anybody who asked for it listens, and an
 * error event nobody listens to ends the process. Whoever uses the connection learns of its end by his first statement.
 */
function survivesItsEnd(client: EventEmitter): void {
  client.on('error', () => undefined);
}

/** Any number will do, as long as every copy of the program uses the same one. */
const MIGRATION_LOCK = 7_204_126_001;
/** How often a copy that came second looks whether the first one is done. */
const MIGRATION_LOCK_PAUSE_MS = 200;

/** Brings the schema up to date; gives the names of the steps it applied. Copies that start together wait for each other. */
export async function migrate(url: string): Promise<string[]> {
  return withMigrations(url, async (dataSource) => {
    const applied = await dataSource.runMigrations();
    return applied.map((migration) => migration.name);
  });
}

/** Takes the newest step back; gives its name, or null when there was none. */
export async function migrateDown(url: string): Promise<string | null> {
  return withMigrations(url, async (dataSource) => {
    const applied = await appliedMigrations(dataSource);
    const newest = applied.at(-1) ?? null;
    if (newest !== null) await dataSource.undoLastMigration();
    return newest;
  });
}

/** Names of the steps the database still lacks. */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const applied = new Set(await appliedMigrations(dataSource));
  return MIGRATIONS.map((migration) => migration.name).filter((name) => !applied.has(name));
}

async function appliedMigrations(dataSource: DataSource): Promise<string[]> {
  const [found] = await dataSource.query<{ there: boolean }[]>(
    `SELECT to_regclass('public.migrations') IS NOT NULL AS there`,
  );
  if (found?.there !== true) return [];
  const rows = await dataSource.query<{ name: string }[]>(`SELECT name FROM public.migrations ORDER BY id`);
  return rows.map((row) => row.name);
}

async function withMigrations<Result>(
  url: string,
  work: (dataSource: DataSource) => Promise<Result>,
): Promise<Result> {
  const dataSource = new DataSource({
    ...dataSourceOptions(url, { poolSize: 3, applicationName: 'person-verification-migrate' }),
    // Building an index on a table of millions takes as long as it takes.
    extra: { connectionTimeoutMillis: CONNECTION_WAIT_MS },
  });
  await dataSource.initialize();
  const holder = dataSource.createQueryRunner();
  try {
    await takeMigrationLock(holder);
    return await work(dataSource);
  } finally {
    await holder.query(`SELECT pg_advisory_unlock(${MIGRATION_LOCK})`).catch(() => undefined);
    await holder.release();
    await dataSource.destroy();
  }
}

/**
 * Asks again and again instead of waiting inside a statement: an index that is built beside the work waits for every
 * statement that began before it, also for one that waits for the builder, and neither would ever end.
 */
async function takeMigrationLock(holder: QueryRunner): Promise<void> {
  for (;;) {
    const [answer] = (await holder.query(`SELECT pg_try_advisory_lock(${MIGRATION_LOCK}) AS taken`)) as {
      taken: boolean;
    }[];
    if (answer?.taken === true) return;
    await wait(MIGRATION_LOCK_PAUSE_MS);
  }
}
