import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dataSourceOptions } from '../../src/database/data-source';
import { JobSchedule } from '../../src/database/mpi/job-schedule.entity';
import { isPermanent } from '../../src/database/sql-errors';
import { type Sql, Transactions } from '../../src/database/transactions';
import { answerTo } from '../../src/http/refusal.filter';
import { Metrics } from '../../src/observability';
import { type FreshDatabase, freshDatabase } from '../support/database';
import { SilentNetwork } from '../support/network-proxies';
import { waitUntil } from '../support/wait-until';

const POOL_SIZE = 2;

/**
 * Short, because the tests wait for it, and longer than a busy machine needs to open a connection; the program's is longer
 * than its longest statement.
 */
const SILENCE_MS = 1_500;

const ONE = { text: 'SELECT 1 AS one' };

/** The connections of a pool, which the driver does not publish. */
interface Pool {
  readonly totalCount: number;
  readonly idleCount: number;
}

describe('When the network to PostgreSQL goes silent', () => {
  let database: FreshDatabase;
  let network: SilentNetwork;
  let dataSource: DataSource;
  let transactions: Transactions;

  beforeAll(async () => {
    database = await freshDatabase();
  });
  beforeEach(async () => {
    network = await SilentNetwork.before(database.url);
    const options = dataSourceOptions(network.url, { poolSize: POOL_SIZE, silenceMs: SILENCE_MS });
    dataSource = await new DataSource(options).initialize();
    transactions = new Transactions(dataSource, new Metrics());
  });
  afterEach(async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await network.stop();
  });
  afterAll(() => database.drop());

  const pool = (): Pool => (dataSource.driver as unknown as { master: Pool }).master;

  /** Fails as unavailable, and as an error that workers retry. */
  async function expectUnavailable(work: Promise<unknown>): Promise<void> {
    const error: unknown = await work.then(
      () => new Error('it did not fail'),
      (failure: unknown) => failure,
    );
    expect(answerTo(error)).toMatchObject({ status: 503, retryAfterSeconds: 5 });
    expect(isPermanent(error)).toBe(false);
  }

  it.each<[string, () => Promise<unknown>]>([
    ['a statement', () => transactions.query(ONE)],
    ['a repository', () => transactions.repository(JobSchedule).find()],
    ['a transaction', () => transactions.inTransaction((sql) => sql.query(ONE))],
  ])('%s fails, its connection leaves the pool, and the next one is new', async (_, work) => {
    await work();
    expect(pool()).toMatchObject({ totalCount: 1, idleCount: 1 });
    network.goSilent();
    await expectUnavailable(work());
    expect(pool()).toMatchObject({ totalCount: 0 });
    network.comeBack();
    await work();
    expect(pool()).toMatchObject({ totalCount: 1, idleCount: 1 });
  });

  it('a transaction under way fails with its next statement, and nothing of it is written', async () => {
    const work = transactions.inTransaction(async (sql: Sql) => {
      await sql.repository(JobSchedule).insert({ job: 'lost' });
      network.goSilent();
      await sql.query(ONE);
    });
    await expectUnavailable(work);
    network.comeBack();
    expect(await transactions.repository(JobSchedule).count()).toBe(0);
  });

  it('a pool full of silent connections gives way to new ones', async () => {
    await Promise.all(Array.from({ length: POOL_SIZE }, () => transactions.query(ONE)));
    expect(pool()).toMatchObject({ totalCount: POOL_SIZE });
    network.goSilent();
    const waiting = Array.from({ length: POOL_SIZE * 2 }, () => expectUnavailable(transactions.query(ONE)));
    await Promise.all(waiting.slice(0, POOL_SIZE));
    network.comeBack();
    await Promise.allSettled(waiting);
    expect(await transactions.query(ONE)).toEqual([{ one: 1 }]);
  });

  it('the pool closes nevertheless', async () => {
    await Promise.all(Array.from({ length: POOL_SIZE }, () => transactions.query(ONE)));
    const closing = pool();
    network.goSilent();
    const underWay = expectUnavailable(transactions.query(ONE));
    await waitUntil(() => closing.idleCount < POOL_SIZE, { what: 'the statement to have its connection' });
    await dataSource.destroy();
    expect(closing).toMatchObject({ totalCount: 0 });
    await underWay;
  });
});
