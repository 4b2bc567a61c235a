import Redis from 'ioredis';
import { getQueueToken } from '@nestjs/bull';
import type { Queue } from 'bull';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aCaller } from '../support/builders';
import { DatabaseProxy, type Moment, haltAt } from '../support/database-proxy';
import { TestEnvironment } from '../support/test-environment';
import { Program, type ProgramChoices, ChildProgram } from '../support/program';
import { UnzrInfoClient } from '../support/api-clients';
import { waitUntil } from '../support/wait-until';

/** What a killed worker holds is free for the others after so many seconds. */
const SHORT_LEASE = { VERIFICATION_LEASE_SECONDS: '5', JOB_POLL_SECONDS: '1' };

let env: TestEnvironment;
let proxy: DatabaseProxy;
const apart: ChildProgram[] = [];

beforeAll(async () => {
  env = await TestEnvironment.start(SHORT_LEASE);
  await env.stopProgram(env.program);
  proxy = await DatabaseProxy.start(env.database.url);
});
afterAll(async () => {
  await env.stop();
  await proxy.stop();
});
beforeEach(() => env.clear());
afterEach(async () => {
  proxy.passAll();
  for (const program of apart.splice(0)) await program.kill();
});

/** A program that can be killed at any statement. */
async function startChildProgram(choices: Pick<ProgramChoices, 'works'>): Promise<ChildProgram> {
  const program = await ChildProgram.start({ ...env.servers, databaseUrl: proxy.url, ...choices });
  apart.push(program);
  return program;
}

/** The API client of an official at this program. */
async function clientAt(program: Pick<Program, 'addresses'>): Promise<UnzrInfoClient> {
  const client = new UnzrInfoClient(env, program);
  await client.authenticate(aCaller().withScope('unzr:write'));
  return client;
}

/** A worker beside the others, for the length of a test. */
async function withWorker(test: (worker: Program) => Promise<void>): Promise<void> {
  const worker = await env.startProgram();
  try {
    await test(worker);
  } finally {
    env.register.release();
    await env.stopProgram(worker);
  }
}

async function wakeUpsReceivedBy(worker: Program): Promise<number> {
  const metrics = await (await worker.internal('/metrics')).text();
  return Number(/^\S*job_wake_ups_total\{job_name="unzr-info"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}

const endsOf = async (client: UnzrInfoClient) =>
  (await client.audit())
    .map(({ changeset }) => changeset['job_status'])
    .filter((status) => status !== 'pending');

describe('An HTTP server that is killed', () => {
  it('between the row and its wake-up job has lost nothing: a worker without a wake-up finds the row', () =>
    withWorker(async (worker) => {
      const program = await startChildProgram({ works: false });
      const client = await clientAt(program);
      const unzr = env.unzr();
      env.register.hold();
      const { interceptor, held } = haltAt('ask_unzr_info', 'after');
      proxy.intercept(interceptor);
      const answer = client.sync(unzr).catch(() => 'no answer');
      await held;
      await program.kill();
      expect(await answer).toBe('no answer');
      expect((await client.row(unzr)).job_status).toBe('pending');
      env.register.release();
      expect(await client.ended(unzr, 'processed')).toMatchObject({ info: { date_birth: '1985-06-15' } });
      expect(env.register.requestsFor(unzr)).toHaveLength(1);
      expect(await wakeUpsReceivedBy(worker)).toBe(0);
    }));

  it('before the row is saved has asked nothing', async () => {
    const program = await startChildProgram({ works: false });
    const client = await clientAt(program);
    const { interceptor, held } = haltAt('ask_unzr_info', 'before');
    proxy.intercept(interceptor);
    const answer = client.sync(env.unzr()).catch(() => 'no answer');
    await held;
    await program.kill();
    expect(await answer).toBe('no answer');
    expect(await env.sql.query({ text: 'SELECT FROM mimir.unzr_info' })).toEqual([]);
    expect(await client.audit()).toEqual([]);
  });
});

describe('Redis that is emptied while questions are pending', () => {
  it('loses their wake-up jobs, and a worker answers each question by one call', async () => {
    const program = await Program.start({ ...env.servers, works: false });
    try {
      const client = await clientAt(program);
      const wakeUps = () => program.get<Queue>(getQueueToken('unzr-info')).getWaitingCount();
      const all = Array.from({ length: 3 }, () => env.unzr());
      for (const unzr of all) expect((await client.sync(unzr)).status).toBe(202);
      expect(await wakeUps()).toBe(3);
      const redis = new Redis(env.redis.url);
      await redis.flushall();
      redis.disconnect();
      expect(await wakeUps()).toBe(0);
      await withWorker(async (worker) => {
        for (const unzr of all) await client.ended(unzr, 'processed');
        expect(await wakeUpsReceivedBy(worker)).toBe(0);
        // A wake-up job that is not lost is delivered.
        await client.sync(env.unzr());
        await waitUntil(async () => (await wakeUpsReceivedBy(worker)) === 1, { what: 'the wake-up job' });
      });
      for (const unzr of all) expect(env.register.requestsFor(unzr)).toHaveLength(1);
    } finally {
      await program.stop();
    }
  });
});

describe('A worker that is killed', () => {
  it.each<[words: string, point: [statement: string, moment: Moment] | 'in the call']>([
    ['in the middle of the call', 'in the call'],
    ['with the answer in its hands', ['answer_unzr_info', 'before']],
  ])('%s: another one asks again, and the question ends once', async (_, point) => {
    const dying = await startChildProgram({ works: true });
    const client = await clientAt(dying);
    const unzr = env.unzr();
    if (point === 'in the call') {
      env.register.hold();
      await client.sync(unzr);
      await env.register.waitForRequests(1, unzr);
    } else {
      const { interceptor, held } = haltAt(...point);
      proxy.intercept(interceptor);
      await client.sync(unzr);
      await held;
    }
    await dying.kill();
    expect(await client.row(unzr)).toMatchObject({
      job_status: 'pending',
      claim_id: expect.any(String),
      tries: 1,
    });
    env.register.release();
    await withWorker(async () => {
      expect(await client.ended(unzr, 'processed')).toMatchObject({ info: { date_birth: '1985-06-15' } });
    });
    expect(env.register.requestsFor(unzr)).toHaveLength(2);
    expect(await endsOf(client)).toEqual(['processed']);
  });
});
