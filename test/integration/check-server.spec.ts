import { noRepository, asAdmin, onDatabase } from '../support/sql-session';
import { Metrics } from '../../src/observability';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { ConfigurationFault } from '../../src/config/read-settings';
import { checkServer } from '../../src/database/database-health.service';
import { dataSourceOptions } from '../../src/database/data-source';
import { Transactions, type Sql } from '../../src/database/transactions';
import { freshDatabase, type FreshDatabase } from '../support/database';

const PRODUCTION = { NODE_ENV: 'production' } as const;
const DEVELOPMENT = { NODE_ENV: 'development' } as const;

/** A server that reports this version. */
const serverThatIs = (version: number, called: string): Sql => ({
  query: <Row>() => Promise.resolve([{ version, called, lowers: true, isOwner: false }] as Row[]),
  repository: noRepository,
});

describe('The check of the server at start-up', () => {
  let database: FreshDatabase;
  beforeAll(async () => {
    database = await freshDatabase();
  });
  afterAll(() => database.drop());

  it('accepts a PostgreSQL that is new enough and knows Ukrainian letters', async () => {
    const dataSource = await new DataSource(dataSourceOptions(database.url)).initialize();
    try {
      await expect(
        checkServer(new Transactions(dataSource, new Metrics()), PRODUCTION),
      ).resolves.toBeUndefined();
    } finally {
      await dataSource.destroy();
    }
  });

  it('refuses the superuser and the owner of the tables in production only', async () => {
    const owner = `${database.name}_owner`;
    await asAdmin(database.adminUrl, `CREATE ROLE ${owner}`);
    await asAdmin(database.adminUrl, `CREATE ROLE ${owner}_member LOGIN NOINHERIT IN ROLE ${owner}, app`);
    await asAdmin(database.adminUrl, `ALTER TABLE mpi.audit_log OWNER TO ${owner}`);
    const member = new URL(database.adminUrl);
    member.username = `${owner}_member`;
    try {
      for (const url of [database.adminUrl, member.toString()]) {
        const dataSource = await new DataSource(dataSourceOptions(url)).initialize();
        try {
          // The program assumes the role app, which a superuser may leave again.
          await dataSource.query('SET ROLE app');
          const server = new Transactions(dataSource, new Metrics());
          await expect(checkServer(server, DEVELOPMENT)).resolves.toBeUndefined();
          await expect(checkServer(server, PRODUCTION)).rejects.toMatchObject({
            faults: [{ name: 'DATABASE_URL', problem: expect.stringContaining('must not log in as') }],
          });
        } finally {
          await dataSource.destroy();
        }
      }
    } finally {
      await asAdmin(database.adminUrl, `REASSIGN OWNED BY ${owner} TO CURRENT_USER`);
      await asAdmin(database.adminUrl, `DROP ROLE ${owner}_member, ${owner}`);
    }
  });

  it('refuses a database that leaves Ukrainian capitals as they are', async () => {
    const plain = `${database.name}_plain`;
    await asAdmin(
      database.adminUrl,
      `CREATE DATABASE ${plain} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C'`,
    );
    const client = new Client(onDatabase(database.adminUrl, plain));
    await client.connect();
    try {
      const sql: Sql = {
        query: async ({ text }) => (await client.query(text)).rows,
        repository: noRepository,
      };
      const fault = await checkServer(sql, DEVELOPMENT).catch((error: unknown) => error);
      expect(fault).toBeInstanceOf(ConfigurationFault);
      expect((fault as ConfigurationFault).faults).toMatchObject([
        { name: 'DATABASE_URL', problem: expect.stringContaining(`lower('ЇҐЄ') is not 'їґє'`) },
      ]);
    } finally {
      await client.end();
      await asAdmin(database.adminUrl, `DROP DATABASE ${plain} WITH (FORCE)`);
    }
  });

  it.each([
    { version: 140_019, called: '14.19' },
    { version: 90_624, called: '9.6.24' },
  ])('refuses PostgreSQL $called and names 15 as the oldest version', async ({ version, called }) => {
    await expect(checkServer(serverThatIs(version, called), PRODUCTION)).rejects.toMatchObject({
      faults: [
        { name: 'DATABASE_URL', problem: `must name a PostgreSQL 15 or newer; this one is ${called}` },
      ],
    });
  });

  it('accepts PostgreSQL 15.0', async () => {
    await expect(checkServer(serverThatIs(150_000, '15.0'), PRODUCTION)).resolves.toBeUndefined();
  });
});
