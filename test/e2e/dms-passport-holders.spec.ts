import { describe, expect, it } from 'vitest';
import {
  aParty,
  aPerson,
  auditOf,
  eventsOf,
  lockOf,
  otherSpellings,
  partyLockOf,
  partyVerificationOf,
  type PersonBuilder,
  saveParties,
  savePersons,
  verificationOf,
} from '../support/builders';
import { TestEnvironment } from '../support/test-environment';

const FRESH = new Date().toISOString();

const env = TestEnvironment.forThisFile();

/** Somebody whose check is not due: any change is caused by another holder. */
const notDue = (): PersonBuilder =>
  aPerson().stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { dataStatus: 0, syncedAt: FRESH });

const REFUTED = {
  dms_passport_verification_status: 'NOT_VERIFIED',
  dms_passport_verification_reason: 'AUTO_NOT_VALID',
  dms_passport_data_status: 1,
};

describe('S8: a passport found in the DMS register is refuted for every other holder', () => {
  it('with the same columns, records and sums as for the one who was asked about', async () => {
    const passport = env.passport('FOUND');
    const other = await notDue().withPassport(passport).save(env.sql);
    const asked = await aPerson().withPassport(passport).save(env.sql);
    const run = await env.run();
    const [row, askedRow] = [await verificationOf(env.sql, other), await verificationOf(env.sql, asked)];
    expect(row).toMatchObject({ ...REFUTED, cumulative_status: 'CHANGES_NEEDED' });
    expect(row.dms_passport_data_id).toBe(askedRow.dms_passport_data_id);
    expect(row.dms_passport_unverified_at).toEqual(row.updated_at);
    expect(row.dms_passport_synced_at).toEqual(row.updated_at);
    expect(row.updated_at).toEqual(askedRow.updated_at);
    expect((await eventsOf(env.sql, other)).map(({ properties }) => properties)).toEqual([
      { dms_passport_verification_status: { new_value: 'NOT_VERIFIED' } },
      { verification_status: { new_value: 'CHANGES_NEEDED' } },
    ]);
    expect(await auditOf(env.sql, other)).toMatchObject([{ row: 'S8', run_id: run.id }]);
    expect(run.counts).toEqual({ batches: 1, taken: 1, refuted: 1, propagated_persons: 1 });
    expect(env.register.requestsFor(passport)).toHaveLength(1);
  });

  it('in any letter case, expired or not, chosen or not', async () => {
    const passport = env.passport('FOUND');
    const others = [
      notDue().withPassport(passport.toLowerCase()),
      notDue().withPassport(passport, { expirationDate: '2001-01-01' }),
      notDue()
        .withPassport(passport, { issuedAt: '1999-01-01' })
        .withPassport(env.passport(), { issuedAt: '2019-01-01' }),
    ];
    const ids = [];
    for (const other of others) ids.push(await other.save(env.sql));
    await aPerson().withPassport(passport).save(env.sql);
    const run = await env.run();
    for (const id of ids) expect(await verificationOf(env.sql, id)).toMatchObject(REFUTED);
    expect(run.counts).toMatchObject({ propagated_persons: others.length });
  });

  it('in any spelling of its number, by persons and parties, and asks the register about the well-formed one only', async () => {
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
    const asked = await aPerson().withPassport(passport).save(env.sql);
    const run = await env.run();
    const { dms_passport_data_id: dataId } = await verificationOf(env.sql, asked);
    for (const id of persons)
      expect(await verificationOf(env.sql, id)).toMatchObject({ ...REFUTED, dms_passport_data_id: dataId });
    for (const id of parties)
      expect(await partyVerificationOf(env.sql, id)).toMatchObject({
        ...REFUTED,
        dms_passport_data_id: dataId,
      });
    const each = spellings.length;
    expect(run.counts).toMatchObject({ propagated_persons: each, propagated_parties: each });
    expect(env.register.requestsFor(passport)).toHaveLength(1);
  });

  it('also after the own check ended with a malformed number, which the register is not asked about', async () => {
    const passport = env.passport('FOUND');
    const spelling = `${passport.slice(0, 2)} ${passport.slice(2)}`;
    const other = await aPerson().withPassport(spelling).save(env.sql);
    await env.run();
    const incorrect = {
      dms_passport_verification_status: 'NOT_VERIFIED',
      dms_passport_verification_reason: 'AUTO_INCORRECT_DATA',
      dms_passport_data_status: null,
    };
    expect(await verificationOf(env.sql, other)).toMatchObject(incorrect);
    await aPerson().withPassport(passport).save(env.sql);
    await env.run();
    expect(await verificationOf(env.sql, other)).toMatchObject(REFUTED);
    expect(env.register.requestsFor(passport)).toHaveLength(1);
    expect(env.register.requestsFor(spelling)).toEqual([]);
  });

  it.each([
    ['VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT'],
    ['NOT_VERIFIED', 'AUTO_INCORRECT_DATA'],
    ['VERIFICATION_NEEDED', 'ONLINE_TRIGGERED'],
  ] as const)('whether they were in %s', async (status, reason) => {
    const passport = env.passport('FOUND');
    const other = await aPerson()
      .withPassport(passport)
      // Synced just now, so that none of these statuses is due.
      .stream('dms_passport', status, reason, { syncedAt: FRESH })
      .save(env.sql);
    await aPerson().withPassport(passport).save(env.sql);
    await env.run();
    expect(await verificationOf(env.sql, other)).toMatchObject(REFUTED);
  });

  it('and no retry of the person is waiting any more', async () => {
    const passport = env.passport('FOUND');
    const other = await aPerson()
      .withPassport(passport)
      .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { syncedAt: FRESH, retryAt: '2999-01-01' })
      .locked('dms_passport', { attempts: 4 })
      .save(env.sql);
    await aPerson().withPassport(passport).save(env.sql);
    await env.run();
    expect(await lockOf(env.sql, other, 'dms_passport')).toBeNull();
    expect(await verificationOf(env.sql, other)).toMatchObject({ ...REFUTED, dms_passport_retry_at: null });
  });

  it('but not an inactive holder, one with another kind of document, or with another number', async () => {
    const passport = env.passport('FOUND');
    const others = [
      notDue().withPassport(passport).inactive(),
      notDue().withNationalId(passport),
      notDue().withPassport(`${passport}/`),
      notDue().withPassport(env.passport()),
    ];
    const ids = [];
    for (const other of others) ids.push(await other.save(env.sql));
    await aPerson().withPassport(passport).save(env.sql);
    const run = await env.run();
    for (const id of ids) {
      expect(await verificationOf(env.sql, id)).toMatchObject({
        dms_passport_verification_status: 'VERIFIED',
      });
      expect(await auditOf(env.sql, id)).toEqual([]);
    }
    expect(run.counts).toEqual({ batches: 1, taken: 1, refuted: 1 });
  });

  it('but not while the own stream is IN_REVIEW, whatever locked it', async () => {
    const passport = env.passport('FOUND');
    const other = await aPerson()
      .withPassport(passport)
      .stream('dms_passport', 'IN_REVIEW', 'AUTO')
      .save(env.sql);
    await aPerson().withPassport(passport).save(env.sql);
    const run = await env.run();
    expect(await verificationOf(env.sql, other)).toMatchObject({
      dms_passport_verification_status: 'IN_REVIEW',
      dms_passport_data_id: null,
    });
    expect(run.counts).toEqual({ batches: 1, taken: 1, refuted: 1 });
  });

  it('and who has no row of verifications is passed over', async () => {
    const passport = env.passport('FOUND');
    const other = await notDue().withPassport(passport).save(env.sql);
    await env.sql.query({ text: 'DELETE FROM mpi.person_verifications WHERE person_id = $1' }, [other]);
    await aPerson().withPassport(passport).save(env.sql);
    const run = await env.run();
    expect(run).toMatchObject({ status: 'FINISHED', counts: { refuted: 1 } });
    expect(run.counts).not.toHaveProperty('propagated_persons');
    expect(await auditOf(env.sql, other)).toEqual([]);
  });

  it('while a good answer reaches nobody else', async () => {
    const passport = env.passport('NOT_FOUND');
    const other = await aPerson()
      .withPassport(passport)
      .stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID', { syncedAt: FRESH })
      .save(env.sql);
    const party = await aParty()
      .withPassport(passport)
      .stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID')
      .save(env.sql);
    await aPerson().withPassport(passport).save(env.sql);
    await env.run();
    expect(await verificationOf(env.sql, other)).toMatchObject({
      dms_passport_verification_reason: 'AUTO_NOT_VALID',
    });
    expect(await partyVerificationOf(env.sql, party)).toMatchObject({
      dms_passport_verification_reason: 'AUTO_NOT_VALID',
    });
  });
});

