import { DataSource, type QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { indexBusyTable } from '../../migrations/index-busy-table';
import { dataSourceOptions } from '../../src/database/data-source';
import { emptyDatabase } from '../support/database';
import { Session } from '../support/sql-session';

const INDEX = { name: 'persons_number_index', table: 'mpi.persons', columns: '(number)' };
const VALID = `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('mpi.persons_number_index')`;

describe('An index on a busy table', () => {
  let database: Awaited<ReturnType<typeof emptyDatabase>>;
  let dataSource: DataSource;
  let runner: QueryRunner;
  let sql: Session;
  beforeAll(async () => {
    database = await emptyDatabase();
    sql = await Session.open(database.adminUrl);
    await sql.run('CREATE SCHEMA mpi', 'CREATE TABLE mpi.persons (number integer)');
    dataSource = await new DataSource(dataSourceOptions(database.adminUrl)).initialize();
    runner = dataSource.createQueryRunner();
  });
  afterAll(async () => {
    await runner.release();
    await dataSource.destroy();
    await sql.close();
    await database.drop();
  });

  it('is built anew when the attempt before was broken off, and left alone when it is whole', async () => {
    await sql.run('INSERT INTO mpi.persons VALUES (1), (1)');
    await expect(
      sql.run('CREATE UNIQUE INDEX CONCURRENTLY persons_number_index ON mpi.persons (number)'),
    ).rejects.toMatchObject({ code: '23505' });
    expect(await sql.query({ text: VALID })).toEqual([{ valid: false }]);
    await indexBusyTable(runner, INDEX);
    expect(await sql.query({ text: VALID })).toEqual([{ valid: true }]);
    await indexBusyTable(runner, INDEX);
    expect(await sql.query({ text: VALID })).toEqual([{ valid: true }]);
  });

  it('keeps nobody from writing while it waits for a transaction that has written', async () => {
    await sql.run('DROP INDEX mpi.persons_number_index');
    const [first, second] = [await Session.open(database.adminUrl), await Session.open(database.adminUrl)];
    try {
      await first.run('BEGIN', 'INSERT INTO mpi.persons VALUES (2)');
      const built = indexBusyTable(runner, INDEX);
      await first.isWaitedFor(sql);
      await second.run(`SET lock_timeout = '1s'`, 'INSERT INTO mpi.persons VALUES (3)');
      await first.run('COMMIT');
      await built;
      expect(await sql.query({ text: VALID })).toEqual([{ valid: true }]);
    } finally {
      await Promise.all([first.close(), second.close()]);
    }
  });
});
