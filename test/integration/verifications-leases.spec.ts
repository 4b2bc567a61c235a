import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aPerson, lockOf, savePersons, verificationOf } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

const CLAIM = '33333333-3333-4333-8333-333333333333';
/** A busy machine may be late by two thirds of it before a living worker looks dead. */
const LEASE_SECONDS = 5;

let env: TestEnvironment;

beforeAll(async () => {
  env = await TestEnvironment.start({
    VERIFICATION_LEASE_SECONDS: String(LEASE_SECONDS),
    JOB_POLL_SECONDS: '1',
  });
});
afterAll(() => env.stop());
beforeEach(() => env.clear());

interface Lease extends Record<string, unknown> {
  readonly id: string;
  readonly lease_until: Date;
}

const leases = (table: 'verification_claims' | 'job_runs'): Promise<Lease[]> =>
  env.sql.query<Lease>({ text: `SELECT id, lease_until FROM mpi.${table}` });

describe('While the register takes longer than a lease', () => {
  it('the claim and the run are kept alive, and the answer is the first one’s', async () => {
    const passport = env.passport();
    const person = await aPerson().withPassport(passport).save(env.sql);
    env.register.hold();
    const runId = await env.startRun();
    await env.register.waitForRequests(1);
    const [claim] = await leases('verification_claims');
    const [run] = await leases('job_runs');
    const outlived = (was: Lease | undefined, is: Lease | undefined): boolean =>
      Number(is?.lease_until) - Number(was?.lease_until) > LEASE_SECONDS * 1000;
    await waitUntil(
      async () =>
        outlived(claim, (await leases('verification_claims'))[0]) &&
        outlived(run, (await leases('job_runs'))[0]),
      { what: 'both leases to be renewed beyond their first end' },
    );
    expect((await lockOf(env.sql, person, 'dms_passport'))?.claim_id).toBe(claim?.id);
    env.register.release();
    expect(await env.ended(runId)).toMatchObject({ counts: { taken: 1, verified: 1 } });
    expect(env.register.requestsFor(passport)).toHaveLength(1);
  });
});

describe('S11: a person claimed by a dead worker', () => {
  it('is released by itself, and a worker that seemed dead changes nothing when it is late', async () => {
    // Before its locks: a reclaim in between would take them for locks without a claim, and leave the claim.
    await env.sql.run(`
      INSERT INTO mpi.verification_claims (id, stream, worker, taken_at, lease_until)
      VALUES ('${CLAIM}', 'dms_passport', 'gone', now(), now() - interval '1 millisecond')`);
    const persons = await savePersons(
      env.sql,
      Array.from({ length: 3 }, () =>
        aPerson()
          .withPassport(env.passport())
          .stream('dms_passport', 'IN_REVIEW', 'AUTO')
          .locked('dms_passport', { claimId: CLAIM, statusBefore: 'VERIFIED', reasonBefore: 'AUTO_VALID' }),
      ),
    );
    await waitUntil(
      async () => {
        const rows = await Promise.all(persons.map((person) => verificationOf(env.sql, person)));
        return rows.every((row) => row.dms_passport_verification_status === 'VERIFIED');
      },
      { what: 'everybody to be released' },
    );
    for (const person of persons) expect(await lockOf(env.sql, person, 'dms_passport')).toBeNull();
    expect(await leases('verification_claims')).toEqual([]);
  });
});

describe('Without a wake-up job', () => {
  it('the poll finds a run: Redis only wakes workers', async () => {
    const person = await aPerson().withPassport(env.passport()).save(env.sql);
    const runId = await env.startRunSilently();
    expect(await env.ended(runId)).toMatchObject({ status: 'FINISHED' });
    expect((await verificationOf(env.sql, person)).dms_passport_verification_status).toBe('VERIFIED');
  });

  it('and without Redis as well', async () => {
    const { server } = env.redis;
    if (server === null) return;
    await server.stop();
    try {
      const person = await aPerson().withPassport(env.passport()).save(env.sql);
      expect(await env.run()).toMatchObject({ status: 'FINISHED' });
      expect((await verificationOf(env.sql, person)).dms_passport_verification_status).toBe('VERIFIED');
    } finally {
      await server.restart();
    }
  });
});
