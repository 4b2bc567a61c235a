import { describe, expect, it } from 'vitest';
import { DmsPassportOfPartiesStream } from '../../src/dms-passport';
import {
  saveParties,
  aParty,
  aPerson,
  auditOf,
  eventsOf,
  lockOf,
  otherSpellings,
  type PartyBuilder,
  partyLockOf,
  partyVerificationOf,
  type PersonBuilder,
  savePersons,
  verificationOf,
} from '../support/builders';
import { TestEnvironment, JOB as PERSONS_JOB } from '../support/test-environment';

const JOB = DmsPassportOfPartiesStream.JOB;
const FRESH = new Date().toISOString();
const CLAIM = '33333333-3333-4333-8333-333333333333';

const env = TestEnvironment.forThisFile();

const dueParty = (): PartyBuilder =>
  aParty().stream('dms_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED');
/** Those whose check is not due: what happens to them happens because of another holder. */
const party = (): PartyBuilder =>
  aParty().stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { syncedAt: FRESH });
const person = (): PersonBuilder =>
  aPerson().stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { syncedAt: FRESH });

const REFUTED = {
  dms_passport_verification_status: 'NOT_VERIFIED',
  dms_passport_verification_reason: 'AUTO_NOT_VALID',
  dms_passport_data_status: 1,
  dms_passport_retry_at: null,
};
const VERIFIED = { dms_passport_verification_status: 'VERIFIED' };

const rowsOf = (row: { row: string | null }): string | null => row.row;

