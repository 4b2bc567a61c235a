import { beforeAll, describe, expect, it } from 'vitest';
import { WORKER_ID } from '../../src/config/settings.module';
import { aPerson, savePersons } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';
import type { Program } from '../support/program';
import { waitUntil } from '../support/wait-until';

const PERSONS = 60;

const env = TestEnvironment.forThisFile({
  DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: '5',
  JOB_POLL_SECONDS: '1',
});
let second: Program;

beforeAll(async () => {
  second = await env.startProgram();
  await env.shareRegister();
});

/** Persons with own passports; the share that the register lists is refuted. */
async function manyPersons(): Promise<string[]> {
  const passports = Array.from({ length: PERSONS }, (_, n) =>
    env.passport(n % 10 === 0 ? 'FOUND' : 'NOT_FOUND'),
  );
  await savePersons(
    env.sql,
    passports.map((passport) => aPerson().withPassport(passport)),
  );
  return passports;
}

async function workersWithClaims(): Promise<number> {
  const text = 'SELECT count(DISTINCT worker)::int AS n FROM mpi.verification_claims';
  const [row] = await env.sql.query<{ n: number }>({ text });
  return row?.n ?? 0;
}

const howOftenAsked = (passports: readonly string[]): number[] => [
  ...new Set(passports.map((passport) => env.register.requestsFor(passport).length)),
];

describe('One wake-up job delivered three times', () => {
  it('makes one run in which each person is asked about once', async () => {
    const passports = await manyPersons();
    const runId = await env.startRun();
    await Promise.all([env.notify(), env.notify()]);
    const run = await env.ended(runId);
    await env.notify();
    expect(run.counts).toMatchObject({ taken: PERSONS });
    expect(howOftenAsked(passports)).toEqual([1]);
    expect(await env.sql.query({ text: 'SELECT FROM mpi.job_runs' })).toHaveLength(1);
  });

  it('and without a run it makes none', async () => {
    const passports = await manyPersons();
    await Promise.all([env.notify(), env.notify(), env.notify()]);
    await waitUntil(async () => (await env.pendingWakeUps()) === 0, { what: 'the wake-up jobs to be done' });
    expect(howOftenAsked(passports)).toEqual([0]);
    expect(await env.sql.query({ text: 'SELECT FROM mpi.job_runs' })).toHaveLength(0);
  });
});

describe('Two workers on one table', () => {
  it('take nobody twice: each is asked about once, and the counts of both make up the run', async () => {
    const passports = await manyPersons();
    env.register.hold();
    const runId = await env.startRun();
    await waitUntil(async () => (await workersWithClaims()) === 2, { what: 'both workers to hold persons' });
    env.register.release();
    const run = await env.ended(runId);
    expect(howOftenAsked(passports)).toEqual([1]);
    expect(run).toMatchObject({
      status: 'FINISHED',
      counts: { taken: PERSONS, verified: (PERSONS * 9) / 10, refuted: PERSONS / 10 },
    });
    const text = 'SELECT count(DISTINCT worker)::int AS n FROM mpi.job_run_counts WHERE run_id = $1';
    expect(await env.sql.query({ text }, [runId])).toEqual([{ n: 2 }]);
  });

  it('share the limit of calls at once', async () => {
    await manyPersons();
    env.register.hold();
    const runId = await env.startRun();
    await waitUntil(async () => (await workersWithClaims()) === 2, { what: 'both workers to hold persons' });
    await env.register.waitForRequests(20);
    const open = env.register.requests().filter(({ ended }) => ended === 'open');
    expect(open).toHaveLength(20);
    env.register.release();
    await env.ended(runId);
  });

  it('leave no trace of work when the run is over', async () => {
    await manyPersons();
    await env.run();
    expect(await env.sql.query({ text: 'SELECT FROM mpi.verification_claims' })).toHaveLength(0);
    expect(await env.sql.query({ text: 'SELECT FROM mpi.verification_locks' })).toHaveLength(0);
  });

  it('one that is stopped in order finishes its calls and releases persons it has not asked about', async () => {
    const passports = await manyPersons();
    env.register.hold();
    const runId = await env.startRun();
    await waitUntil(async () => (await workersWithClaims()) === 2, { what: 'both workers to hold persons' });
    await env.register.waitForRequests(20);
    const stopped = env.stopProgram(second);
    await waitUntil(async () => (await heldBy(second)) <= 10, {
      what: 'the leaving worker to give back whom it has not asked about',
    });
    expect(await heldBy(second)).toBe(10);
    env.register.release();
    await stopped;
    expect(await heldBy(second)).toBe(0);
    const run = await env.ended(runId);
    expect(run).toMatchObject({ status: 'FINISHED', counts: { taken: PERSONS } });
    expect(howOftenAsked(passports)).toEqual([1]);
    second = await env.startProgram();
    await env.shareRegister();
  });

  async function heldBy(program: Program): Promise<number> {
    const text = `
      SELECT count(*)::int AS n FROM mpi.verification_locks AS l
        JOIN mpi.verification_claims AS c ON c.id = l.claim_id WHERE c.worker = $1`;
    const [row] = await env.sql.query<{ n: number }>({ text }, [program.get<string>(WORKER_ID)]);
    return row?.n ?? 0;
  }
});
