import Redis from 'ioredis';
import { getQueueToken } from '@nestjs/bull';
import type { Queue } from 'bull';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aCaller } from '../support/builders';
import { DatabaseWire, type Moment, standstill } from '../support/database-proxy';
import { Installation } from '../support/test-environment';
import { Program, type ProgramChoices, ProgramApart } from '../support/program';
import { UnzrInfoDesk } from '../support/api-clients';
import { waitUntil } from '../support/wait-until';

/** What a killed worker holds is free for the others after so many seconds. */
const SHORT_LEASE = { VERIFICATION_LEASE_SECONDS: '2', JOB_POLL_SECONDS: '1' };

let here: Installation;
let wire: DatabaseWire;
const apart: ProgramApart[] = [];

beforeAll(async () => {
  here = await Installation.start(SHORT_LEASE);
  await here.stopProgram(here.program);
  wire = await DatabaseWire.start(here.database.url);
});
afterAll(async () => {
  await here.stop();
  await wire.stop();
});
beforeEach(() => here.clear());
afterEach(async () => {
  wire.letPass();
  for (const program of apart.splice(0)) await program.kill();
});

/** A program that can be killed at any statement. */
async function startApart(choices: Pick<ProgramChoices, 'works'>): Promise<ProgramApart> {
  const program = await ProgramApart.start({ ...here.servers, databaseUrl: wire.url, ...choices });
  apart.push(program);
  return program;
}

/** The desk of somebody who asks at this door. */
async function deskAt(door: Pick<Program, 'addresses'>): Promise<UnzrInfoDesk> {
  const desk = new UnzrInfoDesk(here, door);
  await desk.enter(aCaller().withScope('unzr:write'));
  return desk;
}

/** A worker beside the others, for the length of a test. */
async function withWorker(test: (worker: Program) => Promise<void>): Promise<void> {
  const worker = await here.startProgram();
  try {
    await test(worker);
  } finally {
    here.register.release();
    await here.stopProgram(worker);
  }
}

async function ticketsHeardBy(worker: Program): Promise<number> {
  const metrics = await (await worker.internal('/metrics')).text();
  return Number(/^\S*job_wake_ups_total\{job_name="unzr-info"\} (\d+)/m.exec(metrics)?.[1] ?? 0);
}

const endsOf = async (desk: UnzrInfoDesk) =>
  (await desk.audit())
    .map(({ changeset }) => changeset['job_status'])
    .filter((status) => status !== 'pending');

describe('A door that is killed', () => {
  it('between the row and its ticket has lost nothing: a worker that heard no ticket finds the row', () =>
    withWorker(async (worker) => {
      const door = await startApart({ works: false });
      const desk = await deskAt(door);
      const unzr = here.unzr();
      here.register.hold();
      const { ambush, held } = standstill('ask_unzr_info', 'after');
      wire.lieInWait(ambush);
      const answer = desk.sync(unzr).catch(() => 'no answer');
      await held;
      await door.kill();
      expect(await answer).toBe('no answer');
      expect((await desk.row(unzr)).job_status).toBe('pending');
      here.register.release();
      expect(await desk.ended(unzr, 'processed')).toMatchObject({ info: { date_birth: '1985-06-15' } });
      expect(here.register.requestsFor(unzr)).toHaveLength(1);
      expect(await ticketsHeardBy(worker)).toBe(0);
    }));

  it('before the row is saved has asked nothing', async () => {
    const door = await startApart({ works: false });
    const desk = await deskAt(door);
    const { ambush, held } = standstill('ask_unzr_info', 'before');
    wire.lieInWait(ambush);
    const answer = desk.sync(here.unzr()).catch(() => 'no answer');
    await held;
    await door.kill();
    expect(await answer).toBe('no answer');
    expect(await here.sql.query({ text: 'SELECT FROM mimir.unzr_info' })).toEqual([]);
    expect(await desk.audit()).toEqual([]);
  });
});

describe('Redis that is emptied while questions are pending', () => {
  it('takes their tickets along, and a worker answers each of them by one call', async () => {
    const door = await Program.start({ ...here.servers, works: false });
    try {
      const desk = await deskAt(door);
      const tickets = () => door.get<Queue>(getQueueToken('unzr-info')).getWaitingCount();
      const all = Array.from({ length: 3 }, () => here.unzr());
      for (const unzr of all) expect((await desk.sync(unzr)).status).toBe(202);
      expect(await tickets()).toBe(3);
      const redis = new Redis(here.redis.url);
      await redis.flushall();
      redis.disconnect();
      expect(await tickets()).toBe(0);
      await withWorker(async (worker) => {
        for (const unzr of all) await desk.ended(unzr, 'processed');
        expect(await ticketsHeardBy(worker)).toBe(0);
        // A ticket that is not lost is heard.
        await desk.sync(here.unzr());
        await waitUntil(async () => (await ticketsHeardBy(worker)) === 1, { what: 'the ticket' });
      });
      for (const unzr of all) expect(here.register.requestsFor(unzr)).toHaveLength(1);
    } finally {
      await door.stop();
    }
  });
});

describe('A worker that is killed', () => {
  it.each<[words: string, point: [statement: string, moment: Moment] | 'in the call']>([
    ['in the middle of the call', 'in the call'],
    ['with the answer in its hands', ['answer_unzr_info', 'before']],
  ])('%s: another one asks again, and the question ends once', async (_, point) => {
    const dying = await startApart({ works: true });
    const desk = await deskAt(dying);
    const unzr = here.unzr();
    if (point === 'in the call') {
      here.register.hold();
      await desk.sync(unzr);
      await here.register.waitForRequests(1, unzr);
    } else {
      const { ambush, held } = standstill(...point);
      wire.lieInWait(ambush);
      await desk.sync(unzr);
      await held;
    }
    await dying.kill();
    expect(await desk.row(unzr)).toMatchObject({
      job_status: 'pending',
      claim_id: expect.any(String),
      tries: 1,
    });
    here.register.release();
    await withWorker(async () => {
      expect(await desk.ended(unzr, 'processed')).toMatchObject({ info: { date_birth: '1985-06-15' } });
    });
    expect(here.register.requestsFor(unzr)).toHaveLength(2);
    expect(await endsOf(desk)).toEqual(['processed']);
  });
});
