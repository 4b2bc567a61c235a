import { Metrics } from '../../src/observability';
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { Transactions } from '../../src/database/transactions';
import { type Claim, type Claimant, ClaimRepository } from '../../src/verifications/claim.repository';
import { FactsRepository } from '../../src/verifications/facts.repository';
import { PERSONS } from '../../src/verifications/subject';
import { aPerson, lockOf, type PersonBuilder, savePersons, verificationOf } from '../support/builders';
import { type FreshDatabase, freshDatabase } from '../support/database';
import { Session } from '../support/sql-session';

const SYSTEM_USER_ID = '00000000-0000-4000-8000-000000000001';
const OLD_CLAIM = '33333333-3333-4333-8333-333333333333';

let database: FreshDatabase;
let dataSource: DataSource;
let claims: ClaimRepository;
let sql: Session;
let runId: string;

beforeAll(async () => {
  database = await freshDatabase();
  dataSource = await new DataSource(dataSourceOptions(database.url, { poolSize: 8 })).initialize();
  claims = new ClaimRepository(new Transactions(dataSource, new Metrics()), new FactsRepository());
  sql = await Session.open(database.adminUrl);
});
afterAll(async () => {
  await sql.close();
  await dataSource.destroy();
  await database.drop();
});
beforeEach(async () => {
  await sql.run(
    'TRUNCATE mpi.persons, mpi.person_verifications, mpi.verification_locks, mpi.verification_claims, mpi.job_runs, mpi.job_run_counts CASCADE',
  );
  runId = randomUUID();
  await sql.query(
    {
      text: `INSERT INTO mpi.job_runs (id, job, started_at, status) VALUES ($1, 'some-job', now(), 'RUNNING')`,
    },
    [runId],
  );
});

const claimant = (changes: Partial<Claimant> = {}): Claimant => ({
  stream: 'dms_passport',
  subject: PERSONS,
  runId,
  worker: 'one',
  leaseSeconds: 30,
  actorId: SYSTEM_USER_ID,
  threshold: new Date('2021-01-01'),
  ...changes,
});

const claim = (size: number, changes?: Partial<Claimant>): Promise<Claim> =>
  claims.claimReady(claimant(changes), size, []);

const idsOf = ({ persons }: Claim): string[] => persons.map(({ facts }) => facts.personId);
const due = (): PersonBuilder => aPerson().withPassport('КВ123456');
const people = (n: number): Promise<string[]> => savePersons(sql, Array.from({ length: n }, due));

const waitingSince = (retryAt: string, id: string) => ({ mark: { syncedAt: retryAt, id } });

describe('A claim', () => {
  it('takes no more than asked for, with everything the call needs and a lease', async () => {
    const all = await people(7);
    const taken = await claim(5);
    expect(idsOf(taken)).toEqual([...all].sort().slice(0, 5));
    expect(taken.persons[0]).toMatchObject({
      claimId: taken.claimId,
      attempts: 0,
      facts: { documents: [{ type: 'PASSPORT', number: 'КВ123456', issuedAt: null, expirationDate: null }] },
    });
    const [row] = await sql.query<{ seconds: number }>({
      text: `SELECT extract(epoch FROM lease_until - taken_at)::float8 AS seconds FROM mpi.verification_claims`,
    });
    expect(row?.seconds).toBe(30);
    expect(idsOf(await claim(5))).toHaveLength(2);
    expect(idsOf(await claim(5))).toHaveLength(0);
  });

  it('of many at once: nobody is taken twice, nobody is left', async () => {
    const all = await people(120);
    const taken = await Promise.all(
      Array.from({ length: 12 }, (_, n) => claim(10, { worker: `worker ${n}` })),
    );
    const rest: Claim[] = [];
    for (let last = await claim(50); last.persons.length > 0; last = await claim(50)) rest.push(last);
    const ids = [...taken, ...rest].flatMap(idsOf);
    expect(ids).toHaveLength(all.length);
    expect(new Set(ids).size).toBe(all.length);
  });

  it('does not wait for a row that somebody holds: it takes the others', async () => {
    const all = (await people(3)).sort();
    const holder = await Session.open(database.adminUrl);
    await holder.holdPerson(all[0] ?? '');
    expect(idsOf(await claim(3))).toEqual(all.slice(1));
    await holder.run('COMMIT');
    await holder.close();
    expect(idsOf(await claim(3))).toEqual(all.slice(0, 1));
  });

  it('for a run that is over takes nobody', async () => {
    await people(3);
    await sql.run(`UPDATE mpi.job_runs SET status = 'FINISHED', finished_at = now()`);
    expect((await claim(3)).persons).toEqual([]);
    expect(await sql.query({ text: 'SELECT FROM mpi.verification_claims' })).toEqual([]);
  });

  it('writes over a void lock, which remembers nothing that is true', async () => {
    const [person = ''] = await savePersons(sql, [
      due().locked('dms_passport', {
        claimId: OLD_CLAIM,
        statusBefore: 'VERIFIED',
        reasonBefore: 'AUTO_VALID',
        attempts: 2,
      }),
    ]);
    const taken = await claim(1);
    expect(taken.persons).toMatchObject([{ attempts: 2 }]);
    expect(await lockOf(sql, person, 'dms_passport')).toMatchObject({
      claim_id: taken.claimId,
      status_before: 'VERIFICATION_NEEDED',
      reason_before: 'ONLINE_TRIGGERED',
      attempts: 2,
    });
  });

  it('counts what it took in the same transaction', async () => {
    await people(3);
    await claim(2, { worker: 'one' });
    await claim(2, { worker: 'two' });
    const counted = await sql.query({
      text: 'SELECT worker, counter, n::int AS n FROM mpi.job_run_counts ORDER BY worker, counter',
    });
    expect(counted).toEqual([
      { worker: 'one', counter: 'batches', n: 1 },
      { worker: 'one', counter: 'taken', n: 2 },
      { worker: 'two', counter: 'batches', n: 1 },
      { worker: 'two', counter: 'taken', n: 1 },
    ]);
  });

  it('leaves the columns of the answer as they are, and ends a wait', async () => {
    const [person = ''] = await savePersons(sql, [
      aPerson()
        .withPassport('КВ123456')
        .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', {
          syncedAt: '2019-01-01',
          dataStatus: 0,
          retryAt: '2019-02-02',
        })
        .locked('dms_passport', { attempts: 1 }),
    ]);
    const taken = await claims.claimRetries(claimant(), [waitingSince('2019-02-02', person)]);
    expect(idsOf(taken)).toEqual([person]);
    expect(await verificationOf(sql, person)).toMatchObject({
      dms_passport_verification_status: 'IN_REVIEW',
      dms_passport_data_status: 0,
      dms_passport_synced_at: new Date('2019-01-01'),
      dms_passport_retry_at: null,
    });
  });

  it.each([
    ['is due no more', { syncedAt: '2022-01-01', retryAt: '2019-02-02' }],
    ['waits for nothing any more', { syncedAt: '2019-01-01' }],
    ['waits anew, since another worker tried them', { syncedAt: '2019-01-01', retryAt: '2019-02-03' }],
  ])('of listed persons passes over who %s', async (_why, extras) => {
    const [person = ''] = await savePersons(sql, [
      aPerson().withPassport('КВ123456').stream('dms_passport', 'VERIFIED', 'AUTO_VALID', extras),
    ]);
    const taken = await claims.claimRetries(claimant(), [waitingSince('2019-02-02', person)]);
    expect(idsOf(taken)).toEqual([]);
  });
});
