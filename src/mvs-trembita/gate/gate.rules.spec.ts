import { assert, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isDead, LATEST_START_MS, mostReservedTimes, sendingIntervalMs, shareOf } from './gate.rules';

const someNumber = integer({ min: 1, max: 200 });

function sharesOf(of: { shared: number; perWorker: number; workers: number }): number[] {
  return Array.from({ length: of.workers }, (_, earlier) => shareOf({ ...of, earlier }));
}

describe('The share of a worker', () => {
  it('is the shared limit divided by the living workers, the rest going to those who came first', () => {
    expect(sharesOf({ shared: 20, perWorker: 20, workers: 3 })).toEqual([7, 7, 6]);
  });

  it('is none for the last ones when there are more workers than places', () => {
    expect(sharesOf({ shared: 2, perWorker: 20, workers: 4 })).toEqual([1, 1, 0, 0]);
  });

  it('is never more than one process may have', () => {
    expect(sharesOf({ shared: 100, perWorker: 20, workers: 2 })).toEqual([20, 20]);
  });

  it('makes use of every place and of no other, whatever the numbers', () => {
    assert(
      property(someNumber, someNumber, (shared, workers) => {
        const shares = sharesOf({ shared, perWorker: shared, workers });
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(shared);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe('The breaker', () => {
  const limits = { share: 0.5, minCalls: 20 };

  it.each([
    { calls: 19, failures: 19, dead: false },
    { calls: 20, failures: 9, dead: false },
    { calls: 20, failures: 10, dead: true },
    { calls: 21, failures: 10, dead: false },
    { calls: 400, failures: 200, dead: true },
  ])('with $failures of $calls calls in vain opens: $dead', ({ dead, ...counts }) => {
    expect(isDead(counts, limits)).toBe(dead);
  });
});

describe('The time between two calls', () => {
  it('keeps every sliding second within two per cent of the rate, however late the single call starts', () => {
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

  it('is reserved for a tenth of a second at most, or for one call', () => {
    expect([1, 9, 10, 100, 1000].map(mostReservedTimes)).toEqual([1, 1, 1, 10, 100]);
  });
});
