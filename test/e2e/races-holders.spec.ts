import { describe, expect, it } from 'vitest';
import {
  aParty,
  aPerson,
  auditOf,
  auditOfStream,
  partyVerificationOf,
  verificationOf,
} from '../support/builders';
import { changeData } from '../support/registrations';
import { TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

const FIRST = '00000000-bbbb-4bbb-8bbb-000000000001';
const SECOND = 'ffffffff-bbbb-4bbb-8bbb-000000000002';

const env = TestEnvironment.forThisFile();

const isRefuted = async (person: string): Promise<boolean> =>
  (await verificationOf(env.sql, person)).dms_passport_verification_status === 'NOT_VERIFIED';

describe('S8 waits for another holder', () => {
  it('who changes the document meanwhile is not refuted for the old one', async () => {
    const [shared, renewed] = [env.passport('FOUND'), env.passport('NOT_FOUND')];
    const holder = await aPerson()
      .withPassport(shared)
      .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { syncedAt: new Date() })
      .save(env.sql);
    const asked = await aPerson().withPassport(shared).save(env.sql);
    env.register.hold({ key: shared });
    const runId = await env.startRun();
    await env.register.waitForRequests(1, shared);
    await changeData(env, {
      personId: holder,
      passport: renewed,
      // The answer arrives while the change is written and not yet committed: its write waits for the holder's row.
      beforeCommit: async () => {
        env.register.release();
        await waitUntil(() => somebodyWaitsForARow(), { what: 'the write to wait for the holder' });
      },
    });
    const run = await env.ended(runId);
    expect(await isRefuted(asked)).toBe(true);
    expect(await verificationOf(env.sql, holder)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
      dms_passport_verification_reason: 'AUTO_VALID',
    });
    const audited = await auditOfStream(env.sql, holder, 'dms_passport');
    expect(audited.map(({ row }) => row)).toEqual(['S1', 'S6']);
    expect(run.counts).toEqual({ batches: 2, taken: 2, refuted: 1, verified: 1 });
    expect(env.register.requestsFor(renewed)).toHaveLength(1);
  });

  it('who takes over the refuted document meanwhile: it is checked in the same run', async () => {
    const [shared, old] = [env.passport('FOUND'), env.passport('NOT_FOUND')];
    const other = await aPerson()
      .withPassport(old)
      .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { syncedAt: new Date() })
      .save(env.sql);
    await aPerson().withPassport(shared).save(env.sql);
    env.register.hold({ key: shared, next: 1 });
    const runId = await env.startRun();
    await env.register.waitForRequests(1, shared);
    await changeData(env, {
      personId: other,
      passport: shared,
      beforeCommit: async () => {
        env.register.release();
        // Not yet committed, the person is no visible holder, and the write does not wait.
        await waitUntil(async () => (await env.sql.query({ text: 'SELECT FROM mpi.audit_log' })).length > 0, {
          what: 'the answer to be written',
        });
      },
    });
    await env.ended(runId);
    expect(await isRefuted(other)).toBe(true);
    expect(env.register.requestsFor(shared)).toHaveLength(2);
  });

  it('and for a party that loses the document meanwhile', async () => {
    const shared = env.passport('FOUND');
    const party = await aParty().withPassport(shared).save(env.sql);
    await aPerson().withPassport(shared).save(env.sql);
    env.register.hold();
    const runId = await env.startRun();
    await env.register.waitForRequests(1, shared);
    const elsewhere = await env.openSession();
    await elsewhere.run(
      'BEGIN',
      `SELECT FROM prm.party_verifications WHERE party_id = '${party}' FOR UPDATE`,
      `DELETE FROM prm.party_documents WHERE party_id = '${party}'`,
    );
    env.register.release();
    await elsewhere.isWaitedFor(env.sql);
    await elsewhere.run('COMMIT');
    const run = await env.ended(runId);
    expect(await partyVerificationOf(env.sql, party)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
    });
    expect(run.counts).not.toHaveProperty('propagated_parties');
  });
});

describe('Two holders of one passport are checked at once', () => {
  it.each([
    ['the first one asked is answered first', [0, 1]],
    ['the last one asked is answered first', [1, 0]],
    ['both answers come together', []],
  ] as const)('both are NOT_VERIFIED in the end: %s', async (_order, order) => {
    const shared = env.passport('FOUND');
    const persons = [
      await aPerson().withId(FIRST).withPassport(shared).save(env.sql),
      await aPerson().withId(SECOND).withPassport(shared).save(env.sql),
    ];
    const release = [env.register.hold({ next: 1 }), env.register.hold({ next: 1 })];
    const runId = await env.startRun();
    await env.register.waitForRequests(2, shared);
    for (const [nth, which] of order.entries()) {
      release[which]?.();
      await waitUntil(async () => (await Promise.all(persons.map(isRefuted))).filter(Boolean).length > nth, {
        what: 'the answer to be written',
      });
    }
    env.register.release();
    const run = await env.ended(runId);
    for (const person of persons) {
      expect(await verificationOf(env.sql, person)).toMatchObject({
        dms_passport_verification_status: 'NOT_VERIFIED',
        dms_passport_verification_reason: 'AUTO_NOT_VALID',
        cumulative_status: 'CHANGES_NEEDED',
      });
      expect((await auditOf(env.sql, person))[0]).toMatchObject({ row: 'S7' });
    }
    expect(run.counts).toMatchObject({ taken: 2, refuted: 2 });
    expect(await env.sql.query({ text: 'SELECT FROM mimir.dms_passport_data' })).toHaveLength(1);
  });

  it('an older "not found" does not beat a newer "found": the person is released, uncounted, and checked again', async () => {
    const shared = env.passport('NOT_FOUND');
    const first = await aPerson().withId(FIRST).withPassport(shared).save(env.sql);
    const releaseOldAnswer = env.register.hold({ next: 1 });
    const runId = await env.startRun();
    await env.register.waitForRequests(1, shared);
    env.register.answer(shared, 'FOUND');
    const second = await aPerson().withId(SECOND).withPassport(shared).save(env.sql);
    await waitUntil(() => isRefuted(second), { what: 'the newer answer to be written' });
    expect(await verificationOf(env.sql, first)).toMatchObject({
      dms_passport_verification_status: 'IN_REVIEW',
    });
    releaseOldAnswer();
    const run = await env.ended(runId);
    expect(await verificationOf(env.sql, first)).toMatchObject({
      dms_passport_verification_status: 'NOT_VERIFIED',
      dms_passport_verification_reason: 'AUTO_NOT_VALID',
      dms_passport_retry_at: null,
    });
    expect((await auditOf(env.sql, first)).map(({ row }) => row)).toEqual(['S7']);
    expect(env.register.requestsFor(shared)).toHaveLength(3);
    expect(run.counts).toMatchObject({ taken: 3, refuted: 2, superseded: 1 });
    expect(Object.keys(run.counts).filter((counter) => counter.startsWith('technical'))).toEqual([]);
  });

  it('a "not found" that was asked for after the "found" was kept is believed', async () => {
    const shared = env.passport('FOUND');
    await aPerson().withPassport(shared).save(env.sql);
    await env.run();
    env.register.answer(shared, 'NOT_FOUND');
    const later = await aPerson().withPassport(shared).save(env.sql);
    const run = await env.run();
    expect(await verificationOf(env.sql, later)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
    });
    expect(run.counts).toEqual({ batches: 1, taken: 1, verified: 1 });
  });
});

async function somebodyWaitsForARow(): Promise<boolean> {
  const text = `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  return (await env.sql.query({ text })).length > 0;
}
