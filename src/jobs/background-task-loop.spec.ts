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

/** Tasks that start when they are claimed and end when the test says so. */
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
async function startedWith(due: number): Promise<void> {
  tasks.due = due;
  loop.start();
  await settle();
}

describe('A loop that starts', () => {
  it('looks for tasks once by itself, and not before: the modules are not ready yet', async () => {
    loop.wake();
    await settle();
    expect(tasks.looks).toBe(0);
    await startedWith(0);
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
    await both.onWakeUp('unzr-info', { data: {} });
    await settle();
    expect([tasks.looks, others.looks]).toEqual([2, 1]);
    await both.beforeApplicationShutdown();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('One look for tasks', () => {
  it('finds every task that is due, and they are done side by side', async () => {
    await startedWith(3);
    expect([tasks.underWay.length, tasks.due]).toEqual([3, 0]);
  });

  it('starts ten tasks at once at most, and the next when one has ended', async () => {
    await startedWith(MOST_AT_ONCE + 2);
    expect(tasks.underWay).toHaveLength(MOST_AT_ONCE);
    tasks.underWay[3]?.end(null);
    await settle();
    expect(tasks.underWay).toHaveLength(MOST_AT_ONCE + 1);
    tasks.underWay[0]?.end(new Error('even so'));
    await settle();
    expect([tasks.underWay.length, tasks.due]).toEqual([MOST_AT_ONCE + 2, 0]);
  });

  it('is repeated when a wake-up arrived while ten tasks were under way', async () => {
    await startedWith(MOST_AT_ONCE);
    tasks.due = 1;
    loop.wake();
    await settle();
    expect(tasks.underWay).toHaveLength(MOST_AT_ONCE);
    tasks.underWay[0]?.end(null);
    await settle();
    expect(tasks.underWay).toHaveLength(MOST_AT_ONCE + 1);
  });
});

describe('A task', () => {
  it('that is to be tried again is looked for when it is due, and not before', async () => {
    await startedWith(1);
    tasks.underWay[0]?.end(1000);
    await settle();
    const looks = tasks.looks;
    await pass(1000);
    expect(tasks.looks).toBe(looks);
    await pass(50);
    expect(tasks.looks).toBe(looks + 1);
  });

  it('that is done is not looked for again', async () => {
    await startedWith(1);
    tasks.underWay[0]?.end(null);
    await settle();
    const looks = tasks.looks;
    await pass(POLL_SECONDS * 500);
    expect(tasks.looks).toBe(looks);
  });

  it('that fails is reported, and the loop reacts to the next wake-up', async () => {
    await startedWith(1);
    tasks.underWay[0]?.end(new Error('the row is held'));
    await settle();
    expect(failures).toEqual([new Error('the row is held')]);
    tasks.due = 1;
    loop.wake();
    await settle();
    expect(tasks.underWay).toHaveLength(2);
  });

  it('that could not be looked for is reported, and found by the poll', async () => {
    tasks.lookFails = true;
    await startedWith(1);
    expect(failures).toEqual([new Error('the rows are away')]);
    tasks.lookFails = false;
    await pass(POLL_SECONDS * 1250);
    expect(tasks.underWay).toHaveLength(1);
  });
});

describe('The poll', () => {
  it('goes on for ever, each interval a quarter shorter or longer at most', async () => {
    await startedWith(0);
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

describe('A loop that is stopped', () => {
  it('claims nothing new, by wake-up, poll or retry', async () => {
    await startedWith(2);
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

  it('lets tasks under way end, and aborts them when the grace time is over', async () => {
    await startedWith(1);
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

  it('stops at once when nothing is under way, and leaves no timer behind', async () => {
    await startedWith(0);
    await loop.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
