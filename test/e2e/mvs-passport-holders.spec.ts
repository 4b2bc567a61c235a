import { describe, expect, it } from 'vitest';
import { MvsPassportStream } from '../../src/mvs-passport';
import {
  aParty,
  aPerson,
  auditOf,
  auditOfStream,
  lockOf,
  otherSpellings,
  partyVerificationOf,
  type PersonBuilder,
  saveParties,
  savePersons,
  verificationOf,
} from '../support/builders';
import { changeData } from '../support/registrations';
import { TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

const { JOB } = MvsPassportStream;
const FRESH = new Date().toISOString();
/** What the register of this installation calls an ID card. */
const ID_CARD = '0309';

const env = TestEnvironment.forThisFile({ MVS_PASS_TYPE_NATIONAL_ID: ID_CARD });

const run = () => env.run({ job: JOB });

/** Somebody whose passport is to be looked for among the stolen ones, and whose other streams are done with. */
const toBeChecked = (): PersonBuilder =>
  aPerson()
    .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { dataStatus: 0, syncedAt: FRESH })
    .stream('mvs_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED');

/** Somebody whose check is not due: any change is caused by another holder. */
const notDue = (): PersonBuilder =>
  toBeChecked().stream('mvs_passport', 'VERIFIED', 'AUTO_NOT_LOST', { dataStatus: 0, syncedAt: FRESH });

const kept = () => env.sql.query({ text: 'SELECT FROM mimir.mvs_passport_data' });

const REFUTED = {
  mvs_passport_verification_status: 'NOT_VERIFIED',
  mvs_passport_verification_reason: 'AUTO_LOST',
  mvs_passport_data_status: 1,
};

describe('S8: a passport found among the stolen and lost ones is refuted for every other holder', () => {
  it('persons and parties, in whatever letter case, but not under another kind of document', async () => {
    const passport = env.passport('FOUND');
    const [other, differs] = [
      await notDue().withPassport(passport.toLowerCase()).save(env.sql),
      await notDue().withNationalId(passport).save(env.sql),
    ];
    const party = await aParty().withPassport(passport).save(env.sql);
    const asked = await toBeChecked().withPassport(passport).save(env.sql);
    const ended = await run();
    const dataId = (await verificationOf(env.sql, asked)).mvs_passport_data_id;
    const reached = { ...REFUTED, mvs_passport_data_id: dataId };
    expect(await verificationOf(env.sql, other)).toMatchObject({
      ...reached,
      dms_passport_verification_status: 'VERIFIED',
      cumulative_status: 'CHANGES_NEEDED',
    });
    expect(await partyVerificationOf(env.sql, party)).toMatchObject({
      ...reached,
      dms_passport_verification_status: 'VERIFIED',
      cumulative_status: 'NOT_VERIFIED',
    });
    expect(await auditOf(env.sql, other)).toMatchObject([{ row: 'S8' }]);
    expect(await verificationOf(env.sql, differs)).toMatchObject({
      mvs_passport_verification_status: 'VERIFIED',
    });
    expect(ended.counts).toEqual({
      batches: 1,
      taken: 1,
      refuted: 1,
      propagated_persons: 1,
      propagated_parties: 1,
    });
  });

  it('persons and parties, in whatever spelling', async () => {
    const passport = env.passport('FOUND');
    const spellings = otherSpellings(passport);
    const persons = await savePersons(
      env.sql,
      spellings.map((number) => notDue().withPassport(number)),
    );
    const parties = await saveParties(
      env.sql,
      spellings.map((number) => aParty().withPassport(number)),
    );
    const differs = await notDue().withPassport(`${passport}/`).save(env.sql);
    await toBeChecked().withPassport(passport).save(env.sql);
    await run();
    for (const id of persons) expect(await verificationOf(env.sql, id)).toMatchObject(REFUTED);
    for (const id of parties) expect(await partyVerificationOf(env.sql, id)).toMatchObject(REFUTED);
    expect(await verificationOf(env.sql, differs)).toMatchObject({
      mvs_passport_verification_status: 'VERIFIED',
    });
  });

  it('an ID card as well, in whatever spelling', async () => {
    const card = env.idCard('FOUND');
    const others = await savePersons(
      env.sql,
      [card, `№ ${card}`, `${card.slice(0, 3)}-${card.slice(3)}`].map((number) =>
        notDue().withNationalId(number),
      ),
    );
    await toBeChecked().withNationalId(card).save(env.sql);
    await run();
    for (const id of others) expect(await verificationOf(env.sql, id)).toMatchObject(REFUTED);
  });

  it('and a good answer about an ID card that another check found meanwhile is not believed', async () => {
    const card = env.idCard('NOT_FOUND');
    const slow = await toBeChecked().withNationalId(card).save(env.sql);
    env.register.hold({ key: card, next: 1 });
    const runId = await env.startRun({ job: JOB });
    await env.register.waitForRequests(1, card);
    env.register.answer(card, 'FOUND');
    const quick = await toBeChecked().withNationalId(card).save(env.sql);
    await env.register.waitForRequests(2, card);
    await waitUntil(async () => (await kept()).length > 0, { what: 'the bad answer to be written' });
    env.register.release();
    await env.ended(runId);
    for (const person of [slow, quick]) {
      expect(await verificationOf(env.sql, person)).toMatchObject(REFUTED);
    }
  });
});

describe('While the register looks for a passport among the stolen and lost ones', () => {
  it('S1: the person gets another one: the old answer is dropped, the new one asked for', async () => {
    const [old, renewed] = [env.passport('FOUND'), env.passport('NOT_FOUND')];
    const person = await toBeChecked().withPassport(old).save(env.sql);
    env.register.hold({ key: old, next: 1 });
    const runId = await env.startRun({ job: JOB });
    await env.register.waitForRequests(1, old);
    await changeData(env, { personId: person, passport: renewed });
    expect(await lockOf(env.sql, person, 'mvs_passport')).toBeNull();
    await env.register.waitForRequests(1, renewed);
    env.register.release();
    const ended = await env.ended(runId);
    expect(await verificationOf(env.sql, person)).toMatchObject({
      mvs_passport_verification_status: 'VERIFIED',
      mvs_passport_data_id: null,
      // Begun again by the same change, and for another job.
      dms_passport_verification_status: 'VERIFICATION_NEEDED',
    });
    const audited = await auditOfStream(env.sql, person, 'mvs_passport');
    expect(audited.map(({ row }) => row)).toEqual(['S1', 'S6']);
    expect(ended.counts).toMatchObject({ taken: 2, verified: 1, superseded: 1 });
  });

  it('the other stream of the same passport is checked beside it, each under a lock of its own', async () => {
    const passport = env.passport('NOT_FOUND');
    const person = await toBeChecked()
      .withPassport(passport)
      .stream('dms_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED')
      .save(env.sql);
    env.register.hold();
    const runIds = [await env.startRun({ job: JOB }), await env.startRun()];
    await env.register.waitForRequests(2, passport);
    expect(await verificationOf(env.sql, person)).toMatchObject({
      mvs_passport_verification_status: 'IN_REVIEW',
      dms_passport_verification_status: 'IN_REVIEW',
      cumulative_status: 'VERIFICATION_NEEDED',
    });
    env.register.release();
    for (const runId of runIds) expect((await env.ended(runId)).counts).toMatchObject({ verified: 1 });
    expect(await verificationOf(env.sql, person)).toMatchObject({
      mvs_passport_verification_status: 'VERIFIED',
      dms_passport_verification_status: 'VERIFIED',
      cumulative_status: 'VERIFIED',
    });
  });
});
