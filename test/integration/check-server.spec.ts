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

/** A server that reports this version. */
const serverThatIs = (version: number, called: string): Sql => ({
  query: <Row>() => Promise.resolve([{ version, called, lowers: true }] as Row[]),
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
      await expect(checkServer(new Transactions(dataSource, new Metrics()))).resolves.toBeUndefined();
    } finally {
      await dataSource.destroy();
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
      const fault = await checkServer(sql).catch((error: unknown) => error);
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
    await expect(checkServer(serverThatIs(version, called))).rejects.toMatchObject({
      faults: [
        { name: 'DATABASE_URL', problem: `must name a PostgreSQL 15 or newer; this one is ${called}` },
      ],
    });
  });

  it('accepts PostgreSQL 15.0', async () => {
    await expect(checkServer(serverThatIs(150_000, '15.0'))).resolves.toBeUndefined();
  });
});
