import { describe, expect, it } from 'vitest';
import { ClockBounds } from './clock-bounds';

describe("The database's clock, read here", () => {
  it('is never ahead, whenever during the round trip the database looked at it', () => {
    for (const lookedAtMs of [100, 105, 110]) {
      const clock = new ClockBounds();
      clock.observe({ sentMs: 100, receivedMs: 110, databaseMs: 5000 + lookedAtMs });
      expect(clock.monotonicMs(5500)).toBeGreaterThanOrEqual(500);
      expect(clock.monotonicMs(5500)).toBeLessThanOrEqual(510);
    }
  });

  it('is known as well as the quickest round trip showed it, however slow the later ones are', () => {
    const clock = new ClockBounds();
    clock.observe({ sentMs: 100, receivedMs: 101, databaseMs: 5100.5 });
    clock.observe({ sentMs: 200, receivedMs: 280, databaseMs: 5200.5 });
    expect(clock.monotonicMs(5500)).toBeCloseTo(500.5, 0);
  });

  it('is learned anew when it was set', () => {
    const clock = new ClockBounds();
    clock.observe({ sentMs: 100, receivedMs: 101, databaseMs: 5100.5 });
    clock.observe({ sentMs: 200, receivedMs: 201, databaseMs: 3_605_200.5 });
    expect(clock.monotonicMs(3_605_500)).toBeCloseTo(500.5, 0);
  });
});