describe('S8: and for every active party that holds it', () => {
  it('with records of the party and its own sum', async () => {
    const passport = env.passport('FOUND');
    const party = await aParty()
      .withPassport(passport.toLowerCase())
      .locked('dms_passport', { attempts: 3 })
      .save(env.sql);
    const asked = await aPerson().withPassport(passport).save(env.sql);
    const run = await env.run();
    const row = await partyVerificationOf(env.sql, party);
    const { dms_passport_data_id: dataId } = await verificationOf(env.sql, asked);
    expect(row).toMatchObject({
      ...REFUTED,
      dms_passport_data_id: dataId,
      cumulative_status: 'NOT_VERIFIED',
    });
    expect(row.dms_passport_unverified_at).toEqual(row.updated_at);
    expect(await partyLockOf(env.sql, party, 'dms_passport')).toBeNull();
    expect(await eventsOf(env.sql, party)).toMatchObject([
      {
        entity_type: 'Party',
        properties: { dms_passport_verification_status: { new_value: 'NOT_VERIFIED' } },
      },
      { entity_type: 'Party', properties: { verification_status: { new_value: 'NOT_VERIFIED' } } },
    ]);
    expect(await auditOf(env.sql, party)).toMatchObject([
      { row: 'S8', resource: 'party_verifications', run_id: run.id },
    ]);
    expect(run.counts).toEqual({ batches: 1, taken: 1, refuted: 1, propagated_parties: 1 });
  });

  it('but not for one that is inactive, in review, or without a row of verifications', async () => {
    const passport = env.passport('FOUND');
    const inactive = await aParty().withPassport(passport).inactive().save(env.sql);
    const inReview = await aParty()
      .withPassport(passport)
      .stream('dms_passport', 'IN_REVIEW', 'AUTO')
      .save(env.sql);
    const bare = await aParty().withPassport(passport).save(env.sql);
    await env.sql.query({ text: 'DELETE FROM prm.party_verifications WHERE party_id = $1' }, [bare]);
    await aPerson().withPassport(passport).save(env.sql);
    const run = await env.run();
    expect(await partyVerificationOf(env.sql, inactive)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
    });
    expect(await partyVerificationOf(env.sql, inReview)).toMatchObject({
      dms_passport_verification_status: 'IN_REVIEW',
    });
    for (const id of [inactive, inReview, bare]) expect(await auditOf(env.sql, id)).toEqual([]);
    expect(run.counts).toEqual({ batches: 1, taken: 1, refuted: 1 });
  });
});
