import { randomUUID } from 'node:crypto';
import Redis from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnswerName } from '../../tools/sandbox';
import { aCaller } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';
import type { Program } from '../support/program';
import { UnzrInfoClient } from '../support/api-clients';
import { waitUntil } from '../support/wait-until';

const OFFICIAL = randomUUID();

const env = TestEnvironment.forThisFile();
let client: UnzrInfoClient;

beforeEach(async () => {
  client = new UnzrInfoClient(env);
  await client.authenticate(aCaller().withUserId(OFFICIAL).withScope('unzr:write unzr:read'));
});

/** Times between the calls about one UNZR, in seconds. */
function pausesOf(unzr: string): number[] {
  const times = env.register.requestsFor(unzr).map(({ atMs }) => atMs);
  return times.slice(1).map((atMs, index) => (atMs - (times[index] ?? 0)) / 1000);
}

describe('A register that gives no answer', () => {
  it('is called three times, 1 s and 4 s apart; then the question has failed and the old data stay', async () => {
    const unzr = env.unzr();
    await client.sync(unzr);
    const before = await client.ended(unzr, 'processed');
    env.register.forgetRequests();
    env.register.answer(unzr, 'HTTP_503');
    await client.sync(unzr);
    const after = await client.ended(unzr, 'failed');
    expect(after).toMatchObject({
      info: before.info,
      synced_at: before.synced_at,
      updated_by: OFFICIAL,
      claim_id: null,
    });
    expect(after.updated_at.getTime()).toBeGreaterThan(before.updated_at.getTime());
    const [first = 0, second = 0, ...more] = pausesOf(unzr);
    expect(more).toEqual([]);
    expect(first).toBeGreaterThanOrEqual(1);
    expect(second).toBeGreaterThanOrEqual(4);
  });

  it('once is called again, and answers', async () => {
    const unzr = env.unzr('MINUS_2');
    await client.sync(unzr);
    await env.register.waitForRequests(1, unzr);
    env.register.answer(unzr, 'FOUND');
    expect(await client.ended(unzr, 'processed')).toMatchObject({ info: { date_birth: '1985-06-15' } });
    expect(env.register.requestsFor(unzr)).toHaveLength(2);
  });

  it('for good leaves the question failed; asked again it is asked anew, from the first call on', async () => {
    const unzr = env.unzr();
    env.register.mode('down');
    await client.sync(unzr);
    await client.ended(unzr, 'failed');
    expect((await client.read(unzr)).body.data).toMatchObject({ info: null, synced_at: null });
    env.register.mode('normal');
    await client.sync(unzr);
    expect(await client.ended(unzr, 'processed')).toMatchObject({ info: { date_birth: '1985-06-15' } });
  });

  it.each<AnswerName>(['FAULT_CLIENT', 'FAULT_CONFIGURATION'])(
    'because of us fails at once: %s',
    async (answer) => {
      const unzr = env.unzr(answer);
      await client.sync(unzr);
      await client.ended(unzr, 'failed');
      expect(env.register.requestsFor(unzr)).toHaveLength(1);
    },
  );
});

describe('Requests for one UNZR at once', () => {
  it('lead to one call, and the latest user is written', async () => {
    const unzr = env.unzr();
    env.register.hold();
    await client.sync(unzr);
    await env.register.waitForRequests(1, unzr);
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.sync(unzr)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const last = randomUUID();
    await client.authenticate(aCaller().withUserId(last).withScope('unzr:write'));
    await client.sync(unzr);
    env.register.release();
    expect(await client.ended(unzr, 'processed')).toMatchObject({ inserted_by: OFFICIAL, updated_by: last });
    expect(env.register.requestsFor(unzr)).toHaveLength(1);
  });

  it('that nobody asked before are one row', async () => {
    const unzr = env.unzr();
    env.register.hold();
    const answers = await Promise.all(Array.from({ length: 10 }, () => client.sync(unzr)));
    expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1);
    env.register.release();
    await client.ended(unzr, 'processed');
    expect(env.register.requestsFor(unzr)).toHaveLength(1);
  });

  it('do not keep others waiting', async () => {
    const slow = env.unzr();
    const quick = env.unzr();
    env.register.hold({ key: slow });
    await client.sync(slow);
    await env.register.waitForRequests(1, slow);
    await client.sync(quick);
    await client.ended(quick, 'processed');
    expect((await client.row(slow)).job_status).toBe('pending');
    env.register.release();
    await client.ended(slow, 'processed');
  });
});

