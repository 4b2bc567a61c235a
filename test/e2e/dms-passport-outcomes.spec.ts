import { describe, expect, it } from 'vitest';
import { aPerson, auditOf, eventsOf, lockOf, verificationOf } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';

const LONG_AGO = '2020-03-01T08:00:00Z';
const DATA_ID = '11111111-1111-4111-8111-111111111111';

const env = TestEnvironment.forThisFile({ VERIFICATION_RETRY_FIRST_SECONDS: '300' });

describe('What becomes of a person whose passport is checked', () => {
  it('S6: a passport not found in the DMS register makes the stream VERIFIED', async () => {
    const passport = env.passport('NOT_FOUND');
    const person = await aPerson().withPassport(passport).save(env.sql);
    const run = await env.run();
    const row = await verificationOf(env.sql, person);
    expect(row).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
      dms_passport_verification_reason: 'AUTO_VALID',
      dms_passport_data_id: null,
      dms_passport_data_status: 0,
      dms_passport_unverified_at: null,
      dms_passport_retry_at: null,
    });
    expect(row.dms_passport_synced_at).toEqual(row.updated_at);
    expect(await lockOf(env.sql, person, 'dms_passport')).toBeNull();
    expect(env.register.requestsFor(passport)).toHaveLength(1);
    expect(run).toMatchObject({ status: 'FINISHED', counts: { batches: 1, taken: 1, verified: 1 } });
    expect(Object.keys(run.counts).sort()).toEqual(['batches', 'taken', 'verified']);
  });

  it('S6: a good answer clears what an earlier bad one left, and keeps no row of the register', async () => {
    const passport = env.passport('NOT_FOUND');
    const person = await aPerson()
      .withPassport(passport)
      .stream('dms_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', {
        dataId: DATA_ID,
        dataStatus: 1,
        syncedAt: LONG_AGO,
        unverifiedAt: LONG_AGO,
      })
      .save(env.sql);
    await env.run();
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
      dms_passport_data_id: null,
      dms_passport_data_status: 0,
      dms_passport_unverified_at: null,
    });
    expect(await env.sql.query({ text: 'SELECT FROM mimir.dms_passport_data' })).toHaveLength(0);
  });

  it('S7: a passport found in the DMS register makes the stream NOT_VERIFIED and the answer is kept', async () => {
    const passport = env.passport('FOUND');
    const person = await aPerson().withPassport(passport).save(env.sql);
    const run = await env.run();
    const row = await verificationOf(env.sql, person);
    const kept = await env.sql.query<{ id: string }>({ text: 'SELECT * FROM mimir.dms_passport_data' });
    expect(kept).toMatchObject([
      { pass_type: '0101', pas_serial: passport.slice(0, 2), pas_number: passport.slice(2), pas_status: 1 },
    ]);
    expect(row).toMatchObject({
      dms_passport_verification_status: 'NOT_VERIFIED',
      dms_passport_verification_reason: 'AUTO_NOT_VALID',
      dms_passport_data_id: kept[0]?.id,
      dms_passport_data_status: 1,
      dms_passport_synced_at: row.updated_at,
      dms_passport_unverified_at: row.updated_at,
    });
    expect(run.counts).toEqual({ batches: 1, taken: 1, refuted: 1 });
  });

  it('S7: a second bad answer about one passport renews the row of the register and adds none', async () => {
    const passport = env.passport('FOUND');
    await aPerson().withPassport(passport).save(env.sql);
    await env.run();
    const [first] = await env.sql.query<{ id: string; updated_at: Date }>({
      text: 'SELECT id, updated_at FROM mimir.dms_passport_data',
    });
    const later = await aPerson().withPassport(passport).save(env.sql);
    await env.run();
    const kept = await env.sql.query<{ id: string; updated_at: Date }>({
      text: 'SELECT id, updated_at FROM mimir.dms_passport_data',
    });
    expect(kept).toHaveLength(1);
    expect(kept[0]?.id).toBe(first?.id);
    expect(kept[0]?.updated_at.getTime()).toBeGreaterThan(first?.updated_at.getTime() ?? Infinity);
    expect((await verificationOf(env.sql, later)).dms_passport_data_id).toBe(first?.id);
  });

  it('S4: who has no passport leaves the stream, with nothing left of an earlier answer', async () => {
    const person = await aPerson()
      .withDocument('BIRTH_CERTIFICATE', 'I-БК123456')
      .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', {
        dataId: DATA_ID,
        dataStatus: 0,
        syncedAt: LONG_AGO,
        unverifiedAt: LONG_AGO,
      })
      .save(env.sql);
    const run = await env.run();
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFICATION_NOT_NEEDED',
      dms_passport_verification_reason: 'AUTO_DATA_ABSENT',
      dms_passport_data_id: null,
      dms_passport_data_status: null,
      dms_passport_synced_at: null,
      dms_passport_unverified_at: null,
    });
    expect(env.register.requestCount).toBe(0);
    expect(run.counts).toEqual({ batches: 1, taken: 1, absent: 1 });
  });

  it('S5: a malformed number makes the stream NOT_VERIFIED and the register is not asked', async () => {
    const person = await aPerson()
      .withPassport('KB123456')
      .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', {
        dataId: DATA_ID,
        dataStatus: 0,
        syncedAt: LONG_AGO,
      })
      .save(env.sql);
    const run = await env.run();
    const row = await verificationOf(env.sql, person);
    expect(row).toMatchObject({
      dms_passport_verification_status: 'NOT_VERIFIED',
      dms_passport_verification_reason: 'AUTO_INCORRECT_DATA',
      dms_passport_data_id: null,
      dms_passport_data_status: null,
      dms_passport_synced_at: null,
      dms_passport_unverified_at: row.updated_at,
    });
    expect(env.register.requestCount).toBe(0);
    expect(run.counts).toEqual({ batches: 1, taken: 1, incorrect: 1 });
  });

  it('S3: while the register works, the stream is locked and everything else is unchanged', async () => {
    const passport = env.passport();
    const person = await aPerson()
      .withPassport(passport)
      .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { dataStatus: 0, syncedAt: LONG_AGO })
      .save(env.sql);
    const before = await verificationOf(env.sql, person);
    env.register.hold();
    const runId = await env.startRun();
    await env.register.waitForRequests(1, passport);
    const { updated_at: _then, updated_by: _by, ...during } = await verificationOf(env.sql, person);
    expect(during).toEqual({
      ...before,
      updated_at: undefined,
      updated_by: undefined,
      dms_passport_verification_status: 'IN_REVIEW',
      dms_passport_verification_reason: 'AUTO',
    });
    const lock = await lockOf(env.sql, person, 'dms_passport');
    expect(lock).toMatchObject({ status_before: 'VERIFIED', reason_before: 'AUTO_VALID', attempts: 0 });
    const claims = await env.sql.query({ text: 'SELECT * FROM mpi.verification_claims' });
    expect(claims).toMatchObject([{ id: lock?.claim_id, run_id: runId, stream: 'dms_passport' }]);
    expect([await eventsOf(env.sql, person), await auditOf(env.sql, person)]).toEqual([[], []]);
    env.register.release();
    await env.ended(runId);
    expect(await env.sql.query({ text: 'SELECT FROM mpi.verification_claims' })).toHaveLength(0);
  });
});

