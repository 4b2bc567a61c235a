import { describe, expect, it } from 'vitest';
import { DmsPassportOfPartiesStream } from '../../src/dms-passport';
import {
  aParty,
  auditOf,
  eventsOf,
  type PartyBuilder,
  partyLockOf,
  partyVerificationOf,
} from '../support/builders';
import { TestEnvironment } from '../support/test-environment';

const JOB = DmsPassportOfPartiesStream.JOB;
const SYSTEM_USER_ID = '00000000-0000-4000-8000-000000000001';
const LONG_AGO = '2020-03-01T08:00:00Z';
const DATA_ID = '11111111-1111-4111-8111-111111111111';

/** What an earlier answer left; nothing of it may stay where a row clears it. */
const OLD = { dataId: DATA_ID, dataStatus: 1, syncedAt: LONG_AGO, unverifiedAt: LONG_AGO };

const env = TestEnvironment.forThisFile({ VERIFICATION_RETRY_FIRST_SECONDS: '300' });

const run = () => env.run({ job: JOB });
const due = (): PartyBuilder =>
  aParty().stream('dms_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', OLD);
const standing = (party: string) => partyVerificationOf(env.sql, party);
const keptRows = () =>
  env.sql.query<{ id: string; pas_serial: string }>({ text: 'SELECT * FROM mimir.dms_passport_data' });

describe('What becomes of a party whose passport is checked', () => {
  it('S6: a passport not found makes the stream VERIFIED, with events, an audit row and the sum', async () => {
    const passport = env.passport('NOT_FOUND');
    const party = await due().withPassport(passport).save(env.sql);
    const ended = await run();
    const row = await standing(party);
    expect(row).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
      dms_passport_verification_reason: 'AUTO_VALID',
      dms_passport_data_id: null,
      dms_passport_data_status: 0,
      dms_passport_synced_at: row.updated_at,
      dms_passport_unverified_at: null,
      dms_passport_retry_at: null,
      cumulative_status: 'VERIFIED',
      updated_by: SYSTEM_USER_ID,
    });
    const [request, ...further] = env.register.requestsFor(passport);
    expect(further).toEqual([]);
    expect(await eventsOf(env.sql, party)).toMatchObject([
      { entity_type: 'Party', properties: { dms_passport_verification_status: { new_value: 'VERIFIED' } } },
      { entity_type: 'Party', properties: { verification_status: { new_value: 'VERIFIED' } } },
    ]);
    expect(await auditOf(env.sql, party)).toMatchObject([
      { resource: 'party_verifications', row: 'S6', run_id: ended.id, message_id: request?.messageId },
    ]);
    expect(await partyLockOf(env.sql, party, 'dms_passport')).toBeNull();
    expect(await keptRows()).toEqual([]);
    expect(ended).toMatchObject({ status: 'FINISHED', counts: { batches: 1, taken: 1, verified: 1 } });
  });

  it('S7: a passport found makes the stream NOT_VERIFIED, the answer is kept and the party is NOT_VERIFIED', async () => {
    const passport = env.passport('FOUND');
    const party = await due().withPassport(passport).save(env.sql);
    const ended = await run();
    const row = await standing(party);
    const kept = await keptRows();
    expect(kept).toMatchObject([{ pass_type: '0101', pas_serial: passport.slice(0, 2), pas_status: 1 }]);
    expect(row).toMatchObject({
      dms_passport_verification_status: 'NOT_VERIFIED',
      dms_passport_verification_reason: 'AUTO_NOT_VALID',
      dms_passport_data_id: kept[0]?.id,
      dms_passport_data_status: 1,
      dms_passport_synced_at: row.updated_at,
      dms_passport_unverified_at: row.updated_at,
      cumulative_status: 'NOT_VERIFIED',
    });
    expect(await auditOf(env.sql, party)).toMatchObject([{ row: 'S7' }]);
    expect(ended.counts).toEqual({ batches: 1, taken: 1, refuted: 1 });
  });

  it('S4: who has no passport leaves the stream; an ID card is none', async () => {
    const parties = [await due().save(env.sql), await due().withNationalId('000123456').save(env.sql)];
    const ended = await run();
    for (const party of parties) {
      expect(await standing(party)).toMatchObject({
        dms_passport_verification_status: 'VERIFICATION_NOT_NEEDED',
        dms_passport_verification_reason: 'AUTO_DATA_ABSENT',
        dms_passport_data_id: null,
        dms_passport_data_status: null,
        dms_passport_synced_at: null,
        dms_passport_unverified_at: null,
        cumulative_status: 'VERIFIED',
      });
    }
    expect(env.register.requestCount).toBe(0);
    expect(ended.counts).toEqual({ batches: 1, taken: 2, absent: 2 });
  });

  it('S5: a malformed number makes the stream NOT_VERIFIED and the register is not asked', async () => {
    const party = await due().withPassport('KB123456').save(env.sql);
    const ended = await run();
    const row = await standing(party);
    expect(row).toMatchObject({
      dms_passport_verification_status: 'NOT_VERIFIED',
      dms_passport_verification_reason: 'AUTO_INCORRECT_DATA',
      dms_passport_data_id: null,
      dms_passport_data_status: null,
      dms_passport_synced_at: null,
      dms_passport_unverified_at: row.updated_at,
      cumulative_status: 'NOT_VERIFIED',
    });
    expect(env.register.requestCount).toBe(0);
    expect(ended.counts).toEqual({ batches: 1, taken: 1, incorrect: 1 });
  });

  it('S3: while the register works, the stream is locked and no event is written', async () => {
    const passport = env.passport();
    const party = await due().withPassport(passport).save(env.sql);
    env.register.hold();
    const runId = await env.startRun({ job: JOB });
    await env.register.waitForRequests(1, passport);
    expect(await standing(party)).toMatchObject({
      dms_passport_verification_status: 'IN_REVIEW',
      dms_passport_verification_reason: 'AUTO',
      cumulative_status: 'VERIFICATION_NEEDED',
    });
    const lock = await partyLockOf(env.sql, party, 'dms_passport');
    expect(lock).toMatchObject({ status_before: 'VERIFICATION_NEEDED', reason_before: 'ONLINE_TRIGGERED' });
    const claims = await env.sql.query({ text: 'SELECT * FROM mpi.verification_claims' });
    expect(claims).toMatchObject([{ id: lock?.claim_id, run_id: runId, subject: 'parties' }]);
    expect([await eventsOf(env.sql, party), await auditOf(env.sql, party)]).toEqual([[], []]);
    const figures = await (await env.program.internal('/metrics')).text();
    expect(figures).toContain('verification_backlog_parties{stream="dms_passport",state="in_flight"} 1');
    env.register.release();
    await env.ended(runId);
    expect(await env.sql.query({ text: 'SELECT FROM mpi.verification_claims' })).toEqual([]);
    const after = await (await env.program.internal('/metrics')).text();
    expect(after).toMatch(/verification_parties_total\{stream="dms_passport",outcome="verified"\} [1-9]/);
  });

  it('S6: does not lift the sum of a party refuted by another stream, and reports no change of it', async () => {
    const party = await due()
      .stream('drfo', 'NOT_VERIFIED', 'AUTO_NOT_FOUND')
      .withPassport(env.passport('NOT_FOUND'))
      .save(env.sql);
    await run();
    expect(await standing(party)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
      cumulative_status: 'NOT_VERIFIED',
    });
    expect((await eventsOf(env.sql, party)).map(({ properties }) => Object.keys(properties))).toEqual([
      ['dms_passport_verification_status'],
    ]);
  });
});

