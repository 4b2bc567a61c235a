import { describe, expect, it } from 'vitest';
import { DmsPassportOfPartiesStream } from '../../src/dms-passport';
import {
  aParty,
  aPerson,
  auditOf,
  type PartyBuilder,
  partyLockOf,
  partyVerificationOf,
  verificationOf,
  saveParties,
} from '../support/builders';
import type { StreamState } from '../support/person-builder';
import { TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

const JOB = DmsPassportOfPartiesStream.JOB;
const CLAIM = '33333333-3333-4333-8333-333333333333';

const env = TestEnvironment.forThisFile({
  DMS_PASSPORT_PARTIES_SYNCHRONIZATION_BATCH_SIZE: '1',
  // One call at a time: the register is asked in the order in which parties are taken.
  TREMBITA_CONCURRENCY: '1',
  DMS_PARTY_VALIDATION_PERIOD_DAYS: '30',
  // Another period than that of persons, which must not be taken for it.
  DMS_PERSON_VALIDATION_PERIOD_DAYS: '270',
});

/** Ids in the order of their numbers, so that `party_id` decides as the test expects. */
const idOf = (n: number): string => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;

/** A party with a passport of its own, in this state. */
const inState = (...state: StreamState): PartyBuilder =>
  aParty()
    .withPassport(env.passport())
    .stream('dms_passport', ...state);

const passportOf = (builder: PartyBuilder): unknown => builder.rows().documents[0]?.['number'];
const asked = (): string[] => env.register.requests().map(({ key }) => key);
const statusOf = async (party: string): Promise<string> =>
  (await partyVerificationOf(env.sql, party)).dms_passport_verification_status;

/** The moment up to which a result is too old, as the database counts it. */
async function threshold(): Promise<{ at: string; justAfter: string }> {
  const text = `
    SELECT start::text AS at, (start + interval '1 microsecond')::text AS "justAfter"
      FROM (SELECT (date_trunc('day', now() AT TIME ZONE 'Europe/Kyiv') - interval '30 days')
                     AT TIME ZONE 'Europe/Kyiv' AS start) AS day`;
  const [row] = await env.sql.query<{ at: string; justAfter: string }>({ text });
  if (row === undefined) throw new Error('The database returned no time.');
  return row;
}

describe('A run takes parties', () => {
  it('in the published order, within each line by synced_at and then by id, and those who wait last', async () => {
    const inOrder = [
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED').withId(idOf(8)),
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', { syncedAt: '2020-01-01' }).withId(idOf(7)),
      inState('VERIFICATION_NEEDED', 'INITIAL').withId(idOf(5)),
      inState('VERIFICATION_NEEDED', 'INITIAL', { syncedAt: '2019-01-01' }).withId(idOf(4)),
      inState('VERIFIED', 'OFFLINE_VERIFIED').withId(idOf(3)),
      inState('VERIFIED', 'AUTO_VALID', { syncedAt: '2018-01-01' }).withId(idOf(1)),
      inState('VERIFIED', 'AUTO_VALID', { syncedAt: '2018-01-01' }).withId(idOf(2)),
      inState('VERIFIED', 'AUTO_VALID', { retryAt: '2021-05-05' }).withId(idOf(12)),
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', {
        syncedAt: '2017-01-01',
        retryAt: '2021-05-04',
      }).withId(idOf(10)),
    ];
    await saveParties(env.sql, [...inOrder].reverse());
    const person = await aPerson().withPassport(env.passport()).save(env.sql);
    const run = await env.run({ job: JOB, tick: new Date() });
    expect(asked()).toEqual(inOrder.map(passportOf));
    expect(run.counts).toMatchObject({ batches: inOrder.length, taken: inOrder.length });
    expect((await verificationOf(env.sql, person)).dms_passport_verification_status).toBe(
      'VERIFICATION_NEEDED',
    );
  });

  it('whose result is as old as the start of the day of Kyiv that lies their period back, and no younger', async () => {
    const { at, justAfter } = await threshold();
    const due = inState('VERIFIED', 'AUTO_VALID', { syncedAt: at });
    const notDue = [
      inState('VERIFIED', 'AUTO_VALID', { syncedAt: justAfter }),
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', { syncedAt: justAfter }),
    ];
    await saveParties(env.sql, [due, ...notDue]);
    await env.run({ job: JOB });
    expect(asked()).toEqual([passportOf(due)]);
  });

  it('S3: but none in another status, none inactive, and none whom somebody else put in review', async () => {
    const left = [
      inState('NOT_VERIFIED', 'AUTO_NOT_VALID'),
      inState('VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT'),
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED').inactive(),
      inState('IN_REVIEW', 'AUTO'),
    ];
    const ids = await saveParties(env.sql, left);
    const run = await env.run({ job: JOB });
    expect([run.status, run.counts, asked()]).toEqual(['FINISHED', {}, []]);
    for (const [index, id] of ids.entries()) {
      expect(await statusOf(id)).toBe(
        left[index]?.rows().verifications[0]?.['dms_passport_verification_status'],
      );
    }
    await env.sql.run(`UPDATE prm.parties SET is_active = true`);
    await env.run({ job: JOB });
    expect(asked()).toHaveLength(1);
    await env.sql.run(`UPDATE prm.parties SET is_active = NULL`);
    expect((await partyVerificationOf(env.sql, ids[0] ?? '')).party_is_active).toBe(false);
  });
});

