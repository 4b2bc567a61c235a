import { describe, expect, it } from 'vitest';
import { aPerson, lockOf, type PersonBuilder, savePersons, verificationOf } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';
import type { StreamState } from '../support/person-builder';

const CLAIM = '33333333-3333-4333-8333-333333333333';
const RUN_BEFORE = '44444444-4444-4444-8444-444444444444';

const env = TestEnvironment.forThisFile({
  DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: '1',
  // One call at a time: the register is asked in the order in which persons are taken.
  TREMBITA_CONCURRENCY: '1',
  DMS_PERSON_VALIDATION_PERIOD_DAYS: '270',
});

/** Ids in the order of their numbers, so that `person_id` decides as the test expects. */
const idOf = (n: number): string => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;

/** A person with an own passport, in this state. */
const inState = (...state: StreamState): PersonBuilder =>
  aPerson()
    .withPassport(env.passport())
    .stream('dms_passport', ...state);

const passportOf = (builder: PersonBuilder): unknown => builder.rows().documents[0]?.['number'];
const asked = (): string[] => env.register.requests().map(({ key }) => key);

/** The moment up to which a result is too old, as the database counts it. */
async function threshold(): Promise<{ at: string; justAfter: string }> {
  const text = `
    SELECT start::text AS at, (start + interval '1 microsecond')::text AS "justAfter"
      FROM (SELECT (date_trunc('day', now() AT TIME ZONE 'Europe/Kyiv') - interval '270 days')
                     AT TIME ZONE 'Europe/Kyiv' AS start) AS day`;
  const [row] = await env.sql.query<{ at: string; justAfter: string }>({ text });
  if (row === undefined) throw new Error('The database returned no time.');
  return row;
}

describe('A run takes persons', () => {
  it('in the published order, one line after the other, within each by synced_at and then by id', async () => {
    const inOrder = [
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED').withId(idOf(8)),
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED').withId(idOf(9)),
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', { syncedAt: '2020-01-01' }).withId(idOf(7)),
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', { syncedAt: '2021-01-01' }).withId(idOf(6)),
      inState('VERIFICATION_NEEDED', 'INITIAL').withId(idOf(5)),
      inState('VERIFICATION_NEEDED', 'RULES_TRIGGERED', { syncedAt: '2019-01-01' }).withId(idOf(4)),
      inState('VERIFIED', 'OFFLINE_VERIFIED').withId(idOf(3)),
      inState('VERIFIED', 'AUTO_VALID', { syncedAt: '2018-01-01' }).withId(idOf(1)),
      inState('VERIFIED', 'AUTO_VALID', { syncedAt: '2018-01-01' }).withId(idOf(2)),
      inState('VERIFIED', 'AUTO_VALID', { syncedAt: '2018-01-02' }).withId(idOf(0)),
      inState('VERIFIED', 'AUTO_VALID', { retryAt: '2021-05-05' }).withId(idOf(12)),
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', {
        syncedAt: '2017-01-01',
        retryAt: '2021-05-04',
      }).withId(idOf(10)),
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', {
        syncedAt: '2017-01-02',
        retryAt: '2021-05-03',
      }).withId(idOf(11)),
    ];
    await savePersons(env.sql, [...inOrder].reverse());
    const run = await env.run({ tick: new Date() });
    expect(asked()).toEqual(inOrder.map(passportOf));
    expect(run.counts).toMatchObject({ batches: inOrder.length, taken: inOrder.length });
  });

  it('whose result is as old as the start of the day of Kyiv that lies the period back, and no younger', async () => {
    const { at, justAfter } = await threshold();
    const due = [
      inState('VERIFIED', 'AUTO_VALID', { syncedAt: at }),
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', { syncedAt: at }),
    ];
    const notDue = [
      inState('VERIFIED', 'AUTO_VALID', { syncedAt: justAfter }),
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', { syncedAt: justAfter }),
      inState('VERIFICATION_NEEDED', 'INITIAL', { syncedAt: justAfter }),
      inState('VERIFIED', 'AUTO_VALID', { syncedAt: justAfter, retryAt: '2021-01-01' }),
    ];
    await savePersons(env.sql, [...due, ...notDue]);
    await env.run();
    expect(asked().sort()).toEqual(due.map(passportOf).sort());
  });

  it('S3: but nobody in another status, nobody inactive, and nobody whom somebody else put in review', async () => {
    const left = [
      inState('NOT_VERIFIED', 'AUTO_NOT_VALID'),
      inState('NOT_VERIFIED', 'AUTO_INCORRECT_DATA', { syncedAt: '2019-01-01' }),
      inState('VERIFICATION_NOT_NEEDED', 'AUTO_DATA_ABSENT'),
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED').inactive(),
      inState('IN_REVIEW', 'AUTO'),
      inState('IN_REVIEW', 'MANUAL', { syncedAt: '2019-01-01' }),
    ];
    const ids = await savePersons(env.sql, left);
    const run = await env.run();
    expect(run).toMatchObject({ status: 'FINISHED', counts: {} });
    expect(run.counts).toEqual({});
    for (const [index, id] of ids.entries()) {
      const wanted = left[index]?.rows().verifications[0]?.['dms_passport_verification_status'];
      expect((await verificationOf(env.sql, id)).dms_passport_verification_status).toBe(wanted);
    }
  });

  it('who are active by status and by is_active both, and again once they are', async () => {
    const builders = [
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED'),
      inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED'),
    ];
    const [byStatus, byFlag] = await savePersons(env.sql, builders);
    await env.sql.query({ text: `UPDATE mpi.persons SET status = 'inactive' WHERE id = $1` }, [byStatus]);
    await env.sql.query({ text: `UPDATE mpi.persons SET is_active = false WHERE id = $1` }, [byFlag]);
    await env.run();
    expect(asked()).toEqual([]);
    await env.sql.run(`UPDATE mpi.persons SET status = 'active', is_active = true`);
    await env.run();
    expect(asked()).toHaveLength(2);
  });

  it('S11: and first releases persons whom a dead worker left in review', async () => {
    const builder = inState('IN_REVIEW', 'AUTO').locked('dms_passport', {
      claimId: CLAIM,
      statusBefore: 'VERIFICATION_NEEDED',
      reasonBefore: 'ONLINE_TRIGGERED',
    });
    await builder.save(env.sql);
    await env.sql.run(`
      INSERT INTO mpi.verification_claims (id, stream, worker, taken_at, lease_until)
      VALUES ('${CLAIM}', 'dms_passport', 'gone', now() - interval '1 hour', now() - interval '1 minute')`);
    const run = await env.run();
    expect(asked()).toEqual([passportOf(builder)]);
    expect(run.counts).toEqual({ batches: 1, taken: 1, verified: 1 });
  });
});

