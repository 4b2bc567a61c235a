import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openLog } from '../observability';
import { SweepAtTimes } from './sweep-at-times';
import type { SweepOrphans } from './sweep-orphans';

const PAUSE_SECONDS = 60;

/** A sweep that ends when the test says so. */
class HeldSweep {
  begun = 0;
  isStopped = false;
  end: (error?: Error) => void = () => undefined;

  run(): Promise<number> {
    this.begun += 1;
    return new Promise((resolve, reject) => {
      this.end = (error) => (error === undefined ? resolve(0) : reject(error));
    });
  }

  stop(): void {
    this.isStopped = true;
  }
}

describe('Sweeping at times', () => {
  let held: HeldSweep;
  let sweeping: SweepAtTimes;
  beforeEach(() => {
    vi.useFakeTimers();
    held = new HeldSweep();
    sweeping = new SweepAtTimes({
      sweep: held as unknown as SweepOrphans,
      pauseSeconds: PAUSE_SECONDS,
      log: openLog({ LOG_LEVEL: 'silent' }),
    });
    sweeping.onApplicationBootstrap();
  });
  afterEach(() => vi.useRealTimers());

  const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

  it('begins within the first pause, and the next sweep comes a pause after the end of the last', async () => {
    await pass(PAUSE_SECONDS);
    expect(held.begun).toBe(1);
    await pass(10 * PAUSE_SECONDS);
    expect(held.begun).toBe(1);
    held.end();
    await pass(PAUSE_SECONDS - 1);
    expect(held.begun).toBe(1);
    await pass(1);
    expect(held.begun).toBe(2);
  });

  it('goes on after a sweep that failed', async () => {
    await pass(PAUSE_SECONDS);
    held.end(new Error('The database is away.'));
    await pass(PAUSE_SECONDS);
    expect(held.begun).toBe(2);
  });

  it('ends with the sweep under way, and no other one begins', async () => {
    await pass(PAUSE_SECONDS);
    let isOver = false;
    const over = sweeping.beforeApplicationShutdown().then(() => (isOver = true));
    await pass(PAUSE_SECONDS);
    expect({ isOver, isStopped: held.isStopped }).toEqual({ isOver: false, isStopped: true });
    held.end();
    await over;
    await pass(10 * PAUSE_SECONDS);
    expect(held.begun).toBe(1);
  });
});
