import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SendingTimes } from './sending-times';

/** A line of sending times as the database keeps it, on a clock that is an hour ahead and answers at once. */
class Line {
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

describe('Sending times', () => {
  const line = { now: new Line() };
  const trouble = vi.fn();
  const wentAt: number[] = [];
  const go = (): void => void wentAt.push(performance.now());

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    line.now = new Line();
    trouble.mockReset();
    wentAt.length = 0;
  });
  afterEach(() => void vi.useRealTimers());

  const timesAt = (perSecond: number): SendingTimes =>
    new SendingTimes({ perSecond, store: line.now, onTrouble: trouble });

  it('let calls go one by one at the rate, in the order they came', async () => {
    const times = timesAt(100);
    const order: number[] = [];
    for (let i = 0; i < 200; i += 1) times.want(() => (order.push(i), go()));
    await vi.advanceTimersByTimeAsync(1000);
    expect(wentAt.length).toBeGreaterThanOrEqual(98);
    expect(wentAt.length).toBeLessThanOrEqual(102);
    expect(order).toEqual([...order.keys()]);
    times.close();
  });

  it('reserve a tenth of a second at once while the rate holds calls back', async () => {
    const times = timesAt(100);
    for (let i = 0; i < 500; i += 1) times.want(go);
    await vi.advanceTimersByTimeAsync(1000);
    expect(line.now.lots.length).toBeLessThanOrEqual(30);
    expect(Math.max(...line.now.lots)).toBeLessThanOrEqual(100 + 1e-6);
    times.close();
  });

  it('take no more than one for a single call', async () => {
    const times = timesAt(1000);
    times.want(go);
    await vi.advanceTimersByTimeAsync(5);
    expect(wentAt).toHaveLength(1);
    expect(line.now.lots).toEqual([1]);
    times.close();
  });

  it('lapse when the process comes to them too late', async () => {
    let stoodStillForMs = 0;
    const monotonic = (): number => performance.now() + stoodStillForMs;
    const times = new SendingTimes({ perSecond: 20, store: line.now, onTrouble: trouble, monotonic });
    for (let i = 0; i < 10; i += 1) times.want(go);
    await vi.advanceTimersByTimeAsync(0);
    expect(wentAt).toHaveLength(1);
    // Two times are held, 51 ms apart. The process wakes up 15 ms after the second.
    stoodStillForMs = 66;
    times.serve();
    expect(wentAt).toHaveLength(1);
    times.close();
  });

  it('do not go to who has given up', async () => {
    const times = timesAt(10);
    times.want(go);
    const forget = times.want(() => expect.unreachable('it had been taken back'));
    times.want(go);
    forget();
    await vi.advanceTimersByTimeAsync(500);
    expect(wentAt).toHaveLength(2);
    times.close();
  });

  it('stop when the database is away, say so, and go on when they are served again', async () => {
    const times = timesAt(100);
    line.now.isAway = true;
    times.want(go);
    await vi.advanceTimersByTimeAsync(1000);
    expect(trouble).toHaveBeenCalledTimes(1);
    expect(wentAt).toHaveLength(0);
    line.now.isAway = false;
    times.serve();
    await vi.advanceTimersByTimeAsync(50);
    expect(wentAt).toHaveLength(1);
    times.close();
  });

  it('leave no timer behind', async () => {
    const times = timesAt(10);
    for (let i = 0; i < 5; i += 1) times.want(go);
    await vi.advanceTimersByTimeAsync(150);
    times.close();
    expect(vi.getTimerCount()).toBe(0);
  });
});
