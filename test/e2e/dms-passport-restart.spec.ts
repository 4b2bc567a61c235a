import { describe, expect, it } from 'vitest';
import { StreamRestartService } from '../../src/verifications';
import {
  aPerson,
  auditOf,
  auditOfStream,
  eventsOf,
  lockOf,
  type PersonBuilder,
  verificationOf,
} from '../support/builders';
import { changeData, OFFICIAL } from '../support/registrations';
import { TestEnvironment } from '../support/test-environment';

const DATA_ID = '11111111-1111-4111-8111-111111111111';
const NOBODY = '99999999-9999-4999-8999-999999999999';
const CLAIM = '33333333-3333-4333-8333-333333333333';
const YESTERDAY = '2026-01-01T00:00:00Z';

const env = TestEnvironment.forThisFile();

const askForRepeat = (personId: string): Promise<unknown> =>
  env.program.get(StreamRestartService).requeue({ personId, stream: 'dms_passport', actorId: OFFICIAL });

const CHECKED = { dataId: DATA_ID, dataStatus: 1, syncedAt: YESTERDAY, unverifiedAt: YESTERDAY } as const;
const refuted = (): PersonBuilder =>
  aPerson().withPassport(env.passport()).stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID', CHECKED);

const BEGUN = {
  dms_passport_verification_status: 'VERIFICATION_NEEDED',
  dms_passport_verification_reason: 'ONLINE_TRIGGERED',
  dms_passport_data_id: null,
  dms_passport_data_status: null,
  dms_passport_synced_at: null,
  dms_passport_unverified_at: null,
  dms_passport_retry_at: null,
};

/** Every status of a stream, with every possible reason. */
const ANYWHERE = [
  [
    'VERIFICATION_NEEDED, waiting for a retry',
    () =>
      aPerson()
        .withPassport(env.passport())
        .stream('dms_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', { retryAt: '2999-01-01' })
        .locked('dms_passport', { attempts: 7 }),
  ],
  [
    'VERIFICATION_NOT_NEEDED',
    () =>
      aPerson()
        .withPassport(env.passport())
        .stream('dms_passport', 'VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT'),
  ],
  [
    'IN_REVIEW under a lock',
    () =>
      aPerson()
        .withPassport(env.passport())
        .stream('dms_passport', 'IN_REVIEW', 'AUTO', CHECKED)
        .locked('dms_passport', {
          claimId: CLAIM,
          statusBefore: 'VERIFIED',
          reasonBefore: 'AUTO_VALID',
          attempts: 1,
        }),
  ],
  [
    'IN_REVIEW without a lock, written by somebody else',
    () => aPerson().withPassport(env.passport()).stream('dms_passport', 'IN_REVIEW', 'AUTO', CHECKED),
  ],
  [
    'VERIFIED',
    () => aPerson().withPassport(env.passport()).stream('dms_passport', 'VERIFIED', 'AUTO_VALID', CHECKED),
  ],
  ['NOT_VERIFIED', () => refuted()],
] as const;

