import type { Queue } from 'bull';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Log } from '../observability';
import { WakeUps } from './wake-ups.service';

let failures: unknown[];
let wakeUps: WakeUps;

beforeEach(() => {
  vi.useFakeTimers();
  failures = [];
  const log = { error: (_sentence: string, error: unknown) => failures.push(error) };
  wakeUps = new WakeUps(log as unknown as Log);
});
afterEach(() => vi.useRealTimers());

/** A queue that takes a wake-up job in this way. */
const queueThat = (name: string, add: () => Promise<unknown>): Queue => ({ name, add }) as unknown as Queue;

describe('A notification', () => {
  it('does nothing in a process without queues', async () => {
    await wakeUps.notify('purge');
    expect(vi.getTimerCount()).toBe(0);
  });

  it('adds one empty job to the queue of that name, and to no other', async () => {
    const added: string[] = [];
    wakeUps.connect(
      ['purge', 'unzr-info'].map((name) => queueThat(name, () => Promise.resolve(added.push(name)))),
    );
    await wakeUps.notify('unzr-info');
    expect(added).toEqual(['unzr-info']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is logged and does not throw when Redis refuses it', async () => {
    const refused = new Error('Redis is away');
    wakeUps.connect([queueThat('purge', () => Promise.reject(refused))]);
    await wakeUps.notify('purge');
    expect(failures).toEqual([refused]);
  });

  it('waits for Redis 300 ms at most, and logs a later failure', async () => {
    let refuse: (error: Error) => void = () => undefined;
    wakeUps.connect([queueThat('purge', () => new Promise((_, reject) => (refuse = reject)))]);
    let isOver = false;
    const notified = wakeUps.notify('purge').then(() => (isOver = true));
    await vi.advanceTimersByTimeAsync(299);
    expect(isOver).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await notified;
    refuse(new Error('too late'));
    await vi.advanceTimersByTimeAsync(0);
    expect(failures).toHaveLength(1);
  });
});