describe('A party under a lock', () => {
  it('S11: is released when its worker is dead, and is not mistaken for a person of the same claim table', async () => {
    const builder = inState('IN_REVIEW', 'AUTO').locked('dms_passport', {
      claimId: CLAIM,
      statusBefore: 'VERIFIED',
      reasonBefore: 'OFFLINE_VERIFIED',
    });
    const party = await builder.save(env.sql);
    await env.sql.run(`
      INSERT INTO mpi.verification_claims (id, stream, subject, worker, taken_at, lease_until)
      VALUES ('${CLAIM}', 'dms_passport', 'parties', 'gone', now() - interval '1 hour', now() - interval '1 minute')`);
    await env.check.reclaim();
    expect(await statusOf(party)).toBe('IN_REVIEW');
    expect(await env.sql.query({ text: 'SELECT FROM mpi.verification_claims' })).toHaveLength(1);
    await env.checkOf(JOB).reclaim();
    expect(await partyVerificationOf(env.sql, party)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
      dms_passport_verification_reason: 'OFFLINE_VERIFIED',
    });
    expect(await env.sql.query({ text: 'SELECT FROM mpi.verification_claims' })).toEqual([]);
    expect([await partyLockOf(env.sql, party, 'dms_passport'), await auditOf(env.sql, party)]).toEqual([
      null,
      [],
    ]);
    const run = await env.run({ job: JOB });
    expect(run.counts).toEqual({ batches: 1, taken: 1, verified: 1 });
  });

  it('that was released meanwhile: the late answer is dropped, and it is asked about again in the same run', async () => {
    const builder = inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED');
    const party = await builder.save(env.sql);
    env.register.hold({ next: 1 });
    const runId = await env.startRun({ job: JOB });
    await env.register.waitForRequests(1);
    await env.sql.run(`UPDATE mpi.verification_claims SET lease_until = now() - interval '1 second'`);
    await env.checkOf(JOB).reclaim();
    expect(await statusOf(party)).toBe('VERIFICATION_NEEDED');
    env.register.release();
    const run = await env.ended(runId);
    expect((await auditOf(env.sql, party)).map(({ row }) => row)).toEqual(['S6']);
    expect(run.counts).toMatchObject({ taken: 2, verified: 1, superseded: 1 });
    expect(asked()).toHaveLength(2);
  });

  it('whose data another program changed meanwhile: the old answer is dropped, the new passport is asked about', async () => {
    const builder = inState('VERIFIED', 'OFFLINE_VERIFIED');
    const party = await builder.save(env.sql);
    const renewed = env.passport('FOUND');
    env.register.hold({ next: 1 });
    const runId = await env.startRun({ job: JOB });
    await env.register.waitForRequests(1);
    // As a program does it that knows the published columns and no locks of ours.
    await env.sql.run(
      'BEGIN',
      `UPDATE prm.party_documents SET number = '${renewed}'`,
      `UPDATE prm.party_verifications SET dms_passport_verification_status = 'VERIFICATION_NEEDED',
         dms_passport_verification_reason = 'ONLINE_TRIGGERED', dms_passport_synced_at = NULL`,
      'COMMIT',
    );
    env.register.release();
    await waitUntil(async () => (await statusOf(party)) === 'NOT_VERIFIED', { what: 'the second answer' });
    const run = await env.ended(runId);
    expect(asked()).toEqual([passportOf(builder), renewed]);
    expect((await auditOf(env.sql, party)).map(({ row }) => row)).toEqual(['S7']);
    expect(run.counts).toEqual({ batches: 2, taken: 2, refuted: 1, superseded: 1 });
    expect(await partyLockOf(env.sql, party, 'dms_passport')).toBeNull();
  });
});
