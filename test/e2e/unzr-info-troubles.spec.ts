import { randomUUID } from 'node:crypto';
import Redis from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AnswerName } from '../../tools/sandbox';
import { aCaller } from '../support/builders';
import { Installation } from '../support/test-environment';
import type { Program } from '../support/program';
import { UnzrInfoDesk } from '../support/api-clients';
import { waitUntil } from '../support/wait-until';

const OFFICIAL = randomUUID();

const here = Installation.ofThisFile();
let desk: UnzrInfoDesk;

beforeEach(async () => {
  desk = new UnzrInfoDesk(here);
  await desk.enter(aCaller().withUserId(OFFICIAL).withScope('unzr:write unzr:read'));
});

/** Times between the calls about one UNZR, in seconds. */
function pausesOf(unzr: string): number[] {
  const times = here.register.requestsFor(unzr).map(({ atMs }) => atMs);
  return times.slice(1).map((atMs, index) => (atMs - (times[index] ?? 0)) / 1000);
}

describe('A register that gives no answer', () => {
  it('is called three times, 1 s and 4 s apart; then the question has failed and the old data stay', async () => {
    const unzr = here.unzr();
    await desk.sync(unzr);
    const before = await desk.ended(unzr, 'processed');
    here.register.forgetRequests();
    here.register.answer(unzr, 'HTTP_503');
    await desk.sync(unzr);
    const after = await desk.ended(unzr, 'failed');
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
    const unzr = here.unzr('MINUS_2');
    await desk.sync(unzr);
    await here.register.waitForRequests(1, unzr);
    here.register.answer(unzr, 'FOUND');
    expect(await desk.ended(unzr, 'processed')).toMatchObject({ info: { date_birth: '1985-06-15' } });
    expect(here.register.requestsFor(unzr)).toHaveLength(2);
  });

  it('for good leaves the question failed; asked again it is asked anew, from the first call on', async () => {
    const unzr = here.unzr();
    here.register.mode('down');
    await desk.sync(unzr);
    await desk.ended(unzr, 'failed');
    expect((await desk.read(unzr)).body.data).toMatchObject({ info: null, synced_at: null });
    here.register.mode('normal');
    await desk.sync(unzr);
    expect(await desk.ended(unzr, 'processed')).toMatchObject({ info: { date_birth: '1985-06-15' } });
  });

  it.each<AnswerName>(['FAULT_CLIENT', 'FAULT_CONFIGURATION'])(
    'because of us fails at once: %s',
    async (answer) => {
      const unzr = here.unzr(answer);
      await desk.sync(unzr);
      await desk.ended(unzr, 'failed');
      expect(here.register.requestsFor(unzr)).toHaveLength(1);
    },
  );
});

