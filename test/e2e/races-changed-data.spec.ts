import { describe, expect, it } from 'vitest';
import { StreamRestartService } from '../../src/verifications';
import { aPerson, auditOfStream, lockOf, verificationOf } from '../support/builders';
import { changeData, OFFICIAL } from '../support/registrations';
import { TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

const env = TestEnvironment.forThisFile();

const rowsOf = async (person: string): Promise<(string | null)[]> =>
  (await auditOfStream(env.sql, person, 'dms_passport')).map(({ row }) => row);

/** Starts a run and returns when the register holds a question about the passport. */
async function askedAbout(passport: string): Promise<string> {
  env.register.hold({ key: passport, next: 1 });
  const runId = await env.startRun();
  await env.register.waitForRequests(1, passport);
  return runId;
}

describe('While the register thinks about a passport', () => {
  it('S1: the person gets another one: the old answer is dropped, the new one asked for in the same run', async () => {
    const [old, renewed] = [env.passport('FOUND'), env.passport('NOT_FOUND')];
    const person = await aPerson().withPassport(old).save(env.sql);
    const runId = await askedAbout(old);
    await changeData(env, { personId: person, passport: renewed });
    expect(await lockOf(env.sql, person, 'dms_passport')).toBeNull();
    // The same run claims the person again while the old answer is still outstanding.
    await env.register.waitForRequests(1, renewed);
    env.register.release();
    const run = await env.ended(runId);
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
      dms_passport_data_status: 0,
      dms_passport_data_id: null,
    });
    expect(await rowsOf(person)).toEqual(['S1', 'S6']);
    expect(run).toMatchObject({ status: 'FINISHED', counts: { taken: 2, verified: 1, superseded: 1 } });
    expect(
      [env.register.requestsFor(old), env.register.requestsFor(renewed)].map((all) => all.length),
    ).toEqual([1, 1]);
  });

  it('S1: a bad answer that is too late for the person is still true for the document: its other holders are refuted', async () => {
    const [old, renewed] = [env.passport('FOUND'), env.passport('NOT_FOUND')];
    const person = await aPerson().withPassport(old).save(env.sql);
    const other = await aPerson()
      .withPassport(old)
      .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { syncedAt: new Date() })
      .save(env.sql);
    const runId = await askedAbout(old);
    await changeData(env, { personId: person, passport: renewed });
    env.register.release();
    const run = await env.ended(runId);
    expect(await verificationOf(env.sql, other)).toMatchObject({
      dms_passport_verification_status: 'NOT_VERIFIED',
    });
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
    });
    expect(run.counts).toMatchObject({ superseded: 1, propagated_persons: 1, verified: 1 });
    expect(await env.sql.query({ text: 'SELECT FROM mimir.dms_passport_data' })).toHaveLength(1);
  });

  it('S1: even one that signs again with the very same passport is asked about anew', async () => {
    const passport = env.passport('FOUND');
    const person = await aPerson().withPassport(passport).save(env.sql);
    const runId = await askedAbout(passport);
    await changeData(env, { personId: person, passport });
    await env.register.waitForRequests(2, passport);
    env.register.release();
    const run = await env.ended(runId);
    expect(env.register.requestsFor(passport)).toHaveLength(2);
    expect(run.counts).toMatchObject({ taken: 2, refuted: 1, superseded: 1 });
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'NOT_VERIFIED',
    });
  });

  it('S1: also when the last claim of the run was searching just then and could not see the person', async () => {
    const [old, renewed] = [env.passport('FOUND'), env.passport('NOT_FOUND')];
    const person = await aPerson().withPassport(old).save(env.sql);
    const runId = await askedAbout(old);
    // A claim takes the run's row for reading: it waits here, with a view of the tables that is already old.
    const holder = await env.openSession();
    await holder.run('BEGIN', 'SELECT FROM mpi.job_runs FOR UPDATE');
    await holder.isWaitedFor(env.sql);
    await changeData(env, { personId: person, passport: renewed });
    env.register.release();
    const dropped = `SELECT FROM mpi.job_run_counts WHERE counter = 'superseded'`;
    await waitUntil(async () => (await env.sql.query({ text: dropped })).length > 0, {
      what: 'the old answer to be dropped',
    });
    await holder.run('COMMIT');
    const run = await env.ended(runId);
    expect(run.counts).toMatchObject({ taken: 2, verified: 1, superseded: 1 });
    expect(await rowsOf(person)).toEqual(['S1', 'S6']);
  });

  it('S2: the person removes the passport: the answer is dropped and nobody asks again', async () => {
    const passport = env.passport('FOUND');
    const person = await aPerson().withPassport(passport).save(env.sql);
    const runId = await askedAbout(passport);
    await changeData(env, { personId: person });
    env.register.release();
    const run = await env.ended(runId);
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFICATION_NOT_NEEDED',
      dms_passport_verification_reason: 'AUTO_DATA_ABSENT',
      dms_passport_unverified_at: null,
    });
    expect(await rowsOf(person)).toEqual(['S2']);
    expect(run.counts).toEqual({ batches: 1, taken: 1, superseded: 1 });
  });

  it('S10: an official asks for a repeat: the answer under way does not count as the repeat', async () => {
    const passport = env.passport('FOUND');
    const person = await aPerson().withPassport(passport).save(env.sql);
    const runId = await askedAbout(passport);
    env.register.answer(passport, 'NOT_FOUND');
    const asked = { personId: person, stream: 'dms_passport', actorId: OFFICIAL } as const;
    await env.program.get(StreamRestartService).requeue(asked);
    // The second question overtakes the first; the late answer to the first changes nothing for the person.
    await waitUntil(async () => (await rowsOf(person)).includes('S6'), { what: 'the answer to the repeat' });
    env.register.release();
    const run = await env.ended(runId);
    expect(await rowsOf(person)).toEqual(['S10', 'S6']);
    expect(run.counts).toEqual({ batches: 2, taken: 2, verified: 1, superseded: 1 });
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
    });
  });

  it('S9: a failure after a change counts against nobody', async () => {
    const [old, renewed] = [env.passport('MINUS_2'), env.passport('NOT_FOUND')];
    const person = await aPerson().withPassport(old).save(env.sql);
    const runId = await askedAbout(old);
    await changeData(env, { personId: person, passport: renewed });
    env.register.release();
    const run = await env.ended(runId);
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
      dms_passport_retry_at: null,
    });
    expect(await lockOf(env.sql, person, 'dms_passport')).toBeNull();
    expect(run.counts).toEqual({ batches: 2, taken: 2, verified: 1, superseded: 1 });
  });

  it('C0: a NOT_VERIFIED set by hand meanwhile stays, whatever the answer', async () => {
    const [good, bad] = [env.passport('NOT_FOUND'), env.passport('FOUND')];
    const persons = [
      await aPerson().withPassport(good).save(env.sql),
      await aPerson().withPassport(bad).save(env.sql),
    ];
    env.register.hold();
    const runId = await env.startRun();
    await env.register.waitForRequests(2);
    await env.sql.run(`UPDATE mpi.persons SET verification_status = 'NOT_VERIFIED'`);
    env.register.release();
    await env.ended(runId);
    for (const person of persons) {
      expect((await verificationOf(env.sql, person)).cumulative_status).toBe('NOT_VERIFIED');
    }
  });

  it('C0: nor is it lifted when it is set while the answer is just being written', async () => {
    const passport = env.passport('FOUND');
    const person = await aPerson().withPassport(passport).save(env.sql);
    const runId = await askedAbout(passport);
    const byHand = await env.openSession();
    await byHand.run('BEGIN', `UPDATE mpi.persons SET verification_status = 'NOT_VERIFIED'`);
    env.register.release();
    await byHand.isWaitedFor(env.sql);
    await byHand.run('COMMIT');
    await env.ended(runId);
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'NOT_VERIFIED',
      cumulative_status: 'NOT_VERIFIED',
    });
  });
});