describe('S1: a person who signs with a passport is checked again', () => {
  it.each(ANYWHERE)('from %s', async (_status, builder) => {
    const person = await builder().save(env.sql);
    await changeData(env, { personId: person, passport: env.passport() });
    expect(await verificationOf(env.sql, person)).toMatchObject(BEGUN);
    expect(await lockOf(env.sql, person, 'dms_passport')).toBeNull();
    expect(await auditOfStream(env.sql, person, 'dms_passport')).toMatchObject([
      { row: 'S1', actor_id: OFFICIAL, run_id: null },
    ]);
    await env.run();
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
    });
  });

  it('with an ID card only, too, although the check then finds nothing to ask', async () => {
    const person = await refuted().save(env.sql);
    await env.sql.run(`UPDATE mpi.person_documents SET type = 'NATIONAL_ID', number = '000123456'`);
    await env.transactions.inTransaction((sql) =>
      env.program.get(StreamRestartService).onDataChanged(sql, { personId: person, actorId: OFFICIAL }),
    );
    expect(await verificationOf(env.sql, person)).toMatchObject(BEGUN);
  });

  it('with one event for the stream and one for the sum, and none where the status stays', async () => {
    // The same passport begins the stream mvs_passport again, of which nothing is to be heard here.
    const waits = ['mvs_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED'] as const;
    const moved = await refuted()
      .stream(...waits)
      .save(env.sql);
    const stays = await aPerson()
      .withPassport(env.passport())
      .stream(...waits)
      .save(env.sql);
    await changeData(env, { personId: moved, passport: env.passport() });
    await changeData(env, { personId: stays, passport: env.passport() });
    expect((await eventsOf(env.sql, moved)).map(({ properties }) => properties)).toEqual([
      { dms_passport_verification_status: { new_value: 'VERIFICATION_NEEDED' } },
      { verification_status: { new_value: 'VERIFICATION_NEEDED' } },
    ]);
    expect(await eventsOf(env.sql, stays)).toEqual([]);
  });

  it('not at all when the transaction that changed the data is undone', async () => {
    const person = await refuted().save(env.sql);
    const before = await verificationOf(env.sql, person);
    const undone = changeData(env, {
      personId: person,
      passport: env.passport(),
      beforeCommit: () => Promise.reject(new Error('the registration failed')),
    });
    await expect(undone).rejects.toThrow('the registration failed');
    expect(await verificationOf(env.sql, person)).toEqual(before);
    expect(await auditOf(env.sql, person)).toEqual([]);
  });

  it('quietly passing over a person without a row of verifications', async () => {
    await expect(changeData(env, { personId: NOBODY })).resolves.toBeUndefined();
  });
});

describe('S2: a person who signs without a passport leaves the stream', () => {
  it.each(ANYWHERE)('from %s', async (_status, builder) => {
    const person = await builder().save(env.sql);
    await changeData(env, { personId: person });
    expect(await verificationOf(env.sql, person)).toMatchObject({
      ...BEGUN,
      dms_passport_verification_status: 'VERIFICATION_NOT_NEEDED',
      dms_passport_verification_reason: 'AUTO_DATA_ABSENT',
    });
    expect(await lockOf(env.sql, person, 'dms_passport')).toBeNull();
    expect(await auditOfStream(env.sql, person, 'dms_passport')).toMatchObject([{ row: 'S2' }]);
    const run = await env.run();
    expect(run.counts).toEqual({});
  });
});

describe('S10: an employee of the NHS has a person checked again', () => {
  it.each(ANYWHERE)('from %s', async (_status, builder) => {
    const person = await builder().save(env.sql);
    await askForRepeat(person);
    expect(await verificationOf(env.sql, person)).toMatchObject(BEGUN);
    expect(await lockOf(env.sql, person, 'dms_passport')).toBeNull();
    expect(await auditOf(env.sql, person)).toMatchObject([{ row: 'S10', actor_id: OFFICIAL }]);
    await env.run();
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
    });
  });

  it('C0: which does not lift a NOT_VERIFIED set by hand', async () => {
    const person = await refuted().cumulative('NOT_VERIFIED').save(env.sql);
    await askForRepeat(person);
    expect(await verificationOf(env.sql, person)).toMatchObject({
      ...BEGUN,
      cumulative_status: 'NOT_VERIFIED',
    });
  });

  it('unless there is no such person, or an inactive one: nothing changes', async () => {
    const inactive = await refuted().inactive().save(env.sql);
    const before = await verificationOf(env.sql, inactive);
    await expect(askForRepeat(NOBODY)).rejects.toMatchObject({ code: 'person_not_found' });
    await expect(askForRepeat(inactive)).rejects.toMatchObject({ code: 'person_not_active' });
    expect(await verificationOf(env.sql, inactive)).toEqual(before);
    expect(await auditOf(env.sql, inactive)).toEqual([]);
  });
});
