import { describe, expect, it } from 'vitest';
import { aPerson, auditOf, eventsOf, type PersonBuilder, verificationOf } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';

const SYSTEM_USER_ID = '00000000-0000-4000-8000-000000000001';
const LONG_AGO = '2020-03-01T08:00:00Z';

const env = TestEnvironment.forThisFile();

const reasonBefore = (status: string, reason: string, after: readonly [string, string]) => ({
  dms_passport_verification_status: { old_value: status, new_value: after[0] },
  dms_passport_verification_reason: { old_value: reason, new_value: after[1] },
});

describe('What a check leaves in the records', () => {
  it('S6: one event for the stream, one for the sum, one audit row, all of one moment', async () => {
    const passport = env.passport('NOT_FOUND');
    const person = await aPerson().withPassport(passport).save(env.sql);
    const run = await env.run();
    const { updated_at: at, updated_by: by } = await verificationOf(env.sql, person);
    expect(by).toBe(SYSTEM_USER_ID);
    const reported = { entity_type: 'Person', event_time: at, changed_by: SYSTEM_USER_ID };
    expect(await eventsOf(env.sql, person)).toEqual([
      { ...reported, properties: { dms_passport_verification_status: { new_value: 'VERIFIED' } } },
      { ...reported, properties: { verification_status: { new_value: 'VERIFIED' } } },
    ]);
    const [audit, ...more] = await auditOf(env.sql, person);
    expect(more).toEqual([]);
    expect(audit).toMatchObject({
      actor_id: SYSTEM_USER_ID,
      resource: 'person_verifications',
      row: 'S6',
      run_id: run.id,
      message_id: env.register.requestsFor(passport)[0]?.messageId,
      changeset: reasonBefore('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', ['VERIFIED', 'AUTO_VALID']),
      inserted_at: at,
    });
    expect(audit?.claim_id).toMatch(/^[0-9a-f-]{36}$/);
    expect(audit?.duration_ms).toBeGreaterThanOrEqual(0);
    const types = await env.sql.query({ text: 'SELECT DISTINCT event_type FROM mpi.status_change_events' });
    expect(types).toEqual([{ event_type: 'StatusChangeEvent' }]);
  });

  it.each([
    ['S4', () => aPerson().withNationalId('000123456'), 'VERIFICATION_NOT_NEEDED'],
    ['S5', () => aPerson().withPassport('KB123456'), 'NOT_VERIFIED'],
    ['S7', () => aPerson().withPassport(env.passport('FOUND')), 'NOT_VERIFIED'],
  ] as const)('%s: the row is named and its message, if there was one', async (row, builder, status) => {
    const person = await builder().save(env.sql);
    await env.run();
    const audit = await auditOf(env.sql, person);
    expect(audit).toMatchObject([{ row }]);
    expect(typeof audit[0]?.message_id).toBe(row === 'S7' ? 'string' : 'object');
    expect((await eventsOf(env.sql, person))[0]?.properties).toEqual({
      dms_passport_verification_status: { new_value: status },
    });
  });

  it('S6: where only the reason changes there is an audit row and no event', async () => {
    const person = await aPerson()
      .withPassport(env.passport('NOT_FOUND'))
      .stream('dms_passport', 'VERIFIED', 'OFFLINE_VERIFIED', { syncedAt: LONG_AGO })
      .save(env.sql);
    await env.run();
    expect(await eventsOf(env.sql, person)).toEqual([]);
    expect(await auditOf(env.sql, person)).toMatchObject([
      { row: 'S6', changeset: reasonBefore('VERIFIED', 'OFFLINE_VERIFIED', ['VERIFIED', 'AUTO_VALID']) },
    ]);
  });

  it('S7: where the sum stays as it was there is an event of the stream only', async () => {
    const person = await aPerson()
      .withPassport(env.passport('FOUND'))
      .stream('drfo', 'NOT_VERIFIED', 'AUTO_ONLINE')
      .save(env.sql);
    await env.run();
    expect((await eventsOf(env.sql, person)).map(({ properties }) => properties)).toEqual([
      { dms_passport_verification_status: { new_value: 'NOT_VERIFIED' } },
    ]);
  });

  it('no document number is in them', async () => {
    const passport = env.passport('FOUND');
    await aPerson().withPassport(passport).save(env.sql);
    await aPerson().withPassport(passport).save(env.sql);
    await env.run();
    const kept = await env.sql.query({
      text: `SELECT to_jsonb(a)::text AS line FROM mpi.audit_log AS a
             UNION ALL SELECT to_jsonb(e)::text FROM mpi.status_change_events AS e`,
    });
    expect(kept.length).toBeGreaterThan(4);
    expect(JSON.stringify(kept)).not.toContain(passport.slice(2));
  });
});

