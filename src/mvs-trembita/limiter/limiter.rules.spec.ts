import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  isDead,
  LATEST_START_MS,
  mostReservedTimes,
  sendingIntervalMs,
  shareOf,
  isOverload,
  verdictOf,
  AdaptiveLimit,
} from './limiter.rules';

const someNumber = integer({ min: 1, max: 200 });

function sharesOf(of: { shared: number; perWorker: number; workers: number }): number[] {
  return Array.from({ length: of.workers }, (_, earlier) => shareOf({ ...of, earlier }));
}

describe("A worker's share of the permits", () => {
  it('is the shared limit divided by the live workers; the first workers get the remainder', () => {
    expect(sharesOf({ shared: 20, perWorker: 20, workers: 3 })).toEqual([7, 7, 6]);
  });

  it('is 0 for the last workers when there are more workers than permits', () => {
    expect(sharesOf({ shared: 2, perWorker: 20, workers: 4 })).toEqual([1, 1, 0, 0]);
  });

  it('is never more than one process may have', () => {
    expect(sharesOf({ shared: 100, perWorker: 20, workers: 2 })).toEqual([20, 20]);
  });

  it('uses every permit once, for all numbers', () => {
    assert(
      property(someNumber, someNumber, (shared, workers) => {
        const shares = sharesOf({ shared, perWorker: shared, workers });
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(shared);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('The circuit breaker', () => {
  const limits = { share: 0.5, minCalls: 20 };

  it.each([
    { calls: 19, failures: 19, dead: false },
    { calls: 20, failures: 9, dead: false },
    { calls: 20, failures: 10, dead: true },
    { calls: 21, failures: 10, dead: false },
    { calls: 400, failures: 200, dead: true },
  ])('opens with $failures failures of $calls calls: $dead', ({ dead, ...counts }) => {
    expect(isDead(counts, limits)).toBe(dead);
  });
});

describe('The time between two calls', () => {
  it('keeps every sliding second within two per cent of the rate, however late a call starts', () => {
    assert(
      property(integer({ min: 1, max: 5000 }), (perSecond) => {
        const allowed = Math.floor(perSecond * 1.02);
        const firstToNextTooMany = allowed * sendingIntervalMs(perSecond) - LATEST_START_MS;
        expect(firstToNextTooMany).toBeGreaterThanOrEqual(1000);
      }),
    );
  });

  it('leaves at least 98 per cent of the rate', () => {
    assert(
      property(integer({ min: 1, max: 5000 }), (perSecond) => {
        expect(1000 / sendingIntervalMs(perSecond)).toBeGreaterThan(perSecond * 0.98);
      }),
    );
  });

  it('is reserved a tenth of a second ahead at most, or for one call', () => {
    expect([1, 9, 10, 100, 1000].map(mostReservedTimes)).toEqual([1, 1, 1, 10, 100]);
  });
});

describe('The end of a call', () => {
  it.each(['timeout', 'connection', 'http_error', 'fault_server', 'fault_configuration'] as const)(
    '%s counts as a failure of the register',
    (end) => expect(verdictOf(end)).toBe('failure'),
  );

  it.each([
    'answered',
    'fault_client',
    'foreign_answer',
    'unreadable_answer',
    'too_large',
    'register_error',
  ] as const)('%s counts as an answer', (end) => expect(verdictOf(end)).toBe('answer'));

  it.each(['not_sent', 'circuit_open'] as const)('%s is not counted', (end) =>
    expect(verdictOf(end)).toBe('nothing'),
  );

  it('is a sign of overload only when the register did not answer', () => {
    expect((['timeout', 'connection', 'http_error'] as const).every(isOverload)).toBe(true);
    expect((['answered', 'fault_server', 'register_error', 'not_sent'] as const).some(isOverload)).toBe(
      false,
    );
  });
});

function limitOf(ceiling: number): AdaptiveLimit {
  const limit = new AdaptiveLimit();
  limit.setCeiling(ceiling);
  return limit;
}

describe('The adaptive limit', () => {
  it('starts at its ceiling', () => {
    expect(limitOf(20).current()).toBe(20);
  });

  it.each(['timeout', 'connection', 'http_error'] as const)('falls by a tenth after a %s', (end) => {
    const limit = limitOf(20);
    limit.callEnded(end, 20);
    expect(limit.current()).toBe(18);
  });

  it.each(['fault_server', 'fault_configuration', 'not_sent', 'circuit_open'] as const)(
    'stays the same after a %s, which says nothing about the load',
    (end) => {
      const limit = limitOf(20);
      limit.callEnded('timeout', 20);
      limit.callEnded(end, 20);
      expect(limit.current()).toBe(18);
    },
  );

  it('never falls below one, however long the register is overloaded', () => {
    const limit = limitOf(20);
    for (let i = 0; i < 1000; i += 1) limit.callEnded('timeout', 1);
    expect(limit.current()).toBe(1);
  });

  it('grows by one per answer up to its ceiling', () => {
    const limit = limitOf(5);
    for (let i = 0; i < 100; i += 1) limit.callEnded('timeout', 1);
    const climbed = [1, 2, 3, 4, 5, 5].map((inUse) => {
      limit.callEnded('answered', inUse);
      return limit.current();
    });
    expect(climbed).toEqual([2, 3, 4, 5, 5, 5]);
  });

  it('does not grow while less than half of it is in use', () => {
    const limit = limitOf(20);
    limit.callEnded('timeout', 20);
    limit.callEnded('answered', 8);
    expect(limit.current()).toBe(18);
    limit.callEnded('answered', 9);
    expect(limit.current()).toBe(19);
  });

  it('follows its ceiling down, and up again only if it was not cut', () => {
    const uncut = limitOf(20);
    uncut.setCeiling(10);
    uncut.setCeiling(20);
    expect(uncut.current()).toBe(20);
    const cut = limitOf(20);
    cut.callEnded('timeout', 20);
    cut.setCeiling(40);
    expect(cut.current()).toBe(18);
  });

  it('is 0 when the worker has no permit', () => {
    const limit = limitOf(0);
    limit.callEnded('timeout', 1);
    expect(limit.current()).toBe(0);
  });
});
