import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MIGRATIONS } from '../../migrations';
import { dataSourceOptions, migrate, migrateDown } from '../../src/database/data-source';
import { startPostgres } from '../../tools/embedded';
import { emptyDatabase } from '../support/database';
import { asAdmin, Session } from '../support/sql-session';
import { catalogueOf, look } from '../support/database';

const NAMES: readonly string[] = MIGRATIONS.map((migration) => new migration().name);

/** Whom the steps keep from tables that were there before them; docs/operating.md lists them, too. */
const STOPPED = {
  CreatePersonVerifications1700000000200: ['mpi.persons: who writes'],
  CreateRelationships1700000000700: ['mpi.persons: who writes'],
  CreateSignUps1700000000750: ['mpi.persons: who writes'],
  CheckParties1700000001300: [
    'mpi.verification_claims: everybody, while all rows are read',
    'prm.parties: who writes',
    'prm.party_verifications: everybody',
  ],
  ApproveRelationships1700000001750: [
    'mpi.confidant_person_relationships: everybody',
    'mpi.sign_ups: everybody',
  ],
  RecordRunPeriod1700000001910: ['mpi.job_runs: everybody'],
  PauseJobs1700000002100: [
    'mpi.job_runs: everybody',
    'mpi.job_schedules: everybody, while all rows are read',
  ],
  OrderActivityLocks1700000001900: ['mpi.persons: who writes', 'prm.parties: who writes'],
};

describe('The migrations', () => {
  let drop: (() => Promise<void>) | undefined;
  afterEach(async () => {
    await drop?.();
    drop = undefined;
  });

  async function anEmptyDatabase(): Promise<string> {
    const database = await emptyDatabase();
    drop = database.drop;
    return database.adminUrl;
  }

  it('each take back exactly what they made, and make the same again', async () => {
    const url = await anEmptyDatabase();
    const before: string[][] = [];
    for (const name of NAMES) {
      before.push(await catalogueOf(url));
      await applyUpTo(url, name);
    }
    const complete = await catalogueOf(url);
    expect(complete.length).toBeGreaterThan(500);

    for (const name of [...NAMES].reverse()) {
      expect(await migrateDown(url)).toBe(name);
      expect(await catalogueOf(url), `after ${name} was taken back`).toEqual(before.pop());
    }
    expect(await migrateDown(url)).toBeNull();

    expect(await migrate(url)).toEqual(NAMES);
    expect(await catalogueOf(url)).toEqual(complete);
  });

  it('do nothing the second time', async () => {
    const url = await anEmptyDatabase();
    await migrate(url);
    expect(await migrate(url)).toEqual([]);
  });

  it('keep nobody from a table with rows but for moments, and read none of it then', async () => {
    const url = await anEmptyDatabase();
    await applyUpTo(url, NAMES[0] ?? '');
    expect(await stoppedBy(url, MIGRATIONS.slice(1))).toEqual(STOPPED);
  });

  it('mark all parties that were inactive before, and none that becomes active meanwhile', async () => {
    const url = await anEmptyDatabase();
    await applyUpTo(url, 'IndexRelationshipLists1700000001250');
    // More than are marked at once.
    await asAdmin(url, ...inactiveParties(1_100));
    await applyUpTo(url, 'CheckParties1700000001300');
    const [official, observer] = [await Session.open(url), await Session.open(url)];
    await official.run('BEGIN', `UPDATE prm.parties SET is_active = true WHERE last_name = '7'`);
    const migrated = migrate(url);
    try {
      await official.isWaitedFor(observer);
      await official.run('COMMIT');
    } finally {
      await Promise.all([official.close(), observer.close()]);
      await migrated;
    }
    const active = await look(
      url,
      `SELECT p.last_name AS name FROM prm.party_verifications AS v JOIN prm.parties AS p ON p.id = v.party_id
        WHERE v.party_is_active`,
    );
    expect(active).toEqual([{ name: '7' }]);
  });

  it('name the users who share a tax number by their ids alone, until nobody shares one', async () => {
    const url = await anEmptyDatabase();
    await applyUpTo(url, 'ApproveRelationships1700000001750');
    const ids = [1, 2, 3].map((n) => `5a5b1c9e-0000-4000-8000-00000000000${n}`);
    const [first, second, third] = ids;
    await asAdmin(
      url,
      `INSERT INTO mithril.users (id, tax_id) VALUES
         ('${first}', '3100000017'), ('${second}', '310-000-00-17'), ('${third}', '3100000018')`,
    );
    const failed = await migrate(url).catch((error: unknown) => String(error));
    expect(failed).toContain(`\n  ${first}, ${second}`);
    expect(failed).not.toMatch(new RegExp(`${third}|31.?0`));
    await asAdmin(url, `UPDATE mithril.users SET is_active = false WHERE id = '${second}'`);
    expect(await migrate(url)).toContain('UniqueTaxNumbers1700000001751');
  });

  it('are applied once when several copies of the program start together', async () => {
    const url = await anEmptyDatabase();
    const applied = await Promise.all([migrate(url), migrate(url), migrate(url)]);
    expect(applied.flat()).toEqual(NAMES);
    const recorded = await look<{ name: string }>(url, 'SELECT name FROM public.migrations ORDER BY id');
    expect(recorded.map(({ name }) => name)).toEqual(NAMES);
  });

  it('make the roles on a new server, also when several databases begin there at once', async () => {
    const binaries = process.env['EMBEDDED_POSTGRES_BIN'];
    const server = await startPostgres({ nodeEnv: 'test', durable: false, binaries });
    drop = () => server.stop();
    const databases = ['first', 'second', 'third', 'fourth'];
    await asAdmin(server.url, ...databases.map((name) => `CREATE DATABASE ${name}`));
    const applied = await Promise.all(databases.map((name) => migrate(server.databaseUrl(name))));
    expect(applied).toEqual(databases.map(() => NAMES));
    const roles = await look(
      server.url,
      `SELECT rolname AS name, rolcanlogin OR rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls AS mighty
         FROM pg_roles WHERE rolname IN ('app', 'app_readonly') ORDER BY rolname`,
    );
    expect(roles).toEqual([
      { name: 'app', mighty: false },
      { name: 'app_readonly', mighty: false },
    ]);
  });
});

