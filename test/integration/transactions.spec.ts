import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { JobSchedule } from '../../src/database/mpi/job-schedule.entity';
import { AuditLog } from '../../src/database/mpi/audit-log.entity';
import { StatusChangeEvent } from '../../src/database/mpi/status-change-event.entity';
import { insertRows, type Sql, Transactions } from '../../src/database/transactions';
import { Metrics } from '../../src/observability';
import { type FreshDatabase, freshDatabase } from '../support/database';

class Unwanted extends Error {}

describe('A transaction', () => {
  let database: FreshDatabase;
  let dataSource: DataSource;
  let metrics: Metrics;
  let transactions: Transactions;

  beforeAll(async () => {
    database = await freshDatabase();
    dataSource = await new DataSource(dataSourceOptions(database.url, { poolSize: 4 })).initialize();
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });
  beforeEach(async () => {
    dataSource.subscribers.length = 0;
    metrics = new Metrics();
    transactions = new Transactions(dataSource, metrics);
    const admin = await new DataSource({ type: 'postgres', url: database.adminUrl }).initialize();
    await admin.query('TRUNCATE mpi.job_schedules');
    await admin.destroy();
  });

  const jobs = async (): Promise<string[]> => {
    const found = await transactions.repository(JobSchedule).find({ order: { job: 'ASC' } });
    return found.map(({ job }) => job);
  };
  const total = async (metric: Metrics['sqlStatements']): Promise<number> =>
    (await metric.get()).values.reduce((sum, { value }) => sum + value, 0);
  const lock = (sql: Sql, key: number) => sql.query({ text: 'SELECT pg_advisory_xact_lock($1)' }, [key]);
  const insert = async (sql: Sql, job: string): Promise<void> => {
    await sql.repository(JobSchedule).insert({ job });
  };

  it('commits what statements and repositories wrote, and counts every statement', async () => {
    await transactions.inTransaction(async (sql) => {
      await insert(sql, 'by-repository');
      await sql.query({ text: 'INSERT INTO mpi.job_schedules (job) VALUES ($1)' }, ['by-statement']);
      // Both see each other before the commit; nobody else sees either.
      expect(await sql.repository(JobSchedule).count()).toBe(2);
      expect(await jobs()).toEqual([]);
    });
    // BEGIN, two INSERTs, two SELECTs, COMMIT.
    expect(await total(metrics.sqlStatements)).toBe(6);
    expect(await jobs()).toEqual(['by-repository', 'by-statement']);
  });

  it('inserts rows of an entity by one statement, with defaults for columns that no row has', async () => {
    const since = new Date('2026-11-01T10:20:30.456Z');
    const changeset = { names: ['it’s', '{"quoted"}', 'a,b\\'], old_value: null };
    await transactions.inTransaction(async (sql) => {
      await insertRows(sql, AuditLog, [
        { resource: 'first', changeset, durationMs: 7 },
        { resource: 'second', row: 'S6' },
      ]);
      await insertRows(sql, StatusChangeEvent, [{ entityType: 'Party', eventTime: since }]);
    });
    // BEGIN, two INSERTs, COMMIT.
    expect(await total(metrics.sqlStatements)).toBe(4);
    expect(await transactions.repository(StatusChangeEvent).find()).toMatchObject([
      { entityType: 'Party', eventType: 'StatusChangeEvent', eventTime: since, properties: null },
    ]);
    const written = await transactions.repository(AuditLog).find({ order: { resource: 'ASC' } });
    expect(written).toMatchObject([
      { resource: 'first', changeset, durationMs: 7, row: null },
      { resource: 'second', changeset: null, durationMs: null, row: 'S6' },
    ]);
    expect(new Set(written.map(({ id }) => id)).size).toBe(2);
    expect(written.every(({ insertedAt, updatedAt }) => insertedAt > since && updatedAt > since)).toBe(true);
  });

  it('sends nothing for no rows, and another statement for other columns', async () => {
    const insertJobs = (rows: readonly Partial<JobSchedule>[]): Promise<void> =>
      transactions.inTransaction((sql) => insertRows(sql, JobSchedule, rows));
    await insertJobs([]);
    expect(await jobs()).toEqual([]);
    await insertJobs([{ job: 'without-id' }]);
    await insertJobs([{ job: 'with-id', id: randomUUID() }]);
    await insertJobs([{ job: 'without-id-again' }]);
    expect(await jobs()).toEqual(['with-id', 'without-id', 'without-id-again']);
  });

  it.each<[string, (sql: Sql) => Promise<unknown>]>([
    ['insertRows', (sql) => insertRows(sql, JobSchedule, [{ job: 'lost' }])],
    ['insert', (sql) => sql.repository(JobSchedule).insert({ job: 'lost' })],
    ['save', (sql) => sql.repository(JobSchedule).save({ job: 'lost' })],
    [
      'the query builder',
      (sql) => sql.repository(JobSchedule).createQueryBuilder().insert().values({ job: 'lost' }).execute(),
    ],
  ])('rolls back what a repository wrote by %s', async (_, write) => {
    await expect(
      transactions.inTransaction(async (sql) => {
        await write(sql);
        expect(await sql.repository(JobSchedule).count()).toBe(1);
        throw new Unwanted();
      }),
    ).rejects.toBeInstanceOf(Unwanted);
    expect(await jobs()).toEqual([]);
  });

  it('rolls back when a repository fails, and passes on the code of the database', async () => {
    const failing = transactions.inTransaction(async (sql) => {
      await insert(sql, 'first');
      await insert(sql, 'first');
    });
    await expect(failing).rejects.toMatchObject({ code: '23505' });
    expect(await jobs()).toEqual([]);
  });

  it('repeats the whole work after a deadlock, what repositories wrote included', async () => {
    const attempts = { one: 0, two: 0 };
    let bothHoldALock: () => void = () => undefined;
    let holding = 0;
    const both = new Promise<void>((resolve) => (bothHoldALock = resolve));
    const work = (name: 'one' | 'two', [mine, other]: [number, number]) =>
      transactions.inTransaction(async (sql) => {
        attempts[name] += 1;
        await insert(sql, name);
        await lock(sql, mine);
        holding += 1;
        if (holding === 2) bothHoldALock();
        await both;
        await lock(sql, other);
      });
    await Promise.all([work('one', [1, 2]), work('two', [2, 1])]);
    expect(attempts.one + attempts.two).toBe(3);
    expect(await total(metrics.transactionsRepeated)).toBe(1);
    expect(await jobs()).toEqual(['one', 'two']);
  });

  it('repeats the work when a statement of a repository ends the transaction', async () => {
    let attempts = 0;
    await transactions.inTransaction(async (sql) => {
      attempts += 1;
      await insert(sql, 'once');
      if (attempts > 1) return;
      await sql
        .repository(JobSchedule)
        .query(`DO $$ BEGIN RAISE EXCEPTION 'conflict' USING ERRCODE = '40001'; END $$`);
    });
    expect(attempts).toBe(2);
    expect(await jobs()).toEqual(['once']);
  });

  it('repeats a single call of a repository too', async () => {
    const repository = dataSource.getRepository(JobSchedule);
    const victim = Object.assign(new Error('deadlock detected'), { code: '40P01' });
    const find = vi.spyOn(repository, 'find').mockRejectedValueOnce(victim);
    expect(await jobs()).toEqual([]);
    expect(find).toHaveBeenCalledTimes(2);
    expect(await total(metrics.transactionsRepeated)).toBe(1);
    find.mockRestore();
  });

  it('gives a lost connection of a repository call its code', async () => {
    const lost = vi
      .spyOn(dataSource.getRepository(JobSchedule), 'find')
      .mockRejectedValueOnce(new Error('Connection terminated unexpectedly'));
    await expect(jobs()).rejects.toMatchObject({ code: '08006' });
    lost.mockRestore();
  });
});
