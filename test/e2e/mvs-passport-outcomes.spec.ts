import { describe, expect, it } from 'vitest';
import { MvsPassportStream } from '../../src/mvs-passport';
import { aPerson, auditOf, eventsOf, lockOf, type PersonBuilder, verificationOf } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';

const { JOB } = MvsPassportStream;
const LONG_AGO = '2020-03-01T08:00:00Z';
const FRESH = new Date().toISOString();
const DATA_ID = '11111111-1111-4111-8111-111111111111';
/** What the register of this installation calls an ID card. */
const ID_CARD = '0309';

const env = TestEnvironment.forThisFile({ MVS_PASS_TYPE_NATIONAL_ID: ID_CARD });

const run = () => env.run({ job: JOB });

/** Somebody whose passport is to be looked for among the stolen ones, and whose other streams are done with. */
const toBeChecked = (): PersonBuilder =>
  aPerson()
    .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { dataStatus: 0, syncedAt: FRESH })
    .stream('mvs_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED');

const kept = () =>
  env.sql.query<{ id: string } & Record<string, unknown>>({ text: 'SELECT * FROM mimir.mvs_passport_data' });

const REFUTED = {
  mvs_passport_verification_status: 'NOT_VERIFIED',
  mvs_passport_verification_reason: 'AUTO_LOST',
  mvs_passport_data_status: 1,
};

