import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dataSourceOptions } from '../../src/database/data-source';
import { DatabaseHealth } from '../../src/database/database-health.service';
import { JobSchedule } from '../../src/database/mpi/job-schedule.entity';
import { isPermanent } from '../../src/database/sql-errors';
import { type Sql, Transactions } from '../../src/database/transactions';
import { answerTo } from '../../src/http/refusal.filter';
import { Metrics } from '../../src/observability';
import { type FreshDatabase, freshDatabase } from '../support/database';
import { Session } from '../support/sql-session';

const POOL_SIZE = 3;

/** Prepared, and its result type is that of the table. */
const READ = { name: 'read_probe', text: 'SELECT n FROM public.probe' };

describe('A connection that would fail every further statement', () => {
  let database: FreshDatabase;
  let admin: Session;
  let dataSource: DataSource;
  let metrics: Metrics;
  let transactions: Transactions;

  beforeAll(async () => {
    database = await freshDatabase();
    admin = await Session.open(database.adminUrl);
  });
  beforeEach(async () => {
    await admin.run(
      'CREATE TABLE public.probe (n integer)',
      'GRANT SELECT ON public.probe TO public',
      'INSERT INTO public.probe VALUES (7)',
    );
    const options = dataSourceOptions(database.url, { poolSize: POOL_SIZE });
    dataSource = await new DataSource(options).initialize();
    metrics = new Metrics();
    transactions = new Transactions(dataSource, metrics);
  });
  afterEach(async () => {
    await dataSource.destroy();
    await admin.run('DROP TABLE public.probe', 'DELETE FROM mpi.job_schedules');
  });
  afterAll(async () => {
    await admin.close();
    await database.drop();
  });

  const repeats = async (): Promise<number> =>
    (await metrics.transactionsRepeated.get()).values.reduce((sum, { value }) => sum + value, 0);
  const backend = async (sql: Sql): Promise<unknown> =>
    (await sql.query({ text: 'SELECT pg_backend_pid() AS pid' }))[0]?.['pid'];

  /** Every connection of the pool prepares the statement; returns the backends. */
  async function prepareEverywhere(): Promise<readonly unknown[]> {
    let arrived = 0;
    let allArrived: () => void = () => undefined;
    const all = new Promise<void>((resolve) => (allArrived = resolve));
    const work = () =>
      transactions.inTransaction(async (sql) => {
        await sql.query(READ);
        arrived += 1;
        if (arrived === POOL_SIZE) allArrived();
        await all;
        return backend(sql);
      });
    return Promise.all(Array.from({ length: POOL_SIZE }, work));
  }

  const alterColumn = () => admin.run('ALTER TABLE public.probe ALTER COLUMN n TYPE bigint');

  it('because a column changed its type is replaced, and its statement sent once more', async () => {
    const before = await prepareEverywhere();
    await alterColumn();
    expect(await transactions.query(READ)).toEqual([{ n: '7' }]);
    expect(await repeats()).toBe(1);
    const after = await prepareEverywhere();
    expect(before.filter((pid) => after.includes(pid)).length).toBeLessThan(POOL_SIZE);
  });

  it('because a column changed its type costs a transaction one repeat of its whole work', async () => {
    await prepareEverywhere();
    await alterColumn();
    const attempts: number[] = [];
    await transactions.inTransaction(async (sql) => {
      await sql.repository(JobSchedule).insert({ job: `attempt-${attempts.length}` });
      attempts.push(attempts.length);
      await sql.query(READ);
    });
    expect(attempts).toEqual([0, 1]);
    expect(await transactions.repository(JobSchedule).find()).toMatchObject([{ job: 'attempt-1' }]);
  });

  it('because its prepared statements were removed is replaced', async () => {
    await transactions.query(READ);
    const gone = await backend(transactions);
    await transactions.query({ text: 'DEALLOCATE ALL' });
    expect(await transactions.query(READ)).toEqual([{ n: 7 }]);
    expect(await repeats()).toBe(1);
    expect(await backend(transactions)).not.toBe(gone);
  });

  it('is not what a full pool means: its callers get a time to try again', async () => {
    const small = await new DataSource(dataSourceOptions(database.url, { poolSize: 1 })).initialize();
    const pool = small.driver as unknown as { master: { options: { connectionTimeoutMillis: number } } };
    const crowded = new Transactions(small, metrics);
    const error: unknown = await crowded.inTransaction(async () => {
      // Only now, when the one connection is there: that may take longer.
      pool.master.options.connectionTimeoutMillis = 50;
      return crowded.query(READ).catch((failure: unknown) => failure);
    });
    expect(answerTo(error)).toMatchObject({ status: 503, retryAfterSeconds: 5 });
    expect(isPermanent(error)).toBe(false);
    await small.destroy();
  });

  const mayOnlyRead = () => transactions.query({ text: 'SET default_transaction_read_only = on' });

  it('because it may only read is replaced by one to the server as it is now', async () => {
    const insert = (job: string) => transactions.repository(JobSchedule).insert({ job });
    await mayOnlyRead();
    const error: unknown = await transactions
      .inTransaction((sql) => sql.repository(JobSchedule).insert({ job: 'refused' }))
      .catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: '25006' });
    expect(isPermanent(error)).toBe(false);
    await insert('written');
    expect(await transactions.repository(JobSchedule).find()).toMatchObject([{ job: 'written' }]);
  });

  it('because it may only read is replaced by the readiness probe, as no call writes in an unready process', async () => {
    const health = new DatabaseHealth(dataSource, transactions);
    expect(await health.isWritable()).toBe(true);
    await mayOnlyRead();
    await expect(health.isWritable()).rejects.toMatchObject({ code: '25006' });
    expect(await health.isWritable()).toBe(true);
  });
});
