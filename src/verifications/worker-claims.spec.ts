import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ClaimLeases, claimSize, type Load, RecentRate } from './worker-claims';

const LOAD: Load = {
  batchSize: 100,
  underReview: 0,
  unwritten: 0,
  capacity: 20,
  finishedPerSecond: 0,
  leaseSeconds: 60,
};

const FAST: Load = { ...LOAD, finishedPerSecond: 1000 };

describe('claimSize', () => {
  it('starts with about as many persons as can be asked at once', () => {
    expect(claimSize(LOAD)).toBe(16);
  });

  it('leaves no permit unused, however slow the first answers are', () => {
    expect(claimSize({ ...LOAD, underReview: 16 })).toBe(4);
    expect(claimSize({ ...LOAD, underReview: 20 })).toBe(0);
  });

  it('claims a whole batch once the register has proved fast', () => {
    expect(claimSize(FAST)).toBe(100);
    expect(claimSize({ ...FAST, underReview: 59 })).toBe(100);
  });

  it('claims nobody while two persons wait for each call', () => {
    expect(claimSize({ ...FAST, underReview: 60 })).toBe(0);
    expect(claimSize({ ...FAST, underReview: 159 })).toBe(0);
  });

  it('never claims more than a batch', () => {
    expect(claimSize({ ...LOAD, finishedPerSecond: 10_000, capacity: 500 })).toBe(100);
  });

  it('keeps no more in flight than can be asked in a third of the lease', () => {
    // A third of the lease is one second: 30 people, and 16 is the largest size within.
    const slow: Load = { ...LOAD, finishedPerSecond: 30, leaseSeconds: 3 };
    expect(claimSize(slow)).toBe(16);
    expect(claimSize({ ...slow, underReview: 30 })).toBe(0);
  });

  it('waits until a claim is worth its statements when the register is slow', () => {
    const slow: Load = { ...LOAD, finishedPerSecond: 20, leaseSeconds: 6 };
    expect(claimSize({ ...slow, underReview: 31 })).toBe(0);
    expect(claimSize({ ...slow, underReview: 30 })).toBe(8);
  });

  it('claims nobody while too many outcomes are unwritten', () => {
    expect(claimSize({ ...FAST, unwritten: 2_001 })).toBe(0);
    expect(claimSize({ ...FAST, unwritten: 2_000 })).toBe(100);
  });

  it('claims nobody when other workers have all permits', () => {
    expect(claimSize({ ...LOAD, capacity: 0 })).toBe(0);
  });

  it('claims one person at a time when there is one permit', () => {
    expect(claimSize({ ...LOAD, capacity: 1 })).toBe(1);
  });
});

describe('RecentRate', () => {
  it('follows the added numbers, and forgets them', () => {
    let now = 0;
    const rate = new RecentRate(() => now);
    expect(rate.perSecond()).toBe(0);
    now = 1_000;
    rate.add(50);
    expect(rate.perSecond()).toBe(50);
    now = 2_500;
    expect(rate.perSecond()).toBe(25);
    now = 10_000;
    expect(rate.perSecond()).toBe(0);
  });
});

describe('ClaimLeases', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('stop after every removal that is under way, and remove what could not be removed before', async () => {
    const [removed, failures]: [string[][], unknown[]] = [[], []];
    const removals: ((error?: Error) => void)[] = [];
    const finish = (ids: readonly string[]) =>
      new Promise<void>((resolve, reject) => {
        removed.push([...ids]);
        removals.push((error) => (error === undefined ? resolve() : reject(error)));
      });
    const claims = { renew: () => Promise.resolve(), finish };
    const leases = new ClaimLeases(claims, { seconds: 3, failed: (error) => failures.push(error) });
    leases.start();
    leases.opened('a claim', 1);
    leases.finished('a claim');
    await vi.advanceTimersByTimeAsync(1_000);
    expect(removed).toEqual([['a claim']]);
    let hasStopped = false;
    const stopped = leases.stop().then(() => (hasStopped = true));
    await vi.advanceTimersByTimeAsync(0);
    expect(hasStopped).toBe(false);
    removals[0]?.(new Error('the connection was lost'));
    await vi.advanceTimersByTimeAsync(0);
    expect(removed).toEqual([['a claim'], ['a claim']]);
    removals[1]?.();
    await stopped;
    expect([failures, vi.getTimerCount()]).toEqual([[new Error('the connection was lost')], 0]);
  });
});
