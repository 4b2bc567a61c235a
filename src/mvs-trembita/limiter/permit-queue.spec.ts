import { expect, it } from 'vitest';
import type { BreakerState, CircuitBreaker } from './circuit-breaker';
import { type PermitAnswer, PermitQueue, type PermitQueueOwner } from './permit-queue';

const NEVER = new AbortController().signal;

it('A call whose circuit is open when its time has come leaves its capacity to the next', async () => {
  const states: Record<'first' | 'second', BreakerState> = { first: 'closed', second: 'closed' };
  const breakerOf = (name: keyof typeof states) =>
    ({ state: () => states[name], period: 1, callEnded: () => false }) as unknown as CircuitBreaker;
  const owner = {
    capacity: () => 1,
    isReady: () => true,
    onEnd: () => undefined,
  } as unknown as PermitQueueOwner;
  /** Of calls that wait for their sending times. */
  const times: (() => void)[] = [];
  const schedule = (go: () => void) => (times.push(go), () => undefined);
  const queue = new PermitQueue(owner, { schedule, serve: () => undefined, close: () => undefined });

  const first = queue.permit(breakerOf('first'), NEVER, 'in_order');
  const second = queue.permit(breakerOf('second'), NEVER, 'in_order');
  expect(times).toHaveLength(1);
  states.first = 'open';
  times[0]?.();
  expect<PermitAnswer>(await first).toBe('circuit_open');
  expect(times).toHaveLength(2);
  times[1]?.();
  expect(await second).toHaveProperty('done');
  expect(queue.inUse).toBe(1);
});
