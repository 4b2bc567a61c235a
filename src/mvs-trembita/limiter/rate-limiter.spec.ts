import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { RateLimiter, DatabaseClockBounds } from './rate-limiter';

/** The reserved times as the database keeps them, on a clock that is an hour ahead and answers at once. */
class ReservedTimes {
  readonly lots: number[] = [];
  isAway = false;
  private freeAtMs = 0;

  reserveTime(want: { leadMs: number; lengthMs: number }): Promise<{ firstAtMs: number; nowMs: number }> {
    if (this.isAway) return Promise.reject(new Error('away'));
    const nowMs = performance.now() + 3_600_000;
    const firstAtMs = Math.max(this.freeAtMs, nowMs + want.leadMs);
    this.freeAtMs = firstAtMs + want.lengthMs;
    this.lots.push(want.lengthMs);
    return Promise.resolve({ firstAtMs, nowMs });
  }
}

describe('The rate limiter', () => {
  const database = { now: new ReservedTimes() };
  const trouble = vi.fn();
  const wentAt: number[] = [];
  const go = (): void => void wentAt.push(performance.now());

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    database.now = new ReservedTimes();
    trouble.mockReset();
    wentAt.length = 0;
  });
  afterEach(() => void vi.useRealTimers());

  const timesAt = (perSecond: number): RateLimiter =>
    new RateLimiter(database.now, { perSecond, onTrouble: trouble });

  it('lets calls go one by one at the rate, in the order in which they arrived', async () => {
    const times = timesAt(100);
    const order: number[] = [];
    for (let i = 0; i < 200; i += 1) times.schedule(() => (order.push(i), go()));
    await vi.advanceTimersByTimeAsync(1000);
    expect(wentAt.length).toBeGreaterThanOrEqual(98);
    expect(wentAt.length).toBeLessThanOrEqual(102);
    expect(order).toEqual([...order.keys()]);
    times.close();
  });

  it('reserves a tenth of a second at once while calls wait for the rate', async () => {
    const times = timesAt(100);
    for (let i = 0; i < 500; i += 1) times.schedule(go);
    await vi.advanceTimersByTimeAsync(1000);
    expect(database.now.lots.length).toBeLessThanOrEqual(30);
    expect(Math.max(...database.now.lots)).toBeLessThanOrEqual(100 + 1e-6);
    times.close();
  });

  it('reserves one time for a single call', async () => {
    const times = timesAt(1000);
    times.schedule(go);
    await vi.advanceTimersByTimeAsync(5);
    expect(wentAt).toHaveLength(1);
    expect(database.now.lots).toEqual([1]);
    times.close();
  });

  it('skips times that the process missed', async () => {
    let pausedForMs = 0;
    const monotonic = (): number => performance.now() + pausedForMs;
    const times = new RateLimiter(database.now, { perSecond: 20, onTrouble: trouble, monotonic });
    for (let i = 0; i < 10; i += 1) times.schedule(go);
    await vi.advanceTimersByTimeAsync(0);
    expect(wentAt).toHaveLength(1);
    // Two times are held, 51 ms apart. The process wakes up 15 ms after the second.
    pausedForMs = 66;
    times.serve();
    expect(wentAt).toHaveLength(1);
    times.close();
  });

  it('skips a call that was cancelled', async () => {
    const times = timesAt(10);
    times.schedule(go);
    const forget = times.schedule(() => expect.unreachable('it was cancelled'));
    times.schedule(go);
    forget();
    await vi.advanceTimersByTimeAsync(500);
    expect(wentAt).toHaveLength(2);
    times.close();
  });

  it('stops and reports it when the database is away, and goes on when it is served again', async () => {
    const times = timesAt(100);
    database.now.isAway = true;
    times.schedule(go);
    await vi.advanceTimersByTimeAsync(1000);
    expect(trouble).toHaveBeenCalledTimes(1);
    expect(wentAt).toHaveLength(0);
    database.now.isAway = false;
    times.serve();
    await vi.advanceTimersByTimeAsync(50);
    expect(wentAt).toHaveLength(1);
    times.close();
  });

  it('leaves no timer behind', async () => {
    const times = timesAt(10);
    for (let i = 0; i < 5; i += 1) times.schedule(go);
    await vi.advanceTimersByTimeAsync(150);
    times.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe("The database's clock, converted to ours", () => {
  it('is never ahead, at whatever moment of the round trip the database read it', () => {
    for (const lookedAtMs of [100, 105, 110]) {
      const clock = new DatabaseClockBounds();
      clock.observe({ sentMs: 100, receivedMs: 110, databaseMs: 5000 + lookedAtMs });
      expect(clock.monotonicMs(5500)).toBeGreaterThanOrEqual(500);
      expect(clock.monotonicMs(5500)).toBeLessThanOrEqual(510);
    }
  });

  it('keeps the precision of the quickest round trip, however slow the later ones are', () => {
    const clock = new DatabaseClockBounds();
    clock.observe({ sentMs: 100, receivedMs: 101, databaseMs: 5100.5 });
    clock.observe({ sentMs: 200, receivedMs: 280, databaseMs: 5200.5 });
    expect(clock.monotonicMs(5500)).toBeCloseTo(500.5, 0);
  });

  it('is learned again after the clock was set', () => {
    const clock = new DatabaseClockBounds();
    clock.observe({ sentMs: 100, receivedMs: 101, databaseMs: 5100.5 });
    clock.observe({ sentMs: 200, receivedMs: 201, databaseMs: 3_605_200.5 });
    expect(clock.monotonicMs(3_605_500)).toBeCloseTo(500.5, 0);
  });
});
