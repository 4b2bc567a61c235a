import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CallEnd, RegisterLimiter } from '../../src/mvs-trembita';
import { waitUntil } from '../support/wait-until';
import { callsUntilOpen, TestEnvironment, METHOD, NEVER, permitFrom } from './register-limiter-workers';

describe('The circuit opens', () => {
  let installation: TestEnvironment;
  beforeAll(async () => void (installation = await TestEnvironment.start()));
  afterEach(() => installation.clear());
  afterAll(() => installation.stop());

  const admitted = (workers: RegisterLimiter[]): Promise<number[]> =>
    Promise.all(workers.map((limiter) => limiter.admits(METHOD)));

  const allAdmit = (workers: RegisterLimiter[], wanted: number): Promise<unknown> =>
    waitUntil(async () => (await admitted(workers)).every((count) => count === wanted), {
      what: `every worker to admit ${wanted}`,
    });

  /** Waits until the probe is due, checks that only one worker wins it, and ends its call. */
  async function probe(workers: RegisterLimiter[], end: CallEnd): Promise<void> {
    const counts = await waitUntil(
      async () => {
        const seen = await admitted(workers);
        return seen.some((count) => count > 0) && seen;
      },
      { what: 'a worker to win the probe' },
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
    const winner = workers[counts.indexOf(1)];
    if (winner === undefined) throw new Error('No worker won.');
    expect(await admitted(workers)).toEqual(workers.map(() => 0));
    const [permit, second] = await Promise.all([permitFrom(winner), winner.permit(METHOD, NEVER)]);
    expect(second).toBe('circuit_open');
    expect(await Promise.all(workers.map((limiter) => limiter.permit(METHOD, NEVER)))).toEqual(
      workers.map(() => 'circuit_open'),
    );
    permit.done(end);
    await waitUntil(async () => (await installation.breaker()).probe_by === null, { what: 'the verdict' });
  }

  it('for all workers after few calls, admits one probe of many workers, doubles its pause, and closes', async () => {
    // Longer than it takes all workers to learn that the circuit is open.
    const patient = { TREMBITA_BREAKER_OPEN_MS: 1000 };
    const workers = await Promise.all(Array.from({ length: 9 }, () => installation.worker(patient)));
    const first = await installation.worker(patient);
    await allAdmit([...workers, first], Infinity);
    await waitUntil(() => first.capacity() > 0, { what: 'a permit for the last worker' });
    const calls = await callsUntilOpen(first, 'connection');
    expect(calls).toBeGreaterThanOrEqual(20);
    expect(calls).toBeLessThanOrEqual(20 + 5);
    expect((await installation.breaker()).open_ms).toBe(1000);
    await allAdmit([...workers, first], 0);

    await probe(workers, 'http_error');
    expect((await installation.breaker()).open_ms).toBe(2000);
    await probe(workers, 'not_sent');
    expect((await installation.breaker()).open_ms).toBe(2000);
    await probe(workers, 'register_error');
    expect((await installation.breaker()).open_ms).toBeNull();
    await allAdmit([...workers, first], Infinity);
    // What counted before counts no more: fewer failures than it takes leave the limiter open.
    expect(await callsUntilOpen(first, 'timeout', 15)).toBeGreaterThanOrEqual(15);
    expect(await first.admits(METHOD)).toBe(Infinity);
  });

  it('by the failures of all workers together', async () => {
    const longOpen = { TREMBITA_BREAKER_OPEN_MS: 60_000 };
    const workers = [await installation.worker(longOpen), await installation.worker(longOpen)];
    await waitUntil(() => workers.every((limiter) => limiter.capacity() === 10), {
      what: 'two equal shares',
    });
    // Fourteen at most by each: neither has enough failures alone.
    await Promise.all(workers.map((limiter) => callsUntilOpen(limiter, 'fault_server', 10)));
    await allAdmit(workers, 0);
  });

  it('for one method only', async () => {
    const limiter = await installation.worker({ TREMBITA_BREAKER_OPEN_MS: 60_000 });
    await callsUntilOpen(limiter, 'fault_configuration');
    expect(await limiter.permit(METHOD, NEVER)).toBe('circuit_open');
    expect(await limiter.permit('unzr', NEVER)).toHaveProperty('done');
  });

  it('but not after answers, however bad', async () => {
    const limiter = await installation.worker();
    expect(await callsUntilOpen(limiter, 'unreadable_answer', 100)).toBeGreaterThanOrEqual(100);
    expect(await limiter.admits(METHOD)).toBe(Infinity);
  });

  it('but not while less than half of the calls fail', async () => {
    const limiter = await installation.worker();
    for (let i = 0; i < 100; i += 1) (await permitFrom(limiter)).done(i % 5 < 2 ? 'timeout' : 'answered');
    expect(await limiter.admits(METHOD)).toBe(Infinity);
  });

  it('and waiting calls are refused at once', async () => {
    const limiter = await installation.worker({ TREMBITA_BREAKER_OPEN_MS: 60_000 });
    const permits = await Promise.all(Array.from({ length: 20 }, () => permitFrom(limiter)));
    const waiting = Promise.all(Array.from({ length: 30 }, () => limiter.permit(METHOD, NEVER)));
    permits.forEach((permit) => permit.done('timeout'));
    // Some got a permit before the twentieth failure and keep it, so the others were not waiting for a permit.
    const answers = await waiting;
    expect(answers.filter((answer) => answer !== 'circuit_open').length).toBeLessThan(20);
  });

  it('and a call that started before it opened does not open it again', async () => {
    const limiter = await installation.worker();
    const late = await Promise.all(Array.from({ length: 10 }, () => permitFrom(limiter)));
    await callsUntilOpen(limiter, 'fault_server');
    await probe([limiter], 'answered');
    // The row may be closed a moment before the worker has read it.
    await allAdmit([limiter], Infinity);
    expect(await callsUntilOpen(limiter, 'fault_server', 15)).toBeGreaterThanOrEqual(15);
    late.forEach((permit) => permit.done('timeout'));
    expect(await limiter.admits(METHOD)).toBe(Infinity);
  });

  it('and lets another worker probe when the winner has crashed', async () => {
    const limiter = await installation.worker();
    await callsUntilOpen(limiter, 'timeout');
    const want = { method: METHOD, worker: randomUUID(), leaseMs: 60_000 } as const;
    await waitUntil(async () => (await installation.circuits.takeProbe(want)).changed, {
      what: 'the probe to be due',
      everyMs: 5,
    });
    expect(await limiter.permit(METHOD, NEVER)).toBe('circuit_open');
    await installation.endProbeLease();
    await waitUntil(async () => (await limiter.admits(METHOD)) === 1, { what: 'the probe to be free again' });
  });

  it('and the late verdict of a probe that another worker took over is void', async () => {
    const limiter = await installation.worker();
    await callsUntilOpen(limiter, 'timeout');
    const { circuits } = installation;
    const worker = randomUUID();
    const slow = await waitUntil(
      async () => {
        const row = await circuits.takeProbe({ method: METHOD, worker, leaseMs: 1 });
        return row.changed && row;
      },
      { what: 'the probe to be due', everyMs: 5 },
    );
    const other = randomUUID();
    await waitUntil(
      async () => (await circuits.takeProbe({ method: METHOD, worker: other, leaseMs: 9000 })).changed,
      {
        what: 'the probe to be free again',
      },
    );
    expect((await circuits.close({ method: METHOD, worker, period: slow.period })).changed).toBe(false);
    expect(await installation.breaker()).toEqual({ open_ms: 300, probe_by: other });
  });
});
