import type { EventEmitter } from 'node:events';
import { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { DataSource, type DataSourceOptions, type QueryRunner, DefaultNamingStrategy } from 'typeorm';
import { MIGRATIONS } from '../../migrations';
import { ENTITIES } from './entities';
import { describeError } from '../observability';

/** Options of a connection pool. */
export interface PoolOptions {
  readonly poolSize?: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName?: string;
  /** After it a stopped worker counts as dead and must not hold row locks any more. */
  readonly leaseSeconds?: number;
  readonly onPoolError?: (error: unknown) => void;
  /** After how many milliseconds of silence a connection is destroyed; tests shorten it. */
  readonly silenceMs?: number;
}

/** How long a caller waits for a free connection before an error. */
const CONNECTION_WAIT_MS = 5_000;

/** Statements of this program take milliseconds; one that takes seconds is stuck. */
const STATEMENT_TIMEOUT_MS = 10_000;

/**
 * A connection on which no byte moves for so long is destroyed. Longer than a statement may take, so a server that is alive
 * has answered or cancelled it before; shorter than the rest between two statements of a transaction may be.
 */
const SILENCE_MS = STATEMENT_TIMEOUT_MS + 2_000;

/** The operating system's own two hours are too long for routers that forget an idle connection within minutes. */
const KEEP_ALIVE = { keepAlive: true, keepAliveInitialDelayMillis: 10_000 } as const;

/** Row locks last milliseconds. A longer wait means a foreign transaction, and the caller retries later. */
const LOCK_TIMEOUT_MS = 4_000;

/** The transaction of a stopped process must not hold its locks for longer. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 15_000;

export function dataSourceOptions(url: string, options: PoolOptions = {}): DataSourceOptions {
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
    poolSize: options.poolSize ?? 10,
    applicationName: options.applicationName ?? 'person-verification',
    poolErrorHandler: (error: unknown) => options.onPoolError?.(describeError(error)),
    extra: {
      connectionTimeoutMillis: CONNECTION_WAIT_MS,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      lock_timeout: LOCK_TIMEOUT_MS,
      idle_in_transaction_session_timeout: Math.min(
        IDLE_IN_TRANSACTION_TIMEOUT_MS,
        (options.leaseSeconds ?? Infinity) * 1000,
      ),
      ...KEEP_ALIVE,
      stream: () => silenceEndingSocket(options.silenceMs ?? SILENCE_MS),
      onConnect: ignoreErrors,
    },
  };
}

/**
 * The socket of one connection, which destroys itself when the network goes silent. The driver's own `query_timeout` only
 * rejects the query and returns the connection to the pool. A socket in this state fails the statement under way, leaves
 * the pool, and does not hold up a shutdown.
 */
function silenceEndingSocket(silenceMs: number): Socket {
  const socket = new Socket();
  socket.setTimeout(silenceMs, () => {
    socket.destroy(Object.assign(new Error('PostgreSQL has gone silent'), { code: 'ETIMEDOUT' }));
  });
  return socket;
}

/**
 * A connection that is cut the moment it is opened emits an error before its user listens, and an error event without a
 * listener ends the process. The user gets the error from the first statement.
 */
function ignoreErrors(client: EventEmitter): void {
  client.on('error', () => undefined);
}

/** An arbitrary number, the same in every process. */
const MIGRATION_LOCK = 7_204_126_001;

/** How often a second process checks whether the first is done. */
const MIGRATION_LOCK_PAUSE_MS = 200;

/** Applies all pending migrations and returns their names. Processes that start together wait for each other. */
export async function migrate(url: string): Promise<string[]> {
  return withMigrations(url, async (dataSource) => {
    const applied = await dataSource.runMigrations();
    return applied.map((migration) => migration.name);
  });
}

/** Reverts the newest migration and returns its name, or null when there was none. */
export async function migrateDown(url: string): Promise<string | null> {
  return withMigrations(url, async (dataSource) => {
    const applied = await appliedMigrations(dataSource);
    const newest = applied.at(-1) ?? null;
    if (newest !== null) await dataSource.undoLastMigration();
    return newest;
  });
}

/** Names of the migrations that are not applied yet. */
export async function pendingMigrations(dataSource: DataSource): Promise<string[]> {
  const applied = new Set(await appliedMigrations(dataSource));
  // The recorded name is the property: a class may have been renamed since.
  return MIGRATIONS.map((migration) => new migration().name).filter((name) => !applied.has(name));
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
    // No statement timeout: an index on a table of millions takes minutes.
    extra: { connectionTimeoutMillis: CONNECTION_WAIT_MS, ...KEEP_ALIVE },
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
 * Polls instead of waiting inside a statement: CREATE INDEX CONCURRENTLY waits for every statement that began before it,
 * also for one that waits for this lock, and neither would ever end.
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

/** Columns have snake-case names: `dmsPassport.syncedAt` is `dms_passport_synced_at`. */
export class SnakeCaseNames extends DefaultNamingStrategy {
  override columnName(
    propertyName: string,
    customName: string | undefined,
    embeddedPrefixes: string[],
  ): string {
    return embeddedPrefixes.join('') + (customName ?? snakeCase(propertyName));
  }
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
