import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { look, SCHEMAS } from '../support/database';
import { APP_RIGHTS, type WriteRights } from './app-rights';

/** Shown when the rights are others than those decided. */
const WHAT_TO_DO = `A new table or column, or a new statement? Grant app what src writes, and nothing else, in the migration
that adds it, and write the decision into app-rights.ts (CONTRIBUTING.md, “A table or column”).`;
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

  it('app reads every table, and writes the columns that the program writes', async () => {
    for (const { table, rights } of await rightsOf(database.adminUrl, 'app')) {
      const own = APP_RIGHTS[table];
      const wanted = [
        'SELECT',
        own?.insert.length && 'INSERT',
        own?.update.length && 'UPDATE',
        own?.delete && 'DELETE',
      ];
      expect(`${table}: ${rights}`, WHAT_TO_DO).toBe(`${table}: ${wanted.filter(Boolean).join(' ')}`);
    }
    expect(await writeRightsOf(database.adminUrl, 'app'), WHAT_TO_DO).toEqual(APP_RIGHTS);
  });

  it('app dates no row: the database sets inserted_at of every table', () => {
    const dated = Object.entries(APP_RIGHTS).filter(([, { insert, update }]) =>
      [...insert, ...update].includes('inserted_at'),
    );
    expect(dated).toEqual([]);
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
    // Days long past.
    `INSERT INTO mpi.audit_log (resource, inserted_at) VALUES ('persons', '2020-01-01')`,
    `INSERT INTO mpi.audit_log (resource, updated_at) VALUES ('persons', '2020-01-01')`,
    `INSERT INTO mpi.status_change_events (entity_type, inserted_at) VALUES ('Person', '2020-01-01')`,
    // Whom a token is for, what it allows, and how long.
    `UPDATE mithril.tokens SET details = '{"scope": "person:verify"}'`,
    'UPDATE mithril.tokens SET user_id = gen_random_uuid()',
    `UPDATE mithril.tokens SET expires_at = 'infinity'`,
    `UPDATE mithril.users SET is_blocked = false`,
    `UPDATE mithril.users SET tax_id = '3100000017'`,
    'DELETE FROM mithril.users',
    `INSERT INTO mithril.roles (name, scope) VALUES ('all', 'person:verify')`,
    'INSERT INTO mithril.global_user_roles (user_id) VALUES (gen_random_uuid())',
    `INSERT INTO mithril.clients (scope) VALUES ('person:verify')`,
    `UPDATE mithril.clients SET scope = 'person:verify'`,
    `INSERT INTO prm.legal_entities (type) VALUES ('NHS')`,
    `UPDATE prm.legal_entities SET status = 'ACTIVE'`,
    `UPDATE prm.global_parameters SET value = '0'`,
    'DELETE FROM prm.global_parameters',
    // Who somebody is.
    `UPDATE mpi.persons SET first_name = 'Остромир'`,
    'UPDATE mpi.persons SET is_active = false',
    'DELETE FROM mpi.persons',
    `UPDATE mpi.person_documents SET number = 'АА000000'`,
    `UPDATE mpi.person_authentication_methods SET phone_number = '+380000000000'`,
    `UPDATE mpi.person_verifications SET drfo_verification_status = 'VERIFIED'`,
    `UPDATE prm.parties SET tax_id = '3100000017'`,
    'UPDATE prm.party_verifications SET party_is_active = true',
    'DELETE FROM mpi.confidant_person_relationships',
    'UPDATE mpi.confidant_person_relationships SET confidant_person_id = gen_random_uuid()',
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

/** Which columns a role may write, and whether it may delete rows, by table. */
async function writeRightsOf(url: string, role: string): Promise<Record<string, WriteRights>> {
  const columns = (right: string): string => `
    coalesce(array_agg(a.attname::text ORDER BY a.attname COLLATE "C")
      FILTER (WHERE has_column_privilege('${role}', c.oid, a.attnum, '${right}')), '{}')`;
  const rows = await look<WriteRights & { readonly table: string }>(
    url,
    `SELECT c.oid::regclass::text AS "table", ${columns('INSERT')} AS insert, ${columns('UPDATE')} AS update,
            has_table_privilege('${role}', c.oid, 'DELETE') AS delete
       FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      WHERE n.nspname IN ('mpi', 'mimir', 'prm', 'mithril') AND c.relkind IN ('r', 'p')
      GROUP BY c.oid`,
  );
  return Object.fromEntries(rows.map(({ table, ...rights }) => [table, rights]));
}