describe('What becomes of a person about whom the register gives no answer', () => {
  it.each([
    ['MINUS_1', 'register_error'],
    ['MINUS_2', 'register_error'],
    ['UNKNOWN_STATUS', 'register_error'],
    ['FAULT_11', 'fault_server'],
    ['FAULT_12', 'fault_server'],
    ['FAULT_HTTP_200', 'fault_server'],
    ['FAULT_CONFIGURATION', 'fault_configuration'],
    ['FAULT_CLIENT', 'fault_client'],
    ['HTTP_503', 'http_error'],
    ['FOREIGN_ID', 'foreign_answer'],
    ['EMPTY_STATUS', 'unreadable_answer'],
    ['GARBAGE', 'unreadable_answer'],
  ] as const)('S9: after %s (%s) the stream is as before the lock', async (answer, kind) => {
    const passport = env.passport(answer);
    const person = await aPerson()
      .withPassport(passport)
      .stream('dms_passport', 'VERIFIED', 'OFFLINE_VERIFIED', {
        dataId: DATA_ID,
        dataStatus: 0,
        syncedAt: LONG_AGO,
        unverifiedAt: LONG_AGO,
      })
      .save(env.sql);
    const before = await verificationOf(env.sql, person);
    const run = await env.run();
    const after = await verificationOf(env.sql, person);
    const changed = ['updated_at', 'updated_by', 'dms_passport_retry_at'];
    expect(without(after, changed)).toEqual(without(before, changed));
    const waitMs = Number(after.dms_passport_retry_at) - Number(after.updated_at);
    expect(waitMs).toBeGreaterThanOrEqual(0);
    expect(waitMs).toBeLessThanOrEqual(300_000);
    const [request] = env.register.requestsFor(passport);
    expect(await lockOf(env.sql, person, 'dms_passport')).toMatchObject({
      claim_id: null,
      attempts: 1,
      tried_in_run: run.id,
      last_error_kind: kind,
      last_message_id: request?.messageId,
    });
    expect([await eventsOf(env.sql, person), await auditOf(env.sql, person)]).toEqual([[], []]);
    expect(run).toMatchObject({ status: 'FINISHED' });
    expect(run.counts).toEqual({ batches: 1, taken: 1, [`technical_errors.${kind}`]: 1 });
    expect(env.register.requestsFor(passport)).toHaveLength(1);
  });

  it('S9: every further failure counts, and the final answer ends the waiting', async () => {
    const passport = env.passport('MINUS_2');
    const person = await aPerson().withPassport(passport).save(env.sql);
    await env.run();
    await env.run();
    expect(await lockOf(env.sql, person, 'dms_passport')).toMatchObject({ attempts: 2, claim_id: null });
    env.register.answer(passport, 'NOT_FOUND');
    await env.run();
    expect(await lockOf(env.sql, person, 'dms_passport')).toBeNull();
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
      dms_passport_retry_at: null,
    });
  });
});

function without<Row extends object>(row: Row, columns: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(row).filter(([column]) => !columns.includes(column)));
}