describe('Who waits for a retry', () => {
  const waiting = (): PersonBuilder =>
    inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', { retryAt: '2999-01-01' }).locked('dms_passport', {
      attempts: 3,
      triedInRun: RUN_BEFORE,
      lastErrorKind: 'timeout',
    });

  it('is left alone by scheduled runs until the wait is over', async () => {
    const person = await waiting().save(env.sql);
    const run = await env.run({ tick: new Date() });
    expect(run.counts).toEqual({});
    await env.sql.run(
      `UPDATE mpi.person_verifications SET dms_passport_retry_at = now() - interval '1 second'`,
    );
    await env.run({ tick: new Date() });
    expect(asked()).toHaveLength(1);
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
    });
  });

  it('is taken by a run that was started by hand', async () => {
    const person = await waiting().save(env.sql);
    const run = await env.run();
    expect(run.counts).toEqual({ batches: 1, taken: 1, verified: 1 });
    expect(await lockOf(env.sql, person, 'dms_passport')).toBeNull();
  });

  it('S9: is not taken twice in one run, though the wait be over', async () => {
    const builders = [waiting(), waiting(), waiting()];
    for (const builder of builders) env.register.answer(String(passportOf(builder)), 'MINUS_2');
    const ids = await savePersons(env.sql, builders);
    const run = await env.run();
    expect(asked()).toHaveLength(builders.length);
    expect(run.counts).toMatchObject({ taken: 3, 'technical_errors.register_error': 3 });
    for (const id of ids) {
      expect(await lockOf(env.sql, id, 'dms_passport')).toMatchObject({ attempts: 4, tried_in_run: run.id });
    }
  });

  it('does not block others: ready persons are taken before them', async () => {
    const ready = inState('VERIFIED', 'AUTO_VALID', { syncedAt: '2021-01-01' });
    const over = inState('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', { retryAt: '2021-01-01' });
    await savePersons(env.sql, [over, ready]);
    await env.run({ tick: new Date() });
    expect(asked()).toEqual([passportOf(ready), passportOf(over)]);
  });
});
