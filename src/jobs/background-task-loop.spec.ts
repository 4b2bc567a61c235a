import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Settings } from '../config/settings.schema';
import { Log, Metrics } from '../observability';
import {
  BackgroundTaskLoop,
  BackgroundTaskLoops,
  type BackgroundTasks,
  type ClaimedTask,
} from './background-task-loop';
import type { StopSignals } from './job';

const POLL_SECONDS = 100;
const GRACE_SECONDS = 7;
const MOST_AT_ONCE = 10;

/** Work that begins when it is taken and ends when the test says so. */
class HeldTasks implements BackgroundTasks {
  due = 0;
  looks = 0;
  lookFails = false;
  readonly underWay: { readonly signals: StopSignals; readonly end: (end: number | null | Error) => void }[] =
    [];

  claimNext(): Promise<ClaimedTask | undefined> {
    this.looks += 1;
    if (this.lookFails) return Promise.reject(new Error('the rows are away'));
    if (this.due === 0) return Promise.resolve(undefined);
    this.due -= 1;
    return Promise.resolve({ run: (signals: StopSignals) => this.begin(signals) });
  }

  private begin(signals: StopSignals): Promise<number | null> {
    return new Promise((resolve, reject) => {
      const end = (ended: number | null | Error) => (ended instanceof Error ? reject(ended) : resolve(ended));
      this.underWay.push({ signals, end });
    });
  }
}

let tasks: HeldTasks;
let failures: unknown[];
let loop: BackgroundTaskLoop;

