import { randomBytes } from 'node:crypto';
import { inject } from 'vitest';
import { asAdmin, onDatabase, Session } from './sql-session';
import { Metrics } from '../../src/observability';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { Transactions, type Sql } from '../../src/database/transactions';
import { Client, type QueryResultRow } from 'pg';
import { filesIn } from './stored-files';

/** A database of one test file's own. */
export interface FreshDatabase {
  name: string;
  /** Its sessions run as `app`, with no more rights than the program has. */
  url: string;
  /** As superuser, for what the program itself may not do. */
  adminUrl: string;
  drop(): Promise<void>;
}

/** A migrated, empty database: a copy of the template, made in a fraction of the time of the migrations. */
export async function freshDatabase(): Promise<FreshDatabase> {
  const { adminUrl, template, login } = inject('servers');
  const name = `${template}_${randomBytes(4).toString('hex')}`;
  await asAdmin(adminUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(onDatabase(adminUrl, name));
  url.username = login.name;
  url.password = login.password;
  return {
    name,
    url: url.href,
    adminUrl: onDatabase(adminUrl, name),
    drop: () => asAdmin(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** An empty database without any schema, for tests of the migrations themselves. */
export async function emptyDatabase(): Promise<Pick<FreshDatabase, 'name' | 'adminUrl' | 'drop'>> {
  const { adminUrl, template } = inject('servers');
  const name = `${template}_${randomBytes(4).toString('hex')}`;
  await asAdmin(adminUrl, `CREATE DATABASE ${name} TEMPLATE template0`);
  return {
    name,
    adminUrl: onDatabase(adminUrl, name),
    drop: () => asAdmin(adminUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
  };
}

/** A fresh database with what modules that only need a transaction are tested with. */
export interface Registry {
  readonly database: FreshDatabase;
  /** With the rights of the program. */
  readonly transactions: Transactions;
  /** As superuser, for what is made up and looked at. */
  readonly sql: Session;
  close(): Promise<void>;
}

/** `settings` count for every session, for example `deadlock_timeout = '3s'`. */
export async function openRegistry(...settings: readonly string[]): Promise<Registry> {
  const database = await freshDatabase();
  for (const setting of settings)
    await asAdmin(database.adminUrl, `ALTER DATABASE ${database.name} SET ${setting}`);
  const dataSource = await new DataSource(dataSourceOptions(database.url, { poolSize: 4 })).initialize();
  const sql = await Session.open(database.adminUrl);
  return {
    database,
    transactions: new Transactions(dataSource, new Metrics()),
    sql,
    close: async () => {
      await sql.close();
      await dataSource.destroy();
      await database.drop();
    },
  };
}

/** Everything of ours but the places at the register, which the running program holds. */
export const EMPTIED_TABLES = [
  'mpi.persons',
  'mpi.person_phones',
  'mpi.person_addresses',
  'mpi.person_documents',
  'mpi.person_authentication_methods',
  'mpi.person_verifications',
  'mpi.verification_claims',
  'mpi.verification_locks',
  'mpi.check_requests',
  'mpi.confidant_person_relationships',
  'mpi.confidant_person_relationship_documents',
  'mpi.sign_ups',
  'mpi.media_uploads',
  'mpi.job_runs',
  'mpi.job_schedules',
  'mpi.job_run_counts',
  'mpi.job_run_samples',
  'mpi.due_counts',
  'mpi.processes',
  'mpi.status_change_events',
  'mpi.audit_log',
  'mimir.dms_passport_data',
  'mimir.mvs_passport_data',
  'mimir.unzr_data',
  'mimir.unzr_info',
  'prm.parties',
  'prm.party_documents',
  'prm.party_verifications',
  'prm.party_verification_locks',
  'prm.legal_entities',
  'prm.global_parameters',
  'mithril.users',
  'mithril.roles',
  'mithril.global_user_roles',
  'mithril.clients',
  'mithril.tokens',
];

/**
 * TRUNCATE would make every table and index anew, forty times as slow for a few rows. Like it, this waits for every program that
 * still writes; foreign keys are not asked, since all goes.
 */
const EMPTY = `
  LOCK TABLE ${EMPTIED_TABLES.join(', ')} IN SHARE ROW EXCLUSIVE MODE;
  SET LOCAL session_replication_role = replica;
  ${EMPTIED_TABLES.map((table) => `DELETE FROM ${table}`).join('; ')}`;

/** Ages and limits as a new installation has them; a test may have changed or removed them. */
const RESET_PARAMETERS = `
  INSERT INTO prm.global_parameters (parameter, value)
  VALUES ('no_self_auth_age', '14'), ('no_self_registration_age', '14'), ('person_full_legal_capacity_age', '18'),
         ('third_person_limit', '150')`;

/** What earlier tests found out about the register would speak for or against it for half a minute. */
const FORGET_CALLS = `
  DELETE FROM mimir.register_call_counts;
  UPDATE mimir.register_breakers SET open_until = NULL, open_ms = NULL, probe_by = NULL, probe_until = NULL
   WHERE open_until IS NOT NULL`;

const DEADLOCK = '40P01';

const TRIES = 5;

/**
 * Leaves the tables as a new installation has them. A program that writes some of them in another order may meet this
 * one crosswise; when this is the one that PostgreSQL aborts, it is repeated.
 */
export async function emptyTables(sql: Session): Promise<void> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await sql.run(`BEGIN; ${EMPTY}; ${RESET_PARAMETERS}; ${FORGET_CALLS}; COMMIT`);
    } catch (error) {
      await sql.run('ROLLBACK');
      const isDeadlock = error instanceof Error && 'code' in error && error.code === DEADLOCK;
      if (!isDeadlock || left === 1) throw error;
    }
  }
}

/** How many rows each table has, and how many objects there are. */
export type RowCounts = Readonly<Record<string, number>>;

/** What every running program writes by itself is left out: permits, counts of calls and of who is due, signs of life. */
const COUNTED_TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname IN ('mpi', 'mimir', 'prm', 'mithril') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     AND c.relname NOT LIKE 'register\\_%'
     AND c.relname NOT IN ('job_schedules', 'processes', 'job_run_samples', 'due_counts')
   ORDER BY 1`;

/** Counts everything there is: every table, whatever it is called, and every object. */
export async function countEverything(sql: Sql, mediaFolder: string): Promise<RowCounts> {
  const tables = await sql.query<{ name: string }>({ text: COUNTED_TABLES });
  const each = tables.map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS n FROM ${name}`);
  const counts = await sql.query<{ name: string; n: number }>({ text: each.join(' UNION ALL ') });
  const objects = filesIn(mediaFolder).length;
  return { ...Object.fromEntries(counts.map(({ name, n }) => [name, n])), objects };
}

