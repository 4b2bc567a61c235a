import { ConfigurationFault } from '../../src/config/read-settings';
import type { SettingsFor } from '../../src/config/settings.schema';
import { startPostgres, startRedis, type EmbeddedPostgres } from '../embedded';
import { ChildProgram, type ServerUrls } from './child-program';
import { DemoFailed, type CleanUp } from './clean-up';
import { Client } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions, migrate } from '../../src/database/data-source';
import { Transactions } from '../../src/database/transactions';
import { Metrics } from '../../src/observability';
import { DEMO_ID_PREFIX } from './invented-people';

export interface ServersToStart {
  readonly settings: SettingsFor<'demo'>;
  readonly cleanUp: CleanUp;
  readonly announce: (sentence: string) => void;
}

/**
 * How long the sandbox takes for an answer, in milliseconds: a quick register, and with twenty concurrent calls a run of
 * two thousand persons that can be watched.
 */
const LATENCY_MS = 50;

/** The sandbox has nothing to store; it ends at once. */
const STOP_WITHIN_MS = 5_000;

const LOOK_WITHIN_MS = 5_000;

/** The addresses for the program, and the account that may write what the program may not. */
export interface StartedServers {
  readonly urls: ServerUrls;
  readonly ownerUrl: string;
}

/** A migrated database, by its two accounts. */
interface DemoDatabase {
  /** Its sessions run as `app`. */
  readonly programUrl: string;
  readonly ownerUrl: string;
}

/** Starts each server whose address is not set, all at the same time, and prepares the database. */
export async function startServers(wanted: ServersToStart): Promise<StartedServers> {
  const started = [database(wanted), redis(wanted), register(wanted)] as const;
  // Waits for all of them, so that the clean-up has every one that started.
  await Promise.allSettled(started);
  const [{ programUrl, ownerUrl }, redisUrl, trembitaUrl] = await Promise.all(started);
  return { urls: { DATABASE_URL: programUrl, REDIS_URL: redisUrl, TREMBITA_URL: trembitaUrl }, ownerUrl };
}

/** The account that owns the tables, for rows that the program never writes. */
export async function openAsOwner(ownerUrl: string, cleanUp: CleanUp): Promise<Transactions> {
  const dataSource = await new DataSource(dataSourceOptions(ownerUrl, { poolSize: 1 })).initialize();
  cleanUp.later(() => dataSource.destroy());
  return new Transactions(dataSource, new Metrics());
}

async function database({ settings, cleanUp, announce }: ServersToStart): Promise<DemoDatabase> {
  if (settings.DATABASE_URL !== undefined) return borrowDatabase(settings.DATABASE_URL, cleanUp);
  const postgres = await startPostgres({ nodeEnv: settings.NODE_ENV, durable: false, log: announce }).catch(
    explain,
  );
  cleanUp.later(() => postgres.stop());
  return createOwnDatabase(postgres);
}

async function redis({ settings, cleanUp, announce }: ServersToStart): Promise<string> {
  if (settings.REDIS_URL !== undefined) return settings.REDIS_URL;
  const server = await startRedis({ nodeEnv: settings.NODE_ENV, log: announce }).catch(explain);
  cleanUp.later(() => server.stop());
  return server.url;
}

async function register({ settings, cleanUp, announce }: ServersToStart): Promise<string> {
  if (settings.TREMBITA_URL !== undefined) return onlyASandbox(settings.TREMBITA_URL);
  let heard: (url: string) => void = () => undefined;
  const address = new Promise<string>((resolve) => (heard = resolve));
  const sandbox = ChildProgram.start({
    file: 'tools/sandbox/main.ts',
    args: ['--port', '0', '--latency-ms', String(LATENCY_MS)],
    onOutput: heard,
    onError: () => undefined,
  });
  cleanUp.later(() => sandbox.stop(STOP_WITHIN_MS));
  const url = await Promise.race([address, sandbox.broken()]);
  announce(`Sandbox register listens at ${url}`);
  return url;
}

/** A real register must not be asked about invented passports. */
async function onlyASandbox(url: string): Promise<string> {
  const answer = await fetch(new URL('/control', url), { signal: AbortSignal.timeout(LOOK_WITHIN_MS) }).catch(
    () => undefined,
  );
  if (answer?.headers.get('x-sandbox') === '1') return url;
  const problem = 'must name a running sandbox register, or nothing: then the demo starts its own';
  throw new ConfigurationFault([{ name: 'TREMBITA_URL', problem }]);
}

