import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RegisterLimiter } from '../../src/mvs-trembita';
import type { Turn } from '../../src/mvs-trembita';
import { TestEnvironment, METHOD, NEVER, permitFrom } from './register-limiter-workers';

let installation: TestEnvironment;

beforeAll(async () => void (installation = await TestEnvironment.start()));
afterEach(() => installation.clear());
afterAll(() => installation.stop());

/** Calls that arrive in this order; returns the order in which they got their permits. */
async function orderOf(
  limiter: RegisterLimiter,
  turns: readonly Turn[],
  free: () => void,
): Promise<string[]> {
  const order: string[] = [];
  const calls = turns.map(async (turn, number) => {
    const permit = await limiter.permit(METHOD, NEVER, turn);
    order.push(`${turn} ${number}`);
    if (typeof permit !== 'string') permit.done('answered');
  });
  free();
  await Promise.all(calls);
  return order;
}

describe('A call that a person waits for', () => {
  const TURNS: readonly Turn[] = ['in_order', 'in_order', 'next', 'in_order', 'next'];
  const SERVED = ['next 2', 'next 4', 'in_order 0', 'in_order 1', 'in_order 3'];

  it('gets the first free permit, before calls that arrived earlier', async () => {
    const limiter = await installation.worker({ TREMBITA_CONCURRENCY: 1 });
    const held = await permitFrom(limiter);
    expect(await orderOf(limiter, TURNS, () => held.done('answered'))).toEqual(SERVED);
  });

  it('gets the first sending time, before calls that have a permit and wait for theirs', async () => {
    const limiter = await installation.worker({ TREMBITA_RATE_PER_SECOND: 20 });
    expect(await orderOf(limiter, TURNS, () => undefined)).toEqual(SERVED);
  });

  it('gets no permit above the limit, and stops waiting at its signal', async () => {
    const limiter = await installation.worker({ TREMBITA_CONCURRENCY: 1 });
    await permitFrom(limiter);
    const stop = new AbortController();
    const waiting = limiter.permit(METHOD, stop.signal, 'next');
    expect(await Promise.race([waiting, pause(20, 'none')])).toBe('none');
    stop.abort();
    expect(await waiting).toBe('stopped');
    const last = limiter.permit(METHOD, NEVER, 'next');
    await limiter.leave();
    expect(await last).toBe('stopped');
  });
});
