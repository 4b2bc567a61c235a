import { describe, expect, it } from 'vitest';
import { DmsPassportOfPartiesStream } from '../../src/dms-passport';
import {
  saveParties,
  aParty,
  aPerson,
  auditOf,
  eventsOf,
  lockOf,
  type PartyBuilder,
  partyLockOf,
  partyVerificationOf,
  type PersonBuilder,
  savePersons,
  verificationOf,
} from '../support/builders';
import { Installation, JOB as PERSONS_JOB } from '../support/test-environment';

const JOB = DmsPassportOfPartiesStream.JOB;
const FRESH = new Date().toISOString();
const CLAIM = '33333333-3333-4333-8333-333333333333';

const here = Installation.ofThisFile();

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
    const passport = here.passport('FOUND');
    const asked = await dueParty().withPassport(passport).save(here.sql);
    const others = await saveParties(here.sql, [
      party().withPassport(passport.toLowerCase()),
      party().withPassport(here.passport()).withPassport(passport),
    ]);
    const waiting = party()
      .withPassport(passport)
      .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { syncedAt: FRESH, retryAt: '2999-01-01' })
      .locked('dms_passport', { attempts: 4 });
    others.push(await waiting.save(here.sql));
    const persons = await savePersons(here.sql, [
      person().withPassport(passport, { expirationDate: '2001-01-01' }),
      person().withPassport(passport.toLowerCase()),
    ]);
    const run = await here.run({ job: JOB });
    const dataId = (await partyVerificationOf(here.sql, asked)).dms_passport_data_id;
    expect(dataId).not.toBeNull();
    for (const id of others) {
      expect(await partyVerificationOf(here.sql, id)).toMatchObject({
        ...REFUTED,
        dms_passport_data_id: dataId,
        cumulative_status: 'NOT_VERIFIED',
      });
      expect(await auditOf(here.sql, id)).toMatchObject([{ resource: 'party_verifications', row: 'S8' }]);
      expect(await partyLockOf(here.sql, id, 'dms_passport')).toBeNull();
    }
    for (const id of persons) {
      expect(await verificationOf(here.sql, id)).toMatchObject({
        ...REFUTED,
        dms_passport_data_id: dataId,
        cumulative_status: 'CHANGES_NEEDED',
      });
      expect(await auditOf(here.sql, id)).toMatchObject([
        { resource: 'person_verifications', row: 'S8', run_id: run.id },
      ]);
      expect(await eventsOf(here.sql, id)).toMatchObject([
        { entity_type: 'Person', properties: { dms_passport_verification_status: {} } },
        { entity_type: 'Person', properties: { verification_status: { new_value: 'CHANGES_NEEDED' } } },
      ]);
    }
    expect((await auditOf(here.sql, asked)).map(rowsOf)).toEqual(['S7']);
    expect(run.counts).toEqual({
      batches: 1,
      taken: 1,
      refuted: 1,
      propagated_parties: others.length,
      propagated_persons: persons.length,
    });
    expect(here.register.requestCount).toBe(1);
  });

  it('but not for who is inactive, in review, holds another one, or holds it as another kind of document', async () => {
    const passport = here.passport('FOUND');
    await dueParty().withPassport(passport).save(here.sql);
    const review = { claimId: CLAIM, statusBefore: 'VERIFIED', reasonBefore: 'AUTO_VALID' } as const;
    const parties = await saveParties(here.sql, [
      party().withPassport(passport).inactive(),
      party().withNationalId(passport),
      party().withPassport(here.passport()),
    ]);
    const persons = await savePersons(here.sql, [
      person().withPassport(passport).inactive(),
      person().withNationalId(passport),
    ]);
    const inReview = await party()
      .withPassport(passport)
      .stream('dms_passport', 'IN_REVIEW', 'AUTO')
      .save(here.sql);
    const personInReview = await person()
      .withPassport(passport)
      .stream('dms_passport', 'IN_REVIEW', 'AUTO')
      .locked('dms_passport', review)
      .save(here.sql);
    const run = await here.run({ job: JOB });
    for (const id of parties) expect(await partyVerificationOf(here.sql, id)).toMatchObject(VERIFIED);
    for (const id of persons) expect(await verificationOf(here.sql, id)).toMatchObject(VERIFIED);
    expect(await partyVerificationOf(here.sql, inReview)).toMatchObject({
      dms_passport_verification_status: 'IN_REVIEW',
    });
    expect(await lockOf(here.sql, personInReview, 'dms_passport')).toMatchObject({ claim_id: CLAIM });
    expect(run.counts).toEqual({ batches: 1, taken: 1, refuted: 1 });
  });

  it('also when the party asked about is no longer under its lock; a good answer reaches nobody', async () => {
    const [bad, good] = [here.passport('FOUND'), here.passport('NOT_FOUND')];
    const released = await dueParty().withPassport(bad).save(here.sql);
    await dueParty().withPassport(good).save(here.sql);
    const holder = await person().withPassport(bad).save(here.sql);
    const other = await person()
      .withPassport(good)
      .stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID', { syncedAt: FRESH })
      .save(here.sql);
    here.register.hold({ key: bad });
    const runId = await here.beginRun({ job: JOB });
    await here.register.waitForRequests(1, bad);
    await here.sql.query(
      {
        text: `UPDATE prm.party_verifications SET dms_passport_verification_status = 'VERIFIED', dms_passport_synced_at = now()
                WHERE party_id = $1`,
      },
      [released],
    );
    here.register.release();
    const run = await here.ended(runId);
    expect(await verificationOf(here.sql, holder)).toMatchObject(REFUTED);
    expect(await partyVerificationOf(here.sql, released)).toMatchObject(VERIFIED);
    expect(await verificationOf(here.sql, other)).toMatchObject({
      dms_passport_verification_status: 'NOT_VERIFIED',
    });
    expect(run.counts).toMatchObject({ taken: 2, verified: 1, superseded: 1, propagated_persons: 1 });
  });
});

describe('A passport of persons and parties that both jobs check', () => {
  it('an older "not found" about the party does not beat a newer "found" about the person', async () => {
    const shared = here.passport('NOT_FOUND');
    const asked = await dueParty().withPassport(shared).save(here.sql);
    const letOldAnswerGo = here.register.hold({ next: 1 });
    const parties = await here.beginRun({ job: JOB });
    await here.register.waitForRequests(1, shared);
    here.register.answer(shared, 'FOUND');
    const someone = await aPerson().withPassport(shared).save(here.sql);
    const persons = await here.run({ job: PERSONS_JOB });
    expect(persons.counts).toEqual({ batches: 1, taken: 1, refuted: 1 });
    letOldAnswerGo();
    const run = await here.ended(parties);
    expect(await partyVerificationOf(here.sql, asked)).toMatchObject(REFUTED);
    expect((await auditOf(here.sql, asked)).map(rowsOf)).toEqual(['S7']);
    expect(run.counts).toEqual({ batches: 2, taken: 2, refuted: 1, superseded: 1, propagated_persons: 1 });
    expect((await auditOf(here.sql, someone)).map(rowsOf)).toEqual(['S7', 'S8']);
  });
});
