import { describe, expect, it } from 'vitest';
import { RecentRate } from './recent-rate';

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