/** What has become more or less; nothing of what is as it was. */
export function changesBetween(before: RowCounts, after: RowCounts): RowCounts {
  const changes = Object.entries(after).map(([name, n]) => [name, n - (before[name] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}

/**
 * Distinguishes two states of the database: how many rows each table has, and which transaction wrote to it last. A row
 * that was only locked counts as untouched.
 */
export async function writtenRowsIn(sql: Sql): Promise<() => Promise<string>> {
  const tables = await sql.query<{ name: string }>({ text: COUNTED_TABLES });
  const each = tables.map(
    ({ name }) =>
      `SELECT '${name} ' || count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) AS n FROM ${name}`,
  );
  const text = `SELECT string_agg(n, E'\\n' ORDER BY n) AS n FROM (${each.join(' UNION ALL ')}) AS t`;
  // Planned once: it is asked after every request.
  await sql.query({ text: `PREPARE written_rows AS ${text}` });
  return async () => (await sql.query<{ n: string }>({ text: 'EXECUTE written_rows' }))[0]?.n ?? '';
}

/** The schemas of the system. */
export const SCHEMAS = ['mpi', 'mimir', 'prm', 'mithril'] as const;

const OURS = `n.nspname IN (${SCHEMAS.map((schema) => `'${schema}'`).join(', ')})`;

/** A column as the database knows it. */
export interface CatalogueColumn {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
  readonly comment: string | null;
}

/** One look at a database, with a connection of its own. */
export async function look<Row extends QueryResultRow>(url: string, text: string): Promise<Row[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

export async function columnsOf(url: string): Promise<CatalogueColumn[]> {
  return look<CatalogueColumn>(
    url,
    `SELECT n.nspname || '.' || c.relname AS "table", a.attname AS "column",
            format_type(a.atttypid, a.atttypmod) AS type, NOT a.attnotnull AS nullable,
            a.atthasdef AS "hasDefault", col_description(c.oid, a.attnum) AS comment
       FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE ${OURS} AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
      ORDER BY 1, 2`,
  );
}

/** Everything the migrations leave behind, one line each. */
export async function catalogueOf(url: string): Promise<string[]> {
  const rows = await look<{ line: string }>(url, CATALOGUE);
  return rows.map(({ line }) => line);
}

const CATALOGUE = `
  SELECT 'schema ' || n.nspname || ' ' || coalesce(n.nspacl::text, '')
         || ' ' || coalesce(obj_description(n.oid, 'pg_namespace'), '') AS line
    FROM pg_namespace n WHERE ${OURS}
  UNION ALL
  SELECT 'table ' || c.oid::regclass || ' ' || c.relkind::text || ' ' || coalesce(c.relacl::text, '')
         || ' ' || coalesce(c.reloptions::text, '') || ' ' || coalesce(obj_description(c.oid, 'pg_class'), '')
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${OURS}
  UNION ALL
  SELECT 'column ' || c.oid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
         || ' ' || a.attnotnull || ' ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
         || ' ' || coalesce(col_description(c.oid, a.attnum), '') || ' ' || coalesce(a.attacl::text, '')
    FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
   WHERE ${OURS} AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL
  SELECT 'index ' || i.indexdef FROM pg_indexes i JOIN pg_namespace n ON n.nspname = i.schemaname WHERE ${OURS}
  UNION ALL
  SELECT 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(k.oid)
    FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${OURS}
  UNION ALL
  SELECT 'trigger ' || pg_get_triggerdef(t.oid)
    FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE ${OURS} AND NOT t.tgisinternal
  UNION ALL
  SELECT 'function ' || pg_get_functiondef(f.oid)
    FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace WHERE ${OURS}
  ORDER BY 1`;
