import { Client } from 'pg';
import Redis from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { waitUntil } from '../support/wait-until';
import { freshRedis } from '../support/redis';
import { freshDatabase, type FreshDatabase } from '../support/database';
import { aParty } from '../support/builders';
import { EMPTIED_TABLES, emptyTables } from '../support/database';
import { Session } from '../support/sql-session';

const TABLES = `relkind = 'r' AND relnamespace IN (
  SELECT oid FROM pg_namespace WHERE nspname IN ('mpi', 'mimir', 'prm', 'mithril'))`;

describe('What test files are given', () => {
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

  it('is a migrated database, used as app and with no right to change its tables', async () => {
    const { rows } = await asApp.query('SELECT id FROM mpi.persons');
    expect(rows).toEqual([]);
    await expect(asApp.query('DROP TABLE mpi.persons')).rejects.toThrow('must be owner');
    await expect(asApp.query('CREATE TABLE mpi.another ()')).rejects.toThrow('permission denied');
    const { rows: who } = await asApp.query('SELECT current_user AS role');
    expect(who).toEqual([{ role: 'app' }]);
  });

  it('is a database nobody else writes to', async () => {
    const other = await freshDatabase();
    const admin = new Client(other.adminUrl);
    await admin.connect();
    await admin.query('CREATE TABLE public.only_here ()');
    await admin.end();
    const { rows } = await asApp.query(`SELECT to_regclass('public.only_here') AS found`);
    expect(rows).toEqual([{ found: null }]);
    await other.drop();
  });

  it('is a way back to empty tables, with the parameters of a new installation', async () => {
    const other = await freshDatabase();
    const admin = await Session.open(other.adminUrl);
    await admin.run(`UPDATE prm.global_parameters SET value = value || '0'`);
    await aParty().withPassport('КВ123456').save(admin);
    const known = { text: `SELECT oid::regclass::text AS name FROM pg_class WHERE ${TABLES}` };
    const tables = (await admin.query<{ name: string }>(known)).map(({ name }) => name);
    expect([...EMPTIED_TABLES].sort()).toEqual(
      tables.filter((name) => !name.startsWith('mimir.register_')).sort(),
    );
    await emptyTables(admin);
    for (const name of EMPTIED_TABLES.filter((each) => each !== 'prm.global_parameters'))
      expect(await admin.query({ text: `SELECT FROM ${name}` }), name).toEqual([]);
    const parameters = { text: 'SELECT parameter, value FROM prm.global_parameters ORDER BY parameter' };
    const { rows: published } = await asApp.query(parameters.text);
    expect(await admin.query(parameters)).toEqual(published);
    await admin.close();
    await other.drop();
  });

  it('is a Redis with nothing in it', async () => {
    const redis = await freshRedis();
    const client = new Redis(redis.url);
    expect(await client.dbsize()).toBe(0);
    client.disconnect();
    await redis.stop();
  });

  it('is a wait that ends with the state, or names what was missing', async () => {
    let looks = 0;
    const seen = await waitUntil(() => (looks += 1) === 3 && 'three', { what: 'three looks', everyMs: 1 });
    expect([seen, looks]).toEqual(['three', 3]);
    const vain = waitUntil(() => false, { what: 'the impossible', timeoutMs: 5, everyMs: 1 });
    await expect(vain).rejects.toThrow('Waited 5 ms in vain for the impossible.');
  });
});