describe('What becomes of a person whose passport is looked for among the stolen and lost ones', () => {
  it('S6: a passport that is not there makes the stream VERIFIED, and nothing is kept', async () => {
    const passport = env.passport('NOT_FOUND');
    const person = await toBeChecked().withPassport(passport).save(env.sql);
    const ended = await run();
    const row = await verificationOf(env.sql, person);
    expect(row).toMatchObject({
      mvs_passport_verification_status: 'VERIFIED',
      mvs_passport_verification_reason: 'AUTO_NOT_LOST',
      mvs_passport_data_id: null,
      mvs_passport_data_status: 0,
      mvs_passport_unverified_at: null,
      mvs_passport_synced_at: row.updated_at,
      cumulative_status: 'VERIFIED',
    });
    expect(await kept()).toEqual([]);
    expect(env.register.requestsFor(passport)).toMatchObject([{ method: 'CheckPassportStatus' }]);
    expect(await auditOf(env.sql, person)).toMatchObject([{ row: 'S6', run_id: ended.id }]);
    expect(ended).toMatchObject({ status: 'FINISHED', counts: { batches: 1, taken: 1, verified: 1 } });
  });

  it('S7: a passport that is there makes the stream NOT_VERIFIED, and the answer is kept', async () => {
    const passport = env.passport('FOUND');
    const person = await toBeChecked().withPassport(passport).save(env.sql);
    const ended = await run();
    const row = await verificationOf(env.sql, person);
    const [data, ...more] = await kept();
    expect(more).toEqual([]);
    expect(data).toMatchObject({
      pass_type: '0101',
      pas_serial: passport.slice(0, 2),
      pas_number: passport.slice(2),
      pas_status: 1,
    });
    expect(row).toMatchObject({
      ...REFUTED,
      mvs_passport_data_id: data?.id,
      mvs_passport_synced_at: row.updated_at,
      mvs_passport_unverified_at: row.updated_at,
      // The other stream of the same passport has an answer of its own.
      dms_passport_verification_status: 'VERIFIED',
      cumulative_status: 'CHANGES_NEEDED',
    });
    expect((await eventsOf(env.sql, person)).map(({ properties }) => properties)).toEqual([
      { mvs_passport_verification_status: { new_value: 'NOT_VERIFIED' } },
      { verification_status: { new_value: 'CHANGES_NEEDED' } },
    ]);
    expect(ended.counts).toEqual({ batches: 1, taken: 1, refuted: 1 });
  });

  it.each(['NOT_FOUND', 'FOUND'] as const)(
    'S6, S7: an ID card is asked about with an empty series: %s',
    async (answer) => {
      const number = env.idCard(answer);
      const person = await toBeChecked().withNationalId(number).save(env.sql);
      await run();
      expect(env.register.requestsFor(number)).toHaveLength(1);
      const data = await kept();
      expect(
        data.map(({ pass_type, pas_serial, pas_number }) => [pass_type, pas_serial, pas_number]),
      ).toEqual(answer === 'FOUND' ? [[ID_CARD, null, number]] : []);
      expect(await verificationOf(env.sql, person)).toMatchObject({
        mvs_passport_verification_status: answer === 'FOUND' ? 'NOT_VERIFIED' : 'VERIFIED',
        mvs_passport_data_id: data[0]?.id ?? null,
      });
    },
  );

  it('S7: a second bad answer about one ID card renews the row and adds none', async () => {
    const number = env.idCard('FOUND');
    await toBeChecked().withNationalId(number).save(env.sql);
    await run();
    const [first] = await kept();
    const later = await toBeChecked().withNationalId(number).save(env.sql);
    await run();
    expect((await kept()).map(({ id }) => id)).toEqual([first?.id]);
    expect((await verificationOf(env.sql, later)).mvs_passport_data_id).toBe(first?.id);
  });

  it('of passport and ID card the one issued last is asked about', async () => {
    const [booklet, card] = [env.passport(), env.idCard()];
    await toBeChecked()
      .withPassport(booklet, { issuedAt: '2005-01-01' })
      .withNationalId(card, { issuedAt: '2019-01-01' })
      .save(env.sql);
    await run();
    expect(env.register.requests().map(({ key }) => key)).toEqual([card]);
  });

  it('S4: who has neither leaves the stream, with nothing left of an earlier answer', async () => {
    const person = await toBeChecked()
      .withDocument('BIRTH_CERTIFICATE', 'I-БК123456')
      .stream('mvs_passport', 'VERIFIED', 'AUTO_NOT_LOST', {
        dataId: DATA_ID,
        dataStatus: 0,
        syncedAt: LONG_AGO,
      })
      .save(env.sql);
    const ended = await run();
    expect(await verificationOf(env.sql, person)).toMatchObject({
      mvs_passport_verification_status: 'VERIFICATION_NOT_NEEDED',
      mvs_passport_verification_reason: 'AUTO_DATA_ABSENT',
      mvs_passport_data_id: null,
      mvs_passport_data_status: null,
      mvs_passport_synced_at: null,
    });
    expect(env.register.requestCount).toBe(0);
    expect(ended.counts).toEqual({ batches: 1, taken: 1, absent: 1 });
  });

  it('S4: a person with an ID card alone has nothing to check while ID cards are not configured', async () => {
    const elsewhere = await TestEnvironment.start();
    try {
      const person = await toBeChecked().withNationalId(elsewhere.idCard('FOUND')).save(elsewhere.sql);
      const ended = await elsewhere.run({ job: JOB });
      expect(await verificationOf(elsewhere.sql, person)).toMatchObject({
        mvs_passport_verification_status: 'VERIFICATION_NOT_NEEDED',
        mvs_passport_verification_reason: 'AUTO_DATA_ABSENT',
      });
      expect([elsewhere.register.requestCount, ended.counts]).toEqual([
        0,
        { batches: 1, taken: 1, absent: 1 },
      ]);
    } finally {
      await elsewhere.stop();
    }
  });

  it.each([
    ['a passport', () => toBeChecked().withPassport('KB123456')],
    ['an ID card', () => toBeChecked().withNationalId('12345678')],
  ])('S5: a malformed number of %s makes the stream NOT_VERIFIED, unasked', async (_document, builder) => {
    const person = await builder().withUnzr('19850615-00001').save(env.sql);
    const ended = await run();
    const row = await verificationOf(env.sql, person);
    expect(row).toMatchObject({
      mvs_passport_verification_status: 'NOT_VERIFIED',
      mvs_passport_verification_reason: 'AUTO_INCORRECT_DATA',
      mvs_passport_data_status: null,
      mvs_passport_synced_at: null,
      mvs_passport_unverified_at: row.updated_at,
    });
    expect(env.register.requestCount).toBe(0);
    expect(ended.counts).toEqual({ batches: 1, taken: 1, incorrect: 1 });
    // Nothing of the person is cleared: the document stays as it was signed.
    expect(await env.sql.query({ text: 'SELECT FROM mpi.persons WHERE unzr IS NOT NULL' })).toHaveLength(1);
  });

  it.each([
    ['MINUS_1', 'register_error'],
    ['FAULT_HTTP_200', 'fault_server'],
    ['HTTP_503', 'http_error'],
    ['FOREIGN_ID', 'foreign_answer'],
    ['EMPTY_STATUS', 'unreadable_answer'],
  ] as const)('S9: after %s (%s) the stream is as before the lock and waits', async (answer, kind) => {
    const passport = env.passport(answer);
    const person = await toBeChecked()
      .withPassport(passport)
      .stream('mvs_passport', 'VERIFIED', 'OFFLINE_VERIFIED', { dataStatus: 0, syncedAt: LONG_AGO })
      .save(env.sql);
    const ended = await run();
    const row = await verificationOf(env.sql, person);
    expect(row).toMatchObject({
      mvs_passport_verification_status: 'VERIFIED',
      mvs_passport_verification_reason: 'OFFLINE_VERIFIED',
      mvs_passport_synced_at: new Date(LONG_AGO),
      dms_passport_retry_at: null,
    });
    expect(row.mvs_passport_retry_at).not.toBeNull();
    expect(await lockOf(env.sql, person, 'mvs_passport')).toMatchObject({
      claim_id: null,
      attempts: 1,
      last_error_kind: kind,
    });
    expect(await auditOf(env.sql, person)).toEqual([]);
    expect(ended.counts).toEqual({ batches: 1, taken: 1, [`technical_errors.${kind}`]: 1 });
  });
});