/** As if this migration were the newest one there is. */
async function applyUpTo(url: string, name: string): Promise<void> {
  const migrations = MIGRATIONS.slice(0, NAMES.indexOf(name) + 1);
  const dataSource = new DataSource({ ...dataSourceOptions(url), entities: [], migrations });
  await dataSource.initialize();
  try {
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
}

type Step = (typeof MIGRATIONS)[number];

/** Whom each step stops, or by which statement it may; steps that stop nobody are left out. */
async function stoppedBy(url: string, steps: readonly Step[]): Promise<Record<string, string[]>> {
  const dataSource = await new DataSource(dataSourceOptions(url)).initialize();
  const runner = dataSource.createQueryRunner();
  const stopped: Record<string, string[]> = {};
  try {
    for (const Step of steps) {
      const step: MigrationInterface = new Step();
      const lines = await (step.transaction === false
        ? outsideTransaction(runner, step)
        : insideTransaction(runner, step));
      if (lines.length > 0) stopped[Step.name] = lines;
    }
  } finally {
    await runner.release();
    await dataSource.destroy();
  }
  return stopped;
}

/** Locks that last until the end of the step, on tables that were there before it. */
async function insideTransaction(runner: QueryRunner, step: MigrationInterface): Promise<string[]> {
  // What earlier steps read is not counted with this one.
  await runner.query('SELECT pg_stat_force_next_flush()');
  const before = (await runner.query(`SELECT oid FROM pg_class WHERE relkind = 'r'`)) as { oid: number }[];
  await runner.startTransaction();
  await step.up(runner);
  const locks = (await runner.query(LOCKS, [before.map(({ oid }) => oid)])) as { line: string }[];
  await runner.commitTransaction();
  return locks.map(({ line }) => line);
}

/** Statements on tables and indexes that do not let others work meanwhile. */
async function outsideTransaction(runner: QueryRunner, step: MigrationInterface): Promise<string[]> {
  const sent = vi.spyOn(runner, 'query');
  await step.up(runner);
  const statements = sent.mock.calls.map(([text]) => text.trim());
  sent.mockRestore();
  // Anything else but a look, or a write of a few rows, is not known to let others work.
  const harmless =
    /^(CREATE( UNIQUE)?|DROP) INDEX CONCURRENTLY|^ANALYZE|^DROP FUNCTION|^SELECT|^WITH [^;]* LIMIT \d/;
  return statements.filter((text) => !harmless.test(text));
}

const LOCKS = `
  SELECT l.relation::regclass
         || CASE WHEN bool_or(l.mode = 'AccessExclusiveLock') THEN ': everybody' ELSE ': who writes' END
         || CASE WHEN bool_or(s.seq_scan > 0) THEN ', while all rows are read' ELSE '' END AS line
    FROM pg_locks AS l JOIN pg_stat_xact_user_tables AS s ON s.relid = l.relation
   WHERE l.pid = pg_backend_pid() AND l.relation = ANY ($1::oid[])
     AND l.mode IN ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
   GROUP BY l.relation ORDER BY 1`;

/** So many who were inactive before parties were checked by a schedule, each with a number for a name. */
function inactiveParties(n: number): string[] {
  const streams = ['drfo', 'dracs_death', 'mvs_passport', 'dms_passport', 'dracs_name_change'];
  const columns = streams.map((stream) => `${stream}_verification_status, ${stream}_verification_reason`);
  return [
    `INSERT INTO prm.parties (last_name, is_active) SELECT i::text, false FROM generate_series(1, ${n}) AS i`,
    `INSERT INTO prm.party_verifications (party_id, ${columns.join(', ')})
       SELECT id, ${streams.map(() => `'VERIFIED', 'INITIAL'`).join(', ')} FROM prm.parties`,
  ];
}