describe('Requests for one UNZR at once', () => {
  it('lead to one call, and the latest user is written', async () => {
    const unzr = here.unzr();
    here.register.hold();
    await desk.sync(unzr);
    await here.register.waitForRequests(1, unzr);
    const answers = await Promise.all(Array.from({ length: 10 }, () => desk.sync(unzr)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const last = randomUUID();
    await desk.enter(aCaller().withUserId(last).withScope('unzr:write'));
    await desk.sync(unzr);
    here.register.release();
    expect(await desk.ended(unzr, 'processed')).toMatchObject({ inserted_by: OFFICIAL, updated_by: last });
    expect(here.register.requestsFor(unzr)).toHaveLength(1);
  });

  it('that nobody asked before are one row', async () => {
    const unzr = here.unzr();
    here.register.hold();
    const answers = await Promise.all(Array.from({ length: 10 }, () => desk.sync(unzr)));
    expect(new Set(answers.map(({ body }) => body.data.id)).size).toBe(1);
    here.register.release();
    await desk.ended(unzr, 'processed');
    expect(here.register.requestsFor(unzr)).toHaveLength(1);
  });

  it('do not keep others waiting', async () => {
    const slow = here.unzr();
    const quick = here.unzr();
    here.register.hold({ key: slow });
    await desk.sync(slow);
    await here.register.waitForRequests(1, slow);
    await desk.sync(quick);
    await desk.ended(quick, 'processed');
    expect((await desk.row(slow)).job_status).toBe('pending');
    here.register.release();
    await desk.ended(slow, 'processed');
  });
});

describe('With a second worker that polls', () => {
  let poller: Program;

  beforeAll(async () => {
    poller = await here.startProgram({ JOB_POLL_SECONDS: '1' });
    await here.shareRegister();
  });
  afterAll(() => here.stopProgram(poller));

  it('a row whose ticket was never written, as by a door killed between the two, is found', async () => {
    const unzr = here.unzr();
    await desk.pendingRow(unzr, 'DEFAULT');
    await desk.ended(unzr, 'processed');
    expect(here.register.requestsFor(unzr)).toHaveLength(1);
  });

  it('any number of rows is found by one look, when Redis was emptied', async () => {
    const all = Array.from({ length: 25 }, () => here.unzr());
    for (const unzr of all) await desk.pendingRow(unzr, 'DEFAULT');
    const redis = new Redis(here.redis.url);
    await redis.flushall();
    redis.disconnect();
    for (const unzr of all) await desk.ended(unzr, 'processed');
    expect(here.register.requestCount).toBe(25);
  });

  it('one call is made for one question', async () => {
    const unzr = here.unzr();
    here.register.hold();
    await desk.sync(unzr);
    await here.register.waitForRequests(1, unzr);
    // A second question shows that both workers look for work meanwhile.
    const other = here.unzr();
    await desk.pendingRow(other, 'DEFAULT');
    await here.register.waitForRequests(1, other);
    here.register.release();
    await desk.ended(unzr, 'processed');
    await desk.ended(other, 'processed');
    expect(here.register.requestsFor(unzr)).toHaveLength(1);
  });

  it('a question whose worker died is taken over when its time has passed', async () => {
    const unzr = here.unzr();
    await desk.pendingRow(unzr, `now() - interval '1 second'`, 1);
    await desk.ended(unzr, 'processed');
  });

  it('a question over which three workers died has failed, and the register is left alone', async () => {
    const unzr = here.unzr();
    await desk.pendingRow(unzr, `now() - interval '1 second'`, 3);
    await desk.ended(unzr, 'failed');
    expect(here.register.requestCount).toBe(0);
  });

  it('a question somebody is still busy with is left to him', async () => {
    const busy = here.unzr();
    const free = here.unzr();
    await desk.pendingRow(busy, `now() + interval '1 hour'`, 1);
    await desk.pendingRow(free, 'DEFAULT');
    await desk.ended(free, 'processed');
    expect((await desk.row(busy)).job_status).toBe('pending');
    expect(here.register.requestsFor(busy)).toEqual([]);
  });
});

/** An installation of one test's own, and somebody who asks there. */
async function apart(
  environment: Record<string, string>,
  test: (alone: Installation, desk: UnzrInfoDesk) => Promise<void>,
) {
  const alone = await Installation.start(environment);
  try {
    const own = new UnzrInfoDesk(alone);
    await own.enter(aCaller().withScope('unzr:write'));
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

describe('A worker that is told to stop', () => {
  it('puts back what it could not send, uncounted', () =>
    apart(
      { TREMBITA_TIMEOUT_MS: '1000', SHUTDOWN_GRACE_SECONDS: '7', TREMBITA_CONCURRENCY: '1' },
      async (alone, own) => {
        const [first, unzr] = [alone.unzr(), alone.unzr()];
        alone.register.hold();
        await own.sync(first);
        await alone.register.waitForRequests(1, first);
        await own.sync(unzr);
        await waitUntil(async () => (await own.row(unzr)).claim_id, { what: 'the second to be taken' });
        await alone.stopProgram(alone.program);
        expect(await own.row(unzr)).toMatchObject({ job_status: 'pending', tries: 0, claim_id: null });
        expect(alone.register.requestsFor(unzr)).toEqual([]);
      },
    ));
});