describe('With a second worker that polls', () => {
  let poller: Program;

  beforeAll(async () => {
    poller = await env.startProgram({ JOB_POLL_SECONDS: '1' });
    await env.shareRegister();
  });
  afterAll(() => env.stopProgram(poller));

  it('a row whose wake-up job was never written, as by a server killed between the two, is found', async () => {
    const unzr = env.unzr();
    await client.pendingRow(unzr, 'DEFAULT');
    await client.ended(unzr, 'processed');
    expect(env.register.requestsFor(unzr)).toHaveLength(1);
  });

  it('any number of rows is found by one look, when Redis was emptied', async () => {
    const all = Array.from({ length: 25 }, () => env.unzr());
    for (const unzr of all) await client.pendingRow(unzr, 'DEFAULT');
    const redis = new Redis(env.redis.url);
    await redis.flushall();
    redis.disconnect();
    for (const unzr of all) await client.ended(unzr, 'processed');
    expect(env.register.requestCount).toBe(25);
  });

  it('one call is made for one question', async () => {
    const unzr = env.unzr();
    env.register.hold();
    await client.sync(unzr);
    await env.register.waitForRequests(1, unzr);
    // A second question shows that both workers look for work meanwhile.
    const other = env.unzr();
    await client.pendingRow(other, 'DEFAULT');
    await env.register.waitForRequests(1, other);
    env.register.release();
    await client.ended(unzr, 'processed');
    await client.ended(other, 'processed');
    expect(env.register.requestsFor(unzr)).toHaveLength(1);
  });

  it('a question whose worker died is taken over when its time has passed', async () => {
    const unzr = env.unzr();
    await client.pendingRow(unzr, `now() - interval '1 second'`, 1);
    await client.ended(unzr, 'processed');
  });

  it('a question over which three workers died has failed, and the register is left alone', async () => {
    const unzr = env.unzr();
    await client.pendingRow(unzr, `now() - interval '1 second'`, 3);
    await client.ended(unzr, 'failed');
    expect(env.register.requestCount).toBe(0);
  });

  it('a question another worker is still busy with is left to it', async () => {
    const busy = env.unzr();
    const free = env.unzr();
    await client.pendingRow(busy, `now() + interval '1 hour'`, 1);
    await client.pendingRow(free, 'DEFAULT');
    await client.ended(free, 'processed');
    expect((await client.row(busy)).job_status).toBe('pending');
    expect(env.register.requestsFor(busy)).toEqual([]);
  });
});

/** An installation of one test's own, and somebody who asks there. */
async function apart(
  environment: Record<string, string>,
  test: (alone: TestEnvironment, client: UnzrInfoClient) => Promise<void>,
) {
  const alone = await TestEnvironment.start(environment);
  try {
    const own = new UnzrInfoClient(alone);
    await own.authenticate(aCaller().withScope('unzr:write'));
    await test(alone, own);
  } finally {
    await alone.stop();
  }
}

describe('A register known to be away', () => {
  it('is not called at all, and the question fails at once', () =>
    apart({}, async (alone, own) => {
      await alone.sql.run(
        `INSERT INTO mimir.register_breakers (method, open_until, open_ms) VALUES ('unzr', now() + interval '1 hour', 30000)
         ON CONFLICT (method) DO UPDATE SET open_until = excluded.open_until, open_ms = excluded.open_ms`,
      );
      const unzr = alone.unzr();
      await own.sync(unzr);
      await own.ended(unzr, 'failed');
      expect(alone.register.requestCount).toBe(0);
    }));
});

describe('A worker that gets a stop signal', () => {
  it('puts back what it could not send, uncounted', () =>
    apart({ TREMBITA_CONCURRENCY: '1' }, async (alone, own) => {
      const [first, unzr] = [alone.unzr(), alone.unzr()];
      alone.register.hold();
      await own.sync(first);
      await alone.register.waitForRequests(1, first);
      await own.sync(unzr);
      await waitUntil(async () => (await own.row(unzr)).claim_id, { what: 'the second to be taken' });
      const stopped = alone.stopProgram(alone.program);
      await waitUntil(async () => (await own.row(unzr)).claim_id === null, {
        what: 'the second to be put back',
      });
      alone.register.release();
      await stopped;
      expect(await own.row(unzr)).toMatchObject({ job_status: 'pending', tries: 0, claim_id: null });
      expect(alone.register.requestsFor(unzr)).toEqual([]);
    }));
});
