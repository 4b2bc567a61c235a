import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aCaller, aPerson, savePersons, verificationOf } from '../support/builders';
import { TestEnvironment, JOB } from '../support/test-environment';

let env: TestEnvironment;

beforeAll(async () => {
  env = await TestEnvironment.start({ JOB_GIVE_UP_AFTER_MINUTES: '60' });
});
afterAll(() => env.stop());
beforeEach(() => env.clear());

describe('A run that nobody worked on for longer than it takes to give up', () => {
  it('waits for the end of the probe: its answer closes the circuit, and the run continues', async () => {
    // The register answers once, so that there is a circuit. Then it is open, a probe is due, and a worker starts.
    await aPerson().withPassport(env.passport()).save(env.sql);
    await env.run();
    await env.stopProgram(env.program);
    await savePersons(
      env.sql,
      Array.from({ length: 5 }, () => aPerson().withPassport(env.passport())),
    );
    await env.sql.run(`
      UPDATE mimir.register_breakers
         SET open_until = now() - interval '1 second', open_ms = 200, period = period + 1,
             answered_at = now() - interval '2 hours'
       WHERE method = 'CheckPassportDMSStatus'`);
    await env.startProgram();
    env.register.hold();
    const text = `
      INSERT INTO mpi.job_runs (job, started_at, status) VALUES ($1, now() - interval '2 hours', 'RUNNING') RETURNING id`;
    const [run] = await env.sql.query<{ id: string }>({ text }, [JOB]);
    await env.notify();
    await env.register.waitForRequests(2);
    env.register.release();
    expect(await env.ended(run?.id ?? '')).toMatchObject({ status: 'FINISHED', counts: { verified: 5 } });
  });
});

describe('What other programs leave open', () => {
  it('a run without a beginning is worked on and listed: it began when it was written', async () => {
    await aPerson().withPassport(env.passport()).save(env.sql);
    const text = `INSERT INTO mpi.job_runs (job, status) VALUES ($1, 'RUNNING') RETURNING id, inserted_at`;
    const [run] = await env.sql.query<{ id: string; inserted_at: Date }>({ text }, [JOB]);
    await env.notify();
    expect(await env.ended(run?.id ?? '')).toMatchObject({ status: 'FINISHED', counts: { verified: 1 } });
    const token = await aCaller().withScope('job:read').save(env.sql);
    const listed = await env.program.withToken(token, '/api/admin/jobs');
    expect(listed.status).toBe(200);
    expect(await listed.json()).toMatchObject({
      data: [{ run_id: run?.id, started_at: run?.inserted_at.toISOString() }],
    });
  });

  it('a found document with a future date overtakes no answer', async () => {
    const passport = env.passport('NOT_FOUND');
    const person = await aPerson().withPassport(passport).save(env.sql);
    await env.sql.query(
      {
        text: `
          INSERT INTO mimir.dms_passport_data (pass_type, pas_serial, pas_number, pas_status, updated_at)
          VALUES ('0101', $1, $2, 1, now() + interval '1 hour')`,
      },
      [passport.slice(0, 2), passport.slice(2)],
    );
    expect(await env.run()).toMatchObject({ status: 'FINISHED', counts: { taken: 1, verified: 1 } });
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
    });
    expect(env.register.requestsFor(passport)).toHaveLength(1);
  });
});
