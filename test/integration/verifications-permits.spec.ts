import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WORKER_ID } from '../../src/config/settings.module';
import { RegisterLimiter } from '../../src/mvs-trembita';
import { aPerson, savePersons } from '../support/builders';
import { TestEnvironment, JOB } from '../support/test-environment';
import type { Program } from '../support/program';

let env: TestEnvironment;
let second: Program;

beforeAll(async () => {
  env = await TestEnvironment.start({ TREMBITA_CONCURRENCY: '1', JOB_POLL_SECONDS: '1' });
  second = await env.startProgram();
  for (const program of [env.program, second]) await program.get(RegisterLimiter).join();
});
afterAll(() => env.stop());
beforeEach(() => env.clear());

describe('With more workers than places at the register', () => {
  it('the one without a place ends the run that it holds when nobody is left', async () => {
    await savePersons(
      env.sql,
      Array.from({ length: 5 }, () => aPerson().withPassport(env.passport())),
    );
    expect(await env.ended(await runOfTheStarved())).toMatchObject({
      status: 'FINISHED',
      counts: { taken: 5, verified: 5 },
    });
  });

  it('the one without a place does not end the run while somebody is left whose wait for a retry is over', async () => {
    const waiting = { retryAt: '2019-02-02' };
    await savePersons(env.sql, [
      aPerson()
        .withPassport(env.passport())
        .stream('dms_passport', 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', waiting)
        .locked('dms_passport', { attempts: 1 }),
    ]);
    expect(await env.ended(await runOfTheStarved())).toMatchObject({
      status: 'FINISHED',
      counts: { taken: 1, verified: 1 },
    });
  });
});

/** A run that is held by the worker without a place. */
async function runOfTheStarved(): Promise<string> {
  const programs = [env.program, second];
  const starved = programs.find((program) => program.get(RegisterLimiter).capacity() === 0);
  expect(starved).toBeDefined();
  const text = `
    INSERT INTO mpi.job_runs (job, started_at, status, worker, lease_until)
    VALUES ($1, now(), 'RUNNING', $2, now() + interval '1 minute') RETURNING id`;
  const [run] = await env.sql.query<{ id: string }>({ text }, [JOB, starved?.get<string>(WORKER_ID)]);
  return run?.id ?? '';
}