describe('S8: a passport found in the check of a party is refuted', () => {
  it('for the other active parties and every active person who hold it, with their records and sums', async () => {
    const passport = env.passport('FOUND');
    const asked = await dueParty().withPassport(passport).save(env.sql);
    const others = await saveParties(env.sql, [
      party().withPassport(passport.toLowerCase()),
      party().withPassport(env.passport()).withPassport(passport),
      ...otherSpellings(passport).map((number) => party().withPassport(number)),
    ]);
    const waiting = party()
      .withPassport(passport)
      .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { syncedAt: FRESH, retryAt: '2999-01-01' })
      .locked('dms_passport', { attempts: 4 });
    others.push(await waiting.save(env.sql));
    const persons = await savePersons(env.sql, [
      person().withPassport(passport, { expirationDate: '2001-01-01' }),
      person().withPassport(passport.toLowerCase()),
      ...otherSpellings(passport).map((number) => person().withPassport(number)),
    ]);
    const run = await env.run({ job: JOB });
    const dataId = (await partyVerificationOf(env.sql, asked)).dms_passport_data_id;
    expect(dataId).not.toBeNull();
    for (const id of others) {
      expect(await partyVerificationOf(env.sql, id)).toMatchObject({
        ...REFUTED,
        dms_passport_data_id: dataId,
        cumulative_status: 'NOT_VERIFIED',
      });
      expect(await auditOf(env.sql, id)).toMatchObject([{ resource: 'party_verifications', row: 'S8' }]);
      expect(await partyLockOf(env.sql, id, 'dms_passport')).toBeNull();
    }
    for (const id of persons) {
      expect(await verificationOf(env.sql, id)).toMatchObject({
        ...REFUTED,
        dms_passport_data_id: dataId,
        cumulative_status: 'CHANGES_NEEDED',
      });
      expect(await auditOf(env.sql, id)).toMatchObject([
        { resource: 'person_verifications', row: 'S8', run_id: run.id },
      ]);
      expect(await eventsOf(env.sql, id)).toMatchObject([
        { entity_type: 'Person', properties: { dms_passport_verification_status: {} } },
        { entity_type: 'Person', properties: { verification_status: { new_value: 'CHANGES_NEEDED' } } },
      ]);
    }
    expect((await auditOf(env.sql, asked)).map(rowsOf)).toEqual(['S7']);
    expect(run.counts).toEqual({
      batches: 1,
      taken: 1,
      refuted: 1,
      propagated_parties: others.length,
      propagated_persons: persons.length,
    });
    expect(env.register.requestCount).toBe(1);
  });

  it('but not for who is inactive, in review, holds another one, or holds it as another kind of document', async () => {
    const passport = env.passport('FOUND');
    await dueParty().withPassport(passport).save(env.sql);
    const review = { claimId: CLAIM, statusBefore: 'VERIFIED', reasonBefore: 'AUTO_VALID' } as const;
    const parties = await saveParties(env.sql, [
      party().withPassport(passport).inactive(),
      party().withNationalId(passport),
      party().withPassport(env.passport()),
      party().withPassport(`(${passport})`),
    ]);
    const persons = await savePersons(env.sql, [
      person().withPassport(`(${passport})`),
      person().withPassport(passport).inactive(),
      person().withNationalId(passport),
    ]);
    const inReview = await party()
      .withPassport(passport)
      .stream('dms_passport', 'IN_REVIEW', 'AUTO')
      .save(env.sql);
    const personInReview = await person()
      .withPassport(passport)
      .stream('dms_passport', 'IN_REVIEW', 'AUTO')
      .locked('dms_passport', review)
      .save(env.sql);
    const run = await env.run({ job: JOB });
    for (const id of parties) expect(await partyVerificationOf(env.sql, id)).toMatchObject(VERIFIED);
    for (const id of persons) expect(await verificationOf(env.sql, id)).toMatchObject(VERIFIED);
    expect(await partyVerificationOf(env.sql, inReview)).toMatchObject({
      dms_passport_verification_status: 'IN_REVIEW',
    });
    expect(await lockOf(env.sql, personInReview, 'dms_passport')).toMatchObject({ claim_id: CLAIM });
    expect(run.counts).toEqual({ batches: 1, taken: 1, refuted: 1 });
  });

  it('also when the party asked about is no longer under its lock; a good answer reaches nobody', async () => {
    const [bad, good] = [env.passport('FOUND'), env.passport('NOT_FOUND')];
    const released = await dueParty().withPassport(bad).save(env.sql);
    await dueParty().withPassport(good).save(env.sql);
    const holder = await person().withPassport(bad).save(env.sql);
    const other = await person()
      .withPassport(good)
      .stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID', { syncedAt: FRESH })
      .save(env.sql);
    env.register.hold({ key: bad });
    const runId = await env.startRun({ job: JOB });
    await env.register.waitForRequests(1, bad);
    await env.sql.query(
      {
        text: `UPDATE prm.party_verifications SET dms_passport_verification_status = 'VERIFIED', dms_passport_synced_at = now()
                WHERE party_id = $1`,
      },
      [released],
    );
    env.register.release();
    const run = await env.ended(runId);
    expect(await verificationOf(env.sql, holder)).toMatchObject(REFUTED);
    expect(await partyVerificationOf(env.sql, released)).toMatchObject(VERIFIED);
    expect(await verificationOf(env.sql, other)).toMatchObject({
      dms_passport_verification_status: 'NOT_VERIFIED',
    });
    expect(run.counts).toMatchObject({ taken: 2, verified: 1, superseded: 1, propagated_persons: 1 });
  });
});

describe('A passport of persons and parties that both jobs check', () => {
  it('an older "not found" about the party does not beat a newer "found" about the person', async () => {
    const shared = env.passport('NOT_FOUND');
    const asked = await dueParty().withPassport(shared).save(env.sql);
    const releaseOldAnswer = env.register.hold({ next: 1 });
    const parties = await env.startRun({ job: JOB });
    await env.register.waitForRequests(1, shared);
    env.register.answer(shared, 'FOUND');
    const someone = await aPerson().withPassport(shared).save(env.sql);
    const persons = await env.run({ job: PERSONS_JOB });
    expect(persons.counts).toEqual({ batches: 1, taken: 1, refuted: 1 });
    releaseOldAnswer();
    const run = await env.ended(parties);
    expect(await partyVerificationOf(env.sql, asked)).toMatchObject(REFUTED);
    expect((await auditOf(env.sql, asked)).map(rowsOf)).toEqual(['S7']);
    expect(run.counts).toEqual({ batches: 2, taken: 2, refuted: 1, superseded: 1, propagated_persons: 1 });
    expect((await auditOf(env.sql, someone)).map(rowsOf)).toEqual(['S7', 'S8']);
  });
});
