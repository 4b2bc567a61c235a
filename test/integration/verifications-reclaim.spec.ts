import { Metrics } from '../../src/observability';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { Transactions } from '../../src/database/transactions';
import { OutcomeRepository } from '../../src/verifications/outcome.repository';
import { ExpiredClaims } from '../../src/verifications/expired-claims.service';
import { PERSONS } from '../../src/verifications/subject';
import { aPerson, lockOf, savePersons, verificationOf } from '../support/builders';
import { type FreshDatabase, freshDatabase } from '../support/database';
import { Session } from '../support/sql-session';

const SYSTEM_USER_ID = '00000000-0000-4000-8000-000000000001';
const RUN = '44444444-4444-4444-8444-444444444444';
const ONE = '11111111-1111-4111-8111-111111111111';
const OTHER = '22222222-2222-4222-8222-222222222222';

const CHECKED = { stream: 'dms_passport', subject: PERSONS } as const;

let database: FreshDatabase;
let dataSource: DataSource;
let expired: ExpiredClaims;
let sql: Session;

beforeAll(async () => {
  database = await freshDatabase();
  dataSource = await new DataSource(dataSourceOptions(database.url, { poolSize: 4 })).initialize();
  expired = new ExpiredClaims(new Transactions(dataSource, new Metrics()), new OutcomeRepository(), {
    SYSTEM_USER_ID,
  });
  sql = await Session.open(database.adminUrl);
});
afterAll(async () => {
  await sql.close();
  await dataSource.destroy();
  await database.drop();
});
beforeEach(() =>
  sql.run(
    'TRUNCATE mpi.persons, mpi.person_verifications, mpi.verification_locks, mpi.verification_claims, mpi.job_run_counts CASCADE',
  ),
);

/** Somebody whom a dead worker holds. */
const held = (claimId: string) =>
  aPerson()
    .withPassport('КВ123456')
    .stream('dms_passport', 'IN_REVIEW', 'AUTO')
    .locked('dms_passport', { claimId, statusBefore: 'VERIFIED', reasonBefore: 'AUTO_VALID' });

/** So many persons under a claim whose lease has passed, or was never written. */
async function deserted(claimId: string, persons: number, lease = `now() - interval '1 second'`) {
  const text = `
    INSERT INTO mpi.verification_claims (id, run_id, stream, worker, taken_at, lease_until)
    VALUES ($1, $2, 'dms_passport', 'gone', now(), ${lease})`;
  await sql.query({ text }, [claimId, RUN]);
  return savePersons(
    sql,
    Array.from({ length: persons }, () => held(claimId)),
  );
}

const statusOf = async (personId: string) =>
  (await verificationOf(sql, personId)).dms_passport_verification_status;

const claimsLeft = async () =>
  (await sql.query<{ id: string }>({ text: 'SELECT id FROM mpi.verification_claims' })).map(({ id }) => id);

const takenBack = async () =>
  (
    await sql.query<{ n: number }>({
      text: `SELECT n::int AS n FROM mpi.job_run_counts WHERE counter = 'taken'`,
    })
  )[0]?.n;

describe('S11: reclaiming expired claims', () => {
  it('waits for no row that somebody holds: the other claims go back, that one the next time', async () => {
    const [stuck = '', beside = ''] = await deserted(ONE, 2);
    const others = await deserted(OTHER, 3);
    const holder = await Session.open(database.adminUrl);
    await holder.holdPerson(stuck);
    expect(await expired.reclaim(CHECKED)).toBe(3);
    for (const person of others) expect(await statusOf(person)).toBe('VERIFIED');
    // The claim goes back as a whole, so that its counts are taken back once and as a whole.
    for (const person of [stuck, beside]) expect(await statusOf(person)).toBe('IN_REVIEW');
    expect(await claimsLeft()).toEqual([ONE]);
    expect(await takenBack()).toBe(-3);
    await holder.run('COMMIT');
    await holder.close();
    expect(await expired.reclaim(CHECKED)).toBe(2);
    for (const person of [stuck, beside]) expect(await statusOf(person)).toBe('VERIFIED');
    expect(await claimsLeft()).toEqual([]);
    expect(await takenBack()).toBe(-5);
  });

  it('takes a claim without a lease for dead: nobody keeps it alive', async () => {
    const [person = ''] = await deserted(ONE, 1, 'NULL');
    expect(await expired.reclaim(CHECKED)).toBe(1);
    expect(await statusOf(person)).toBe('VERIFIED');
    expect(await claimsLeft()).toEqual([]);
  });

  it('is not stopped by a lock that remembers nothing: it is forgotten, and the others go back', async () => {
    const [empty = '', good = ''] = await deserted(ONE, 2);
    await sql.query(
      {
        text: 'UPDATE mpi.verification_locks SET status_before = NULL, reason_before = NULL WHERE person_id = $1',
      },
      [empty],
    );
    expect(await expired.reclaim(CHECKED)).toBe(1);
    expect(await statusOf(good)).toBe('VERIFIED');
    // As one that another program put in review: left alone until S1, S2 or S10 end it.
    expect(await statusOf(empty)).toBe('IN_REVIEW');
    expect(await lockOf(sql, empty, 'dms_passport')).toBeNull();
  });
});