describe('What all streams add up to after a check', () => {
  const found = (): PersonBuilder => aPerson().withPassport(env.passport('FOUND'));
  const notFound = (): PersonBuilder => aPerson().withPassport(env.passport('NOT_FOUND'));
  const CLAIM = '22222222-2222-4222-8222-222222222222';

  it.each([
    [
      'C0: a NOT_VERIFIED set by hand stays after a good answer',
      () => notFound().cumulative('NOT_VERIFIED'),
      'NOT_VERIFIED',
    ],
    [
      'C0: a NOT_VERIFIED set by hand stays after a bad answer',
      () => found().cumulative('NOT_VERIFIED'),
      'NOT_VERIFIED',
    ],
    ['C1: the passport is NOT_VERIFIED', found, 'CHANGES_NEEDED'],
    [
      'C1: another stream is NOT_VERIFIED',
      () => notFound().stream('legal_capacity', 'NOT_VERIFIED', 'AUTO_ONLINE'),
      'CHANGES_NEEDED',
    ],
    ['C2: every counted stream is VERIFIED', notFound, 'VERIFIED'],
    [
      'C2: no stream is counted at all',
      () =>
        aPerson()
          .withNationalId('000123456')
          .stream('nhs', 'VERIFICATION_NOT_NEEDED', 'INITIAL')
          .stream('drfo', 'VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT')
          .stream('dracs_death', 'VERIFICATION_NOT_NEEDED', 'INITIAL')
          .stream('mvs_passport', 'VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT'),
      'VERIFIED',
    ],
    [
      'C2: a register stream under a lock counts with its status before the lock',
      () =>
        notFound().stream('mvs_passport', 'IN_REVIEW', 'AUTO').locked('mvs_passport', {
          claimId: CLAIM,
          statusBefore: 'VERIFIED',
          reasonBefore: 'AUTO_NOT_LOST',
        }),
      'VERIFIED',
    ],
    [
      'C3: another stream is still needed',
      () => notFound().stream('drfo', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED'),
      'VERIFICATION_NEEDED',
    ],
    [
      'C3: the stream of the NHS in review counts as it is',
      () => notFound().stream('nhs', 'IN_REVIEW', 'MANUAL'),
      'VERIFICATION_NEEDED',
    ],
    [
      'C3: a register stream that another program put in review counts as it is',
      () => notFound().stream('mvs_passport', 'IN_REVIEW', 'AUTO'),
      'VERIFICATION_NEEDED',
    ],
  ] as const)('%s', async (_row, builder, sum) => {
    const person = await builder().save(env.sql);
    const before = (await verificationOf(env.sql, person)).cumulative_status;
    await env.run();
    expect((await verificationOf(env.sql, person)).cumulative_status).toBe(sum);
    const events = (await eventsOf(env.sql, person)).map(({ properties }) => properties);
    expect(events.filter((properties) => 'verification_status' in properties)).toEqual(
      before === sum ? [] : [{ verification_status: { new_value: sum } }],
    );
  });

  it('C0: the sum of a person blocked by hand is not reported', async () => {
    const person = await notFound().cumulative('NOT_VERIFIED').save(env.sql);
    await env.run();
    expect((await eventsOf(env.sql, person)).map(({ properties }) => properties)).toEqual([
      { dms_passport_verification_status: { new_value: 'VERIFIED' } },
    ]);
  });
});
