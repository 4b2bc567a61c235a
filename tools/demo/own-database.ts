import { Client } from 'pg';
import { ConfigurationFault } from '../../src/config/configuration-fault';
import { migrate } from '../../src/database/data-source';
import type { EmbeddedPostgres } from '../embedded';
import { DemoFailed } from './demo-failed';
import { DEMO_ID_BEGINS } from './make-people';
import type { TearDown } from './tear-down';

/** Any number will do, as long as every demo uses the same one. */
const DEMO_LOCK = 7_204_126_002;

const NAME = 'demo';

/** A database of the demo's own on its embedded server. Gives an address whose sessions run as `app`. */
export async function createOwnDatabase(postgres: EmbeddedPostgres): Promise<string> {
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
  return postgres.databaseUrl(NAME, NAME);
}

/**
 * Makes sure that a database named from outside holds nobody but people of the demo, migrates it, and keeps other
 * demos out of it as long as this one lasts. Gives an address whose sessions run as `app`, if its account may do that.
 */
export async function borrowDatabase(url: string, tearDown: TearDown): Promise<string> {
  const session = await connect(url).catch(noAnswer);
  tearDown.later(() => session.end());
  const { rows } = await session.query<{ free: boolean }>('SELECT pg_try_advisory_lock($1) AS free', [
    DEMO_LOCK,
  ]);
  if (rows[0]?.free !== true) refuse('names a database in which another demo is running');
  await refuseForeignPeople(session);
  await migrate(url);
  return asApp(url);
}

/** Who is not of the demo. Patients whom its people signed up have other ids and are known by who wrote them. */
const FOREIGN = [
  ['mpi.persons', 'NOT starts_with(id::text, $1) AND NOT starts_with(inserted_by::text, $1)'],
  ['prm.parties', 'NOT starts_with(id::text, $1)'],
] as const;

/** Looks before anything is changed. */
async function refuseForeignPeople(session: Client): Promise<void> {
  const { rows } = await session.query<{ table: string }>(`
    SELECT n.nspname || '.' || c.relname AS table
      FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`);
  const tables = new Set(rows.map(({ table }) => table));
  tables.delete('public.migrations');
  if (tables.size > 0 && !tables.has('mpi.persons')) refuse('names a database with tables of something else');
  for (const [table, condition] of FOREIGN.filter(([name]) => tables.has(name))) {
    const found = await session.query(`SELECT FROM ${table} WHERE ${condition} LIMIT 1`, [DEMO_ID_BEGINS]);
    if (found.rowCount !== 0) refuse(`names a database that holds persons or parties who are not the demo's`);
  }
}

function noAnswer(): never {
  throw new DemoFailed('DATABASE_URL names a database that cannot be reached, or not with this account.');
}

function refuse(says: string): never {
  const way = 'name an empty database, or none: then the demo brings its own';
  throw new ConfigurationFault([{ name: 'DATABASE_URL', says: `${says}; ${way}` }]);
}

/** An account that may not become `app` works as itself. */
async function asApp(url: string): Promise<string> {
  const address = new URL(url);
  address.searchParams.set('options', '-c role=app');
  const session = await connect(address.href).catch(() => undefined);
  await session?.end();
  return session === undefined ? url : address.href;
}

async function connect(url: string): Promise<Client> {
  const client = new Client(url);
  // A server that goes away is noticed by those who work with it; here nobody waits for an answer.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}
