import { describe, expect, it } from 'vitest';
import { claimSize, type Load } from './claim-size';

const LOAD: Load = { batchSize: 100, underReview: 0, capacity: 20, finishedPerSecond: 0, leaseSeconds: 60 };

describe('How many people to take', () => {
  it('takes about as many as can be asked at once before anything is known about the register', () => {
    expect(claimSize(LOAD)).toBe(16);
  });

  it('fills up to two waiting for each call once the register is known to be fast', () => {
    expect(claimSize({ ...LOAD, finishedPerSecond: 1000 })).toBe(32);
  });

  it('never takes more than a batch', () => {
    expect(claimSize({ ...LOAD, finishedPerSecond: 10_000, capacity: 500 })).toBe(100);
  });

  it('takes nobody while enough people wait', () => {
    expect(claimSize({ ...LOAD, finishedPerSecond: 1000, underReview: 60 })).toBe(0);
    expect(claimSize({ ...LOAD, finishedPerSecond: 1000, underReview: 50 })).toBe(0);
  });

  it('holds no more than can be asked in a third of the lease', () => {
    // A third of the lease is one second: 30 people, and 16 is the largest size within.
    expect(claimSize({ ...LOAD, finishedPerSecond: 30, leaseSeconds: 3, underReview: 0, capacity: 20 })).toBe(
      16,
    );
    expect(
      claimSize({ ...LOAD, finishedPerSecond: 30, leaseSeconds: 3, underReview: 30, capacity: 20 }),
    ).toBe(0);
  });

  it('takes nobody when other workers have all places at the register', () => {
    expect(claimSize({ ...LOAD, capacity: 0 })).toBe(0);
  });

  it('takes one at a time when there is one place', () => {
    expect(claimSize({ ...LOAD, capacity: 1 })).toBe(1);
  });
});
