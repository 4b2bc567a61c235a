import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { look, SCHEMAS } from '../support/database';

/** Tables that only grow. */
const APPEND_ONLY = ['mpi.audit_log', 'mpi.status_change_events'];
/** What app_readonly may not read: a hash is enough to recognise a token by. */
const HIDDEN = ['mithril.tokens'];
const REFUSED = { code: '42501' };

interface Rights {
  readonly table: string;
  readonly rights: string;
}

describe('The roles without login', () => {
  let database: FreshDatabase;
  let asApp: Client;
  beforeAll(async () => {
    database = await freshDatabase();
    asApp = new Client(database.url);
    await asApp.connect();
  });
  afterAll(async () => {
    await asApp.end();
    await database.drop();
  });

  it('app reads and writes every table, and may only add to the logs', async () => {
    const rights = await rightsOf(database.adminUrl, 'app');
    expect(rights.length).toBeGreaterThan(20);
    for (const { table, rights: given } of rights) {
      const wanted = APPEND_ONLY.includes(table) ? 'SELECT INSERT' : 'SELECT INSERT UPDATE DELETE';
      expect(`${table}: ${given}`).toBe(`${table}: ${wanted}`);
    }
  });

  it('app_readonly reads every table but the tokens and does nothing else', async () => {
    for (const { table, rights } of await rightsOf(database.adminUrl, 'app_readonly')) {
      expect(`${table}: ${rights}`).toBe(`${table}: ${HIDDEN.includes(table) ? '' : 'SELECT'}`);
    }
  });

  it('app_readonly reads all of a client but its secret', async () => {
    const readable = await look(
      database.adminUrl,
      `SELECT attname AS column, has_column_privilege('app_readonly', attrelid, attnum, 'SELECT') AS readable
         FROM pg_attribute WHERE attrelid = 'mithril.clients'::regclass AND attnum > 0 ORDER BY attnum`,
    );
    expect(readable).toEqual([
      { column: 'id', readable: true },
      { column: 'secret', readable: false },
      { column: 'redirect_uri', readable: true },
      { column: 'scope', readable: true },
      { column: 'inserted_at', readable: true },
      { column: 'updated_at', readable: true },
    ]);
  });

  it.each(['app', 'app_readonly'])('%s may create nothing in any schema, nor a schema', async (role) => {
    const open = await look<{ place: string }>(
      database.adminUrl,
      `SELECT nspname AS place FROM pg_namespace
        WHERE nspname !~ '^pg_' AND has_schema_privilege('${role}', oid, 'CREATE')
       UNION ALL
       SELECT current_database() WHERE has_database_privilege('${role}', current_database(), 'CREATE')`,
    );
    expect(open).toEqual([]);
  });

  it.each(['app', 'app_readonly'])('%s owns nothing and reads the list of migrations only', async (role) => {
    const [found] = await look(
      database.adminUrl,
      `SELECT (SELECT count(*)::int FROM pg_class WHERE relowner = '${role}'::regrole) AS owned,
              has_table_privilege('${role}', 'public.migrations', 'SELECT') AS reads,
              has_table_privilege('${role}', 'public.migrations', 'INSERT, UPDATE, DELETE, TRUNCATE') AS writes`,
    );
    expect(found).toEqual({ owned: 0, reads: true, writes: false });
  });

  it.each([...SCHEMAS, 'public'])('app is refused a table in the schema %s', async (schema) => {
    await expect(asApp.query(`CREATE TABLE ${schema}.another (id uuid)`)).rejects.toMatchObject(REFUSED);
  });

  it.each([
    `UPDATE mpi.audit_log SET "row" = 'S6'`,
    'DELETE FROM mpi.audit_log',
    'TRUNCATE mpi.audit_log',
    'UPDATE mpi.status_change_events SET properties = NULL',
    'DELETE FROM mpi.status_change_events',
    'TRUNCATE mpi.persons CASCADE',
    'ALTER TABLE mpi.persons ADD COLUMN another varchar',
    'DROP TABLE mpi.verification_locks',
    'DROP TRIGGER persons_activity ON mpi.persons',
    'ALTER TABLE mpi.persons DISABLE TRIGGER persons_activity',
    'CREATE SCHEMA another',
  ])('app is refused: %s', async (statement) => {
    await expect(asApp.query(statement)).rejects.toMatchObject(REFUSED);
  });
});

/** What a role may do with each table, or with any column of it. */
async function rightsOf(url: string, role: string): Promise<Rights[]> {
  const onColumns = ['SELECT', 'INSERT', 'UPDATE'].map(
    (right) =>
      `WHEN has_any_column_privilege('${role}', c.oid, '${right}') AND right_name = '${right}' THEN true`,
  );
  return look<Rights & Record<string, unknown>>(
    url,
    `SELECT c.oid::regclass::text AS "table",
            coalesce(string_agg(right_name, ' ' ORDER BY place) FILTER (
              WHERE CASE ${onColumns.join(' ')} ELSE has_table_privilege('${role}', c.oid, right_name) END), '') AS rights
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      CROSS JOIN unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER'])
            WITH ORDINALITY AS asked (right_name, place)
      WHERE n.nspname IN ('mpi', 'mimir', 'prm', 'mithril') AND c.relkind IN ('r', 'p')
      GROUP BY c.oid ORDER BY 1`,
  );
}
