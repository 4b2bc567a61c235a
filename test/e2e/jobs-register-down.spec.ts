import { afterEach, describe, expect, it } from 'vitest';
import { aPerson, savePersons, verificationOf } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

const PERSONS = 30;
const MIN_CALLS = 4;

const env = TestEnvironment.forThisFile({
  TREMBITA_BREAKER_MIN_CALLS: String(MIN_CALLS),
  TREMBITA_BREAKER_OPEN_MS: '200',
  TREMBITA_CONCURRENCY: '4',
  DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: '4',
  // Three seconds.
  JOB_GIVE_UP_AFTER_MINUTES: '0.05',
});
// What a test leaves of the breaker must not stop the next one.
afterEach(async () => {
  await env.clear();
  await aPerson().withPassport(env.passport()).save(env.sql);
  await env.run();
});

const manyPersons = (): Promise<string[]> =>
  savePersons(
    env.sql,
    Array.from({ length: PERSONS }, () => aPerson().withPassport(env.passport())),
  );

async function standings(persons: readonly string[]): Promise<Record<string, number>> {
  const text = `
    SELECT dms_passport_verification_status || '/' || dms_passport_verification_reason AS pair, count(*)::int AS n
      FROM mpi.person_verifications WHERE person_id = ANY ($1) GROUP BY 1`;
  const rows = await env.sql.query<{ pair: string; n: number }>({ text }, [persons]);
  return Object.fromEntries(rows.map(({ pair, n }) => [pair, n]));
}

async function isShut(): Promise<boolean> {
  const text = `SELECT FROM mimir.register_breakers WHERE method = 'CheckPassportDMSStatus' AND open_until IS NOT NULL`;
  return (await env.sql.query({ text })).length > 0;
}

describe('A run against a register that is down', () => {
  it('stops asking, gives up after its time as FAILED, and all statuses are as before', async () => {
    const persons = await manyPersons();
    env.register.mode('down');
    const run = await env.run();
    expect(run.status).toBe('FAILED');
    expect(await standings(persons)).toEqual({ 'VERIFICATION_NEEDED/ONLINE_TRIGGERED': PERSONS });
    const failed = run.counts['technical_errors.connection'] ?? 0;
    expect(run.counts['taken']).toBe(failed);
    // The calls that opened the circuit, and one probe at a time since; far from everybody was asked.
    expect(failed).toBeGreaterThanOrEqual(MIN_CALLS);
    expect(failed).toBeLessThan(PERSONS);
    const asked = `SELECT count(*)::int AS n FROM mpi.verification_locks WHERE attempts = 1 AND claim_id IS NULL`;
    expect(await env.sql.query({ text: asked })).toEqual([{ n: failed }]);
    expect(await env.sql.query({ text: 'SELECT FROM mpi.verification_claims' })).toEqual([]);
    const waiting = `SELECT FROM mpi.person_verifications WHERE dms_passport_retry_at IS NULL`;
    expect(await env.sql.query({ text: waiting })).toHaveLength(PERSONS - failed);
  });

  it('continues by itself when the register is back in time', async () => {
    const persons = await manyPersons();
    env.register.mode('down');
    const runId = await env.startRunSilently();
    // In time, however slow the machine is: it gives up three seconds after this.
    await env.sql.run(`UPDATE mpi.job_runs SET started_at = now() + interval '1 hour'`);
    await env.notify();
    await waitUntil(isShut, { what: 'the circuit to open' });
    env.register.mode('normal');
    const run = await env.ended(runId);
    expect(run.status).toBe('FINISHED');
    const failed = run.counts['technical_errors.connection'] ?? 0;
    expect(run.counts['verified']).toBe(PERSONS - failed);
    expect(await standings(persons)).toMatchObject({ 'VERIFIED/AUTO_VALID': PERSONS - failed });
    expect(await isShut()).toBe(false);
  });

  it('leaves failed persons to the next run by hand, which checks them without waiting', async () => {
    const persons = await manyPersons();
    env.register.mode('down');
    await env.run();
    env.register.mode('normal');
    const run = await env.run();
    expect(run).toMatchObject({ status: 'FINISHED', counts: { verified: PERSONS } });
    expect(await standings(persons)).toEqual({ 'VERIFIED/AUTO_VALID': PERSONS });
    expect(await env.sql.query({ text: 'SELECT FROM mpi.verification_locks' })).toEqual([]);
  });

  it('is not FAILED when nobody is due: there was nothing to ask', async () => {
    const [person] = await savePersons(env.sql, [aPerson().withNationalId('000123456')]);
    env.register.mode('down');
    const run = await env.run();
    expect(run).toMatchObject({ status: 'FINISHED', counts: { absent: 1 } });
    expect((await verificationOf(env.sql, person ?? '')).dms_passport_verification_status).toBe(
      'VERIFICATION_NOT_NEEDED',
    );
  });
});
