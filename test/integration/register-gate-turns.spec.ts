import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SharedRegisterGate } from '../../src/mvs-trembita/gate/shared-register-gate';
import type { Turn } from '../../src/mvs-trembita/register-gate';
import { Installation, METHOD, NEVER, permitFrom } from './register-gate-workers';

let installation: Installation;

beforeAll(async () => void (installation = await Installation.start()));
afterEach(() => installation.clear());
afterAll(() => installation.stop());

/** Calls that come in this order; gives the order in which they were let through. */
async function orderOf(
  gate: SharedRegisterGate,
  turns: readonly Turn[],
  free: () => void,
): Promise<string[]> {
  const order: string[] = [];
  const calls = turns.map(async (turn, number) => {
    const permit = await gate.permit(METHOD, NEVER, turn);
    order.push(`${turn} ${number}`);
    if (typeof permit !== 'string') permit.done('answered');
  });
  free();
  await Promise.all(calls);
  return order;
}

describe('A call that somebody waits for', () => {
  const TURNS: readonly Turn[] = ['in_order', 'in_order', 'next', 'in_order', 'next'];
  const SERVED = ['next 2', 'next 4', 'in_order 0', 'in_order 1', 'in_order 3'];

  it('gets the first place that is free, before a sweep that came first', async () => {
    const gate = await installation.worker({ TREMBITA_CONCURRENCY: 1 });
    const held = await permitFrom(gate);
    expect(await orderOf(gate, TURNS, () => held.done('answered'))).toEqual(SERVED);
  });

  it('gets the first sending time, before those that have a place and wait for theirs', async () => {
    const gate = await installation.worker({ TREMBITA_RATE_PER_SECOND: 20 });
    expect(await orderOf(gate, TURNS, () => undefined)).toEqual(SERVED);
  });

  it('has no place above the limit, and stops waiting when it is told to', async () => {
    const gate = await installation.worker({ TREMBITA_CONCURRENCY: 1 });
    await permitFrom(gate);
    const stop = new AbortController();
    const waiting = gate.permit(METHOD, stop.signal, 'next');
    expect(await Promise.race([waiting, pause(20, 'none')])).toBe('none');
    stop.abort();
    expect(await waiting).toBe('stopped');
    const last = gate.permit(METHOD, NEVER, 'next');
    await gate.leave();
    expect(await last).toBe('stopped');
  });
});