/** The message of an embedded server that failed has no personal data, and says what to do. */
function explain(error: unknown): never {
  throw new DemoFailed(error instanceof Error ? error.message : 'An embedded server did not start.');
}

/** Any number, the same in every demo. */
const DEMO_LOCK = 7_204_126_002;

const NAME = 'demo';

/** Creates the demo's database on its embedded server. */
export async function createOwnDatabase(postgres: EmbeddedPostgres): Promise<DemoDatabase> {
  const admin = await connect(postgres.url);
  try {
    await admin.query(`CREATE DATABASE ${NAME}`);
    await migrate(postgres.databaseUrl(NAME));
    await admin.query(`CREATE ROLE ${NAME} LOGIN NOINHERIT`);
    await admin.query(`GRANT app TO ${NAME}`);
    await admin.query(`ALTER ROLE ${NAME} SET role = 'app'`);
  } finally {
    await admin.end();
  }
  return { programUrl: postgres.databaseUrl(NAME, NAME), ownerUrl: postgres.databaseUrl(NAME) };
}

/**
 * Checks that a database named by DATABASE_URL has only people of the demo, migrates it, and locks it against other demos
 * while this one lasts. Sessions of the program run as `app`, if the account may do that.
 */
export async function borrowDatabase(url: string, cleanUp: CleanUp): Promise<DemoDatabase> {
  const session = await connect(url).catch(noAnswer);
  cleanUp.later(() => session.end());
  const { rows } = await session.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1) AS free', [
    DEMO_LOCK,
  ]);
  if (rows[0]?.free !== true) refuse('names a database in which another demo is running');
  await refuseForeignPeople(session);
  await refuseWithoutRights(session);
  await migrate(url);
  return { programUrl: await asApp(url), ownerUrl: url };
}

/** People who are not of the demo. Patients whom its people signed up have other ids; `inserted_by` identifies them. */
const FOREIGN = [
  ['mpi.persons', 'NOT starts_with(id::text, $1) AND NOT starts_with(inserted_by::text, $1)'],
  ['prm.parties', 'NOT starts_with(id::text, $1)'],
] as const;

/** Checks before anything is changed. */
async function refuseForeignPeople(session: Client): Promise<void> {
  const { rows } = await session.query<{ table: string }>(`
    SELECT n.nspname || '.' || c.relname AS table
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`);
  const tables = new Set(rows.map(({ table }) => table));
  tables.delete('public.migrations');
  if (tables.size > 0 && !tables.has('mpi.persons')) refuse('names a database with tables of something else');
  for (const [table, condition] of FOREIGN.filter(([name]) => tables.has(name))) {
    const found = await session.query(`SELECT FROM ${table} WHERE ${condition} LIMIT 1`, [DEMO_ID_PREFIX]);
    if (found.rowCount !== 0) refuse(`names a database with persons or parties that are not the demo's`);
  }
}

/** The program's own account may not write what the demo invents. */
async function refuseWithoutRights(session: Client): Promise<void> {
  const { rows } = await session.query<{ may: boolean }>(
    `SELECT coalesce(has_table_privilege(to_regclass('mpi.persons'), 'DELETE'), true) AS may`,
  );
  if (rows[0]?.may !== true)
    refuse('names an account that may not replace people', 'name the owner of the tables, or nothing');
}

function noAnswer(): never {
  throw new DemoFailed('The database of DATABASE_URL cannot be reached, or not with this account.');
}

function refuse(problem: string, way = 'name an empty database, or none'): never {
  throw new ConfigurationFault([
    { name: 'DATABASE_URL', problem: `${problem}; ${way}: then the demo starts its own` },
  ]);
}

/** An account that may not become `app` keeps its own role. */
async function asApp(url: string): Promise<string> {
  const address = new URL(url);
  address.searchParams.set('options', '-c role=app');
  const session = await connect(address.href).catch(() => undefined);
  await session?.end();
  return session === undefined ? url : address.href;
}

async function connect(url: string): Promise<Client> {
  const client = new Client(url);
  // The program notices a lost server; nothing waits for an answer on this connection.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
