import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Errands, TakenErrand } from './errand';
import { ErrandLoop } from './errand-loop';
import type { HelpSignals } from './job';

const POLL_SECONDS = 100;
const GRACE_SECONDS = 7;
const MOST_AT_ONCE = 10;

/** Work that begins when it is taken and ends when the test says so. */
class HeldErrands implements Errands {
  due = 0;
  looks = 0;
  lookFails = false;
  readonly underWay: { readonly signals: HelpSignals; readonly end: (end: number | null | Error) => void }[] =
    [];

  takeNext(): Promise<TakenErrand | undefined> {
    this.looks += 1;
    if (this.lookFails) return Promise.reject(new Error('the rows are away'));
    if (this.due === 0) return Promise.resolve(undefined);
    this.due -= 1;
    return Promise.resolve({ run: (signals: HelpSignals) => this.begin(signals) });
  }

  private begin(signals: HelpSignals): Promise<number | null> {
    return new Promise((resolve, reject) => {
      const end = (ended: number | null | Error) => (ended instanceof Error ? reject(ended) : resolve(ended));
      this.underWay.push({ signals, end });
    });
  }
}

let errands: HeldErrands;
let failures: unknown[];
let loop: ErrandLoop;

beforeEach(() => {
  vi.useFakeTimers();
  errands = new HeldErrands();
  failures = [];
  loop = new ErrandLoop({ pollSeconds: POLL_SECONDS, graceSeconds: GRACE_SECONDS }, (error) =>
    failures.push(error),
  );
  loop.does(errands);
});
afterEach(() => vi.useRealTimers());

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
const settle = () => pass(0);

/** The loop after its first look, with so much to do. */
async function begunWith(due: number): Promise<void> {
  errands.due = due;
  loop.onApplicationBootstrap();
  await settle();
}

describe('A loop of errands that begins', () => {
  it('looks once by itself, and not before: the rooms are not ready yet', async () => {
    loop.wake();
    await settle();
    expect(errands.looks).toBe(0);
    await begunWith(0);
    expect(errands.looks).toBe(1);
  });

  it('has somebody who does them, or the program does not start', () => {
    const idle = new ErrandLoop({ pollSeconds: POLL_SECONDS, graceSeconds: GRACE_SECONDS }, () => undefined);
    expect(() => idle.onApplicationBootstrap()).toThrow('Nobody does the errands.');
  });
});

describe('One look', () => {
  it('finds everything there is, and it is done side by side', async () => {
    await begunWith(3);
    expect([errands.underWay.length, errands.due]).toEqual([3, 0]);
  });

  it('begins no more than ten at once; the next begins when one has ended', async () => {
    await begunWith(MOST_AT_ONCE + 2);
    expect(errands.underWay).toHaveLength(MOST_AT_ONCE);
    errands.underWay[3]?.end(null);
    await settle();
    expect(errands.underWay).toHaveLength(MOST_AT_ONCE + 1);
    errands.underWay[0]?.end(new Error('even so'));
    await settle();
    expect([errands.underWay.length, errands.due]).toEqual([MOST_AT_ONCE + 2, 0]);
  });

  it('is made up for when a ticket came while everybody was busy', async () => {
    await begunWith(MOST_AT_ONCE);
    errands.due = 1;
    loop.wake();
    await settle();
    expect(errands.underWay).toHaveLength(MOST_AT_ONCE);
    errands.underWay[0]?.end(null);
    await settle();
    expect(errands.underWay).toHaveLength(MOST_AT_ONCE + 1);
  });
});

describe('An errand', () => {
  it('that is to be tried again is looked for when it is due, and not a moment before', async () => {
    await begunWith(1);
    errands.underWay[0]?.end(1000);
    await settle();
    const looks = errands.looks;
    await pass(1000);
    expect(errands.looks).toBe(looks);
    await pass(50);
    expect(errands.looks).toBe(looks + 1);
  });

  it('that is done is not looked for again', async () => {
    await begunWith(1);
    errands.underWay[0]?.end(null);
    await settle();
    const looks = errands.looks;
    await pass(POLL_SECONDS * 500);
    expect(errands.looks).toBe(looks);
  });

  it('that fails is told, and the next ticket is heard', async () => {
    await begunWith(1);
    errands.underWay[0]?.end(new Error('the row is held'));
    await settle();
    expect(failures).toEqual([new Error('the row is held')]);
    errands.due = 1;
    loop.wake();
    await settle();
    expect(errands.underWay).toHaveLength(2);
  });

  it('that cannot be looked for is told, and found by the poll', async () => {
    errands.lookFails = true;
    await begunWith(1);
    expect(failures).toEqual([new Error('the rows are away')]);
    errands.lookFails = false;
    await pass(POLL_SECONDS * 1250);
    expect(errands.underWay).toHaveLength(1);
  });
});

describe('The poll', () => {
  it('comes for ever, each time a quarter sooner or later at most', async () => {
    await begunWith(0);
    for (let polls = 0; polls < 20; polls += 1) {
      const looks = errands.looks;
      await pass(POLL_SECONDS * 750 - 1);
      expect(errands.looks).toBe(looks);
      while (errands.looks === looks) await vi.advanceTimersToNextTimerAsync();
      expect(errands.looks).toBe(looks + 1);
    }
    await pass(POLL_SECONDS * 1250 * 10);
    expect(errands.looks).toBeGreaterThanOrEqual(31);
  });
});

describe('A loop that is told to stop', () => {
  it('takes nothing new, by ticket, poll or retry', async () => {
    await begunWith(2);
    errands.underWay[0]?.end(1000);
    await settle();
    const looks = errands.looks;
    const stopped = loop.beforeApplicationShutdown();
    loop.wake();
    errands.underWay[1]?.end(1000);
    await stopped;
    await pass(POLL_SECONDS * 5000);
    expect(errands.looks).toBe(looks);
  });

  it('lets what is under way end, and tells it to let go when the grace time is over', async () => {
    await begunWith(1);
    const [held] = errands.underWay;
    let isOver = false;
    const stopped = loop.beforeApplicationShutdown().then(() => (isOver = true));
    await pass(GRACE_SECONDS * 1000 - 1);
    expect([isOver, held?.signals.stop.aborted, held?.signals.abort.aborted]).toEqual([false, true, false]);
    await pass(1);
    expect(held?.signals.abort.aborted).toBe(true);
    held?.end(null);
    await stopped;
  });

  it('is over at once when nothing is under way, and leaves no timer behind', async () => {
    await begunWith(0);
    await loop.beforeApplicationShutdown();
    expect(vi.getTimerCount()).toBe(0);
  });
});
