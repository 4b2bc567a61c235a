import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OutcomeBuffer } from './outcome-buffer';

class WriteFailed extends Error {
  constructor(readonly code: string) {
    super('failed');
  }
}

interface Written {
  readonly groups: number[][];
  readonly settled: number[];
  readonly failures: unknown[];
}

/** A buffer of numbers whose negative ones cannot be written; 0 is what is written instead. */
function bufferOf(write: (group: readonly number[]) => Promise<void> = () => Promise.resolve()) {
  const written: Written = { groups: [], settled: [], failures: [] };
  const buffer = new OutcomeBuffer<number>({
    write: async (group) => {
      if (group.some((n) => n < 0)) throw new WriteFailed('23514');
      await write(group);
      written.groups.push([...group]);
    },
    instead: (n) => (n < 0 ? 0 : undefined),
    settled: (group) => written.settled.push(...group),
    failed: (error) => written.failures.push(error),
    abort: new AbortController().signal,
  });
  return { buffer, written };
}

describe('The buffer of outcomes', () => {
  it('writes what is pushed together as one group, in order', async () => {
    const { buffer, written } = bufferOf();
    for (const n of [1, 2, 3]) buffer.push(n);
    await buffer.drain();
    expect(written.groups).toEqual([[1, 2, 3]]);
    expect(written.settled).toEqual([1, 2, 3]);
  });

  it('gathers the next group while one is being written, and never writes two at once', async () => {
    let release: () => void = () => undefined;
    let underWay = 0;
    const { buffer, written } = bufferOf(async () => {
      underWay += 1;
      expect(underWay).toBe(1);
      await new Promise<void>((resolve) => (release = resolve));
      underWay -= 1;
    });
    for (let n = 1; n <= 500; n += 1) buffer.push(n);
    for (let n = 501; n <= 750; n += 1) buffer.push(n);
    const drained = buffer.drain();
    await Promise.resolve();
    release();
    await new Promise((resolve) => setImmediate(resolve));
    release();
    await drained;
    expect(written.groups.map((group) => group.length)).toEqual([500, 250]);
  });

  it('isolates an outcome that cannot be written: the others of its group are written, once each', async () => {
    const { buffer, written } = bufferOf();
    for (const n of [1, 2, -3, 4, 5]) buffer.push(n);
    await buffer.drain();
    expect(written.groups.flat().sort()).toEqual([0, 1, 2, 4, 5]);
    expect(written.settled).toHaveLength(5);
  });

  it('goes around one whose row another transaction holds: the others do not wait for him', async () => {
    let held = true;
    const { buffer, written } = bufferOf((group) => {
      if (!group.includes(2) || !held) return Promise.resolve();
      held = group.length > 1;
      return Promise.reject(new WriteFailed('55P03'));
    });
    for (const n of [1, 2, 3, 4]) buffer.push(n);
    await buffer.drain();
    expect(written.groups.at(-1)).toEqual([2]);
    expect(written.settled.sort()).toEqual([1, 2, 3, 4]);
  });

  it('does not let one whose row stays held into a group of others again', async () => {
    let isHeld = true;
    const { buffer, written } = bufferOf((group) =>
      group.includes(2) && isHeld ? Promise.reject(new WriteFailed('55P03')) : Promise.resolve(),
    );
    buffer.push(1);
    buffer.push(2);
    await vi.waitFor(() => expect(written.settled).toEqual([1]));
    for (const n of [3, 4, 5]) buffer.push(n);
    await vi.waitFor(() => expect(written.groups.at(-1)).toEqual([3, 4, 5]));
    isHeld = false;
    await buffer.drain();
    expect(written.groups.at(-1)).toEqual([2]);
    expect(written.settled).toEqual([1, 3, 4, 5, 2]);
  });

  it('tries the same group again when the database was away', async () => {
    let tries = 0;
    const { buffer, written } = bufferOf(() => {
      tries += 1;
      return tries < 2 ? Promise.reject(new WriteFailed('57P01')) : Promise.resolve();
    });
    buffer.push(1);
    await buffer.drain();
    expect(written.groups).toEqual([[1]]);
    expect(written.failures).toHaveLength(1);
  });
});

describe('While a group is being written', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A buffer whose first group has come of age and is written until `release` is called, like each one after it. */
  async function writing() {
    let end: () => void = () => undefined;
    const { buffer, written } = bufferOf(() => new Promise<void>((resolve) => (end = resolve)));
    buffer.push(1);
    await vi.advanceTimersByTimeAsync(100);
    const release = async (): Promise<void> => {
      end();
      await vi.advanceTimersByTimeAsync(0);
    };
    return { buffer, written, release };
  }

  it('what comes waits for its own time, and is not written in a group of a few', async () => {
    const { buffer, written, release } = await writing();
    buffer.push(2);
    await vi.advanceTimersByTimeAsync(10);
    await release();
    await vi.advanceTimersByTimeAsync(80);
    buffer.push(3);
    expect(written.groups).toEqual([[1]]);
    await vi.advanceTimersByTimeAsync(10);
    await release();
    expect(written.groups).toEqual([[1], [2, 3]]);
  });

  it('what comes of age is written right after it, with all that came since', async () => {
    const { buffer, written, release } = await writing();
    buffer.push(2);
    await vi.advanceTimersByTimeAsync(150);
    buffer.push(3);
    await release();
    await release();
    expect(written.groups).toEqual([[1], [2, 3]]);
  });
});