beforeEach(() => {
  vi.useFakeTimers();
  tasks = new HeldTasks();
  failures = [];
  const times = { pollSeconds: POLL_SECONDS, graceSeconds: GRACE_SECONDS };
  loop = new BackgroundTaskLoop(tasks, times, (error) => failures.push(error));
});
afterEach(() => vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const settle = () => pass(0);

/** The loop after its first look, with so much to do. */
async function begunWith(due: number): Promise<void> {
  tasks.due = due;
  loop.start();
  await settle();
}

describe('A loop of tasks that begins', () => {
  it('looks once by itself, and not before: the rooms are not ready yet', async () => {
    loop.wake();
    await settle();
    expect(tasks.looks).toBe(0);
    await begunWith(0);
    expect(tasks.looks).toBe(1);
  });
});

describe('The loops of a worker', () => {
  const loops = (): BackgroundTaskLoops =>
    new BackgroundTaskLoops(
      { JOB_POLL_SECONDS: POLL_SECONDS, SHUTDOWN_GRACE_SECONDS: GRACE_SECONDS } as Settings,
      new Log({ LOG_LEVEL: 'silent' }),
      new Metrics(),
    );

  it('do not start when no module does the tasks of a queue', () => {
    const incomplete = loops();
    incomplete.add('unzr-info', tasks);
    expect(() => incomplete.onApplicationBootstrap()).toThrow('registered the tasks of checks-at-once');
  });

  it('refuse a second module for the tasks of a queue', () => {
    const doubled = loops();
    doubled.add('unzr-info', tasks);
    expect(() => doubled.add('unzr-info', tasks)).toThrow('unzr-info are registered twice');
  });

  it('look for tasks of the queue whose wake-up job arrived, and of no other', async () => {
    const others = new HeldTasks();
    const both = loops();
    both.add('unzr-info', tasks);
    both.add('checks-at-once', others);
    both.onApplicationBootstrap();
    await settle();
    both.onWakeUp('unzr-info');
    await settle();
    expect([tasks.looks, others.looks]).toEqual([2, 1]);
    await both.beforeApplicationShutdown();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('One look', () => {
  it('finds everything there is, and it is done side by side', async () => {
    await begunWith(3);
    expect([tasks.underWay.length, tasks.due]).toEqual([3, 0]);
  });

  it('begins no more than ten at once; the next begins when one has ended', async () => {
    await begunWith(MOST_AT_ONCE + 2);
    expect(tasks.underWay).toHaveLength(MOST_AT_ONCE);
    tasks.underWay[3]?.end(null);
    await settle();
    expect(tasks.underWay).toHaveLength(MOST_AT_ONCE + 1);
    tasks.underWay[0]?.end(new Error('even so'));
    await settle();
    expect([tasks.underWay.length, tasks.due]).toEqual([MOST_AT_ONCE + 2, 0]);
  });

  it('is made up for when a ticket came while everybody was busy', async () => {
    await begunWith(MOST_AT_ONCE);
    tasks.due = 1;
    loop.wake();
    await settle();
    expect(tasks.underWay).toHaveLength(MOST_AT_ONCE);
    tasks.underWay[0]?.end(null);
    await settle();
    expect(tasks.underWay).toHaveLength(MOST_AT_ONCE + 1);
  });
});

describe('An errand', () => {
  it('that is to be tried again is looked for when it is due, and not a moment before', async () => {
    await begunWith(1);
    tasks.underWay[0]?.end(1000);
    await settle();
    const looks = tasks.looks;
    await pass(1000);
    expect(tasks.looks).toBe(looks);
    await pass(50);
    expect(tasks.looks).toBe(looks + 1);
  });

  it('that is done is not looked for again', async () => {
    await begunWith(1);
    tasks.underWay[0]?.end(null);
    await settle();
    const looks = tasks.looks;
    await pass(POLL_SECONDS * 500);
    expect(tasks.looks).toBe(looks);
  });

  it('that fails is told, and the next ticket is heard', async () => {
    await begunWith(1);
    tasks.underWay[0]?.end(new Error('the row is held'));
    await settle();
    expect(failures).toEqual([new Error('the row is held')]);
    tasks.due = 1;
    loop.wake();
    await settle();
    expect(tasks.underWay).toHaveLength(2);
  });

  it('that cannot be looked for is told, and found by the poll', async () => {
    tasks.lookFails = true;
    await begunWith(1);
    expect(failures).toEqual([new Error('the rows are away')]);
    tasks.lookFails = false;
    await pass(POLL_SECONDS * 1250);
    expect(tasks.underWay).toHaveLength(1);
  });
});

describe('The poll', () => {
  it('comes for ever, each time a quarter sooner or later at most', async () => {
    await begunWith(0);
    for (let polls = 0; polls < 20; polls += 1) {
      const looks = tasks.looks;
      await pass(POLL_SECONDS * 750 - 1);
      expect(tasks.looks).toBe(looks);
      while (tasks.looks === looks) await vi.advanceTimersToNextTimerAsync();
      expect(tasks.looks).toBe(looks + 1);
    }
    await pass(POLL_SECONDS * 1250 * 10);
    expect(tasks.looks).toBeGreaterThanOrEqual(31);
  });
});

describe('A loop that is told to stop', () => {
  it('takes nothing new, by ticket, poll or retry', async () => {
    await begunWith(2);
    tasks.underWay[0]?.end(1000);
    await settle();
    const looks = tasks.looks;
    const stopped = loop.stop();
    loop.wake();
    tasks.underWay[1]?.end(1000);
    await stopped;
    await pass(POLL_SECONDS * 5000);
    expect(tasks.looks).toBe(looks);
  });

  it('lets what is under way end, and tells it to let go when the grace time is over', async () => {
    await begunWith(1);
    const [held] = tasks.underWay;
    let isOver = false;
    const stopped = loop.stop().then(() => (isOver = true));
    await pass(GRACE_SECONDS * 1000 - 1);
    expect([isOver, held?.signals.stop.aborted, held?.signals.abort.aborted]).toEqual([false, true, false]);
    await pass(1);
    expect(held?.signals.abort.aborted).toBe(true);
    held?.end(null);
    await stopped;
  });

  it('is over at once when nothing is under way, and leaves no timer behind', async () => {
    await begunWith(0);
    await loop.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
