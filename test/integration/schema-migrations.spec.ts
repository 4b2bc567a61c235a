import { DataSource } from 'typeorm';
import { afterEach, describe, expect, it } from 'vitest';
import { MIGRATIONS } from '../../migrations';
import { dataSourceOptions, migrate, migrateDown } from '../../src/database/data-source';
import { startPostgres } from '../../src/embedded';
import { emptyDatabase } from '../support';
import { asAdmin } from '../support/as-admin';
import { catalogueOf, look } from '../support/catalogue';

const NAMES: readonly string[] = MIGRATIONS.map((migration) => new migration().name);

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
  const dataSource = new DataSource({ ...dataSourceOptions(url), migrations });
  await dataSource.initialize();
  try {
    await dataSource.runMigrations();
  } finally {
    await dataSource.destroy();
  }
}