describe('What becomes of a party about whom the register gives no answer', () => {
  it.each([
    ['MINUS_1', 'register_error'],
    ['UNKNOWN_STATUS', 'register_error'],
    ['FAULT_11', 'fault_server'],
    ['FAULT_CLIENT', 'fault_client'],
    ['HTTP_503', 'http_error'],
    ['FOREIGN_ID', 'foreign_answer'],
    ['GARBAGE', 'unreadable_answer'],
  ] as const)('S9: after %s (%s) the stream is as before the lock and waits', async (answer, kind) => {
    const passport = env.passport(answer);
    const party = await aParty()
      .withPassport(passport)
      .stream('dms_passport', 'VERIFIED', 'OFFLINE_VERIFIED', OLD)
      .save(env.sql);
    const before = await standing(party);
    const ended = await run();
    const after = await standing(party);
    const touched = { updated_at: after.updated_at, updated_by: after.updated_by };
    expect(after).toEqual({ ...before, ...touched, dms_passport_retry_at: after.dms_passport_retry_at });
    const waitMs = Number(after.dms_passport_retry_at) - Number(after.updated_at);
    expect(waitMs).toBeGreaterThanOrEqual(0);
    expect(waitMs).toBeLessThanOrEqual(300_000);
    expect(await partyLockOf(env.sql, party, 'dms_passport')).toMatchObject({
      claim_id: null,
      attempts: 1,
      tried_in_run: ended.id,
      last_error_kind: kind,
      last_message_id: env.register.requestsFor(passport)[0]?.messageId,
    });
    expect([await eventsOf(env.sql, party), await auditOf(env.sql, party)]).toEqual([[], []]);
    expect(ended).toMatchObject({ status: 'FINISHED' });
    expect(ended.counts).toEqual({ batches: 1, taken: 1, [`technical_errors.${kind}`]: 1 });
  });
});
