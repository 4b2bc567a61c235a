import { describe, expect, it } from 'vitest';
import { claimSize, type Load, RecentRate } from './worker-claims';

const LOAD: Load = {
  batchSize: 100,
  underReview: 0,
  unwritten: 0,
  capacity: 20,
  finishedPerSecond: 0,
  leaseSeconds: 60,
};

const FAST: Load = { ...LOAD, finishedPerSecond: 1000 };

describe('How many people to take', () => {
  it('takes about as many as can be asked at once before anything is known about the register', () => {
    expect(claimSize(LOAD)).toBe(16);
  });

  it('leaves no place at the register empty, however slow its first answers are', () => {
    expect(claimSize({ ...LOAD, underReview: 16 })).toBe(4);
    expect(claimSize({ ...LOAD, underReview: 20 })).toBe(0);
  });

  it('takes a whole batch once the register is known to be fast', () => {
    expect(claimSize(FAST)).toBe(100);
    expect(claimSize({ ...FAST, underReview: 59 })).toBe(100);
  });

  it('takes nobody while two people wait for each call', () => {
    expect(claimSize({ ...FAST, underReview: 60 })).toBe(0);
    expect(claimSize({ ...FAST, underReview: 159 })).toBe(0);
  });

  it('never takes more than a batch', () => {
    expect(claimSize({ ...LOAD, finishedPerSecond: 10_000, capacity: 500 })).toBe(100);
  });

  it('holds no more than can be asked in a third of the lease', () => {
    // A third of the lease is one second: 30 people, and 16 is the largest size within.
    const slow: Load = { ...LOAD, finishedPerSecond: 30, leaseSeconds: 3 };
    expect(claimSize(slow)).toBe(16);
    expect(claimSize({ ...slow, underReview: 30 })).toBe(0);
  });

  it('waits until a claim under a slow register is worth its statements', () => {
    const slow: Load = { ...LOAD, finishedPerSecond: 20, leaseSeconds: 6 };
    expect(claimSize({ ...slow, underReview: 31 })).toBe(0);
    expect(claimSize({ ...slow, underReview: 30 })).toBe(8);
  });

  it('takes nobody while the database does not keep up with the answers', () => {
    expect(claimSize({ ...FAST, unwritten: 2_001 })).toBe(0);
    expect(claimSize({ ...FAST, unwritten: 2_000 })).toBe(100);
  });

  it('takes nobody when other workers have all places at the register', () => {
    expect(claimSize({ ...LOAD, capacity: 0 })).toBe(0);
  });

  it('takes one at a time when there is one place', () => {
    expect(claimSize({ ...LOAD, capacity: 1 })).toBe(1);
  });
});

describe('The rate of the last moments', () => {
  it('follows what was added, and forgets it', () => {
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
