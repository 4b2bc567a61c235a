import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OutcomeBuffer } from './outcome-buffer';

/** Far longer than a group waits, and than a busy machine is late. */
const PATIENCE = { timeout: 10_000 };

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

/** A buffer of numbers. Negative ones cannot be written; 0 is their substitute. */
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

describe('OutcomeBuffer', () => {
  it('writes outcomes pushed together as one group, in order', async () => {
    const { buffer, written } = bufferOf();
    for (const n of [1, 2, 3]) buffer.push(n);
    await buffer.drain();
    expect(written.groups).toEqual([[1, 2, 3]]);
    expect(written.settled).toEqual([1, 2, 3]);
  });

  it('collects the next group during a write, and never writes two at once', async () => {
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

  it('isolates an outcome that cannot be written, and writes the others of its group once each', async () => {
    const { buffer, written } = bufferOf();
    for (const n of [1, 2, -3, 4, 5]) buffer.push(n);
    await buffer.drain();
    expect(written.groups.flat().sort()).toEqual([0, 1, 2, 4, 5]);
    expect(written.settled).toHaveLength(5);
  });

  it('writes the others when another transaction locks the row of one', async () => {
    let locked = true;
    const { buffer, written } = bufferOf((group) => {
      if (!group.includes(2) || !locked) return Promise.resolve();
      locked = group.length > 1;
      return Promise.reject(new WriteFailed('55P03'));
    });
    for (const n of [1, 2, 3, 4]) buffer.push(n);
    await buffer.drain();
    expect(written.groups.at(-1)).toEqual([2]);
    expect(written.settled.sort()).toEqual([1, 2, 3, 4]);
  });

  it('never puts an outcome whose row stays locked into a group again', async () => {
    let isHeld = true;
    const { buffer, written } = bufferOf((group) =>
      group.includes(2) && isHeld ? Promise.reject(new WriteFailed('55P03')) : Promise.resolve(),
    );
    buffer.push(1);
    buffer.push(2);
    await vi.waitFor(() => expect(written.settled).toEqual([1]), PATIENCE);
    for (const n of [3, 4, 5]) buffer.push(n);
    await vi.waitFor(() => expect(written.groups.at(-1)).toEqual([3, 4, 5]), PATIENCE);
    isHeld = false;
    await buffer.drain();
    expect(written.groups.at(-1)).toEqual([2]);
    expect(written.settled).toEqual([1, 3, 4, 5, 2]);
  });

  it('tries the same group again after the database was away', async () => {
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

describe('During a write', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** A buffer whose first group is being written until `release` is called, as is each group after it. */
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

  it('new outcomes wait their own time, so that they do not become a small group', async () => {
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

  it('outcomes that become due are written right after it, with all later ones', async () => {
    const { buffer, written, release } = await writing();
    buffer.push(2);
    await vi.advanceTimersByTimeAsync(150);
    buffer.push(3);
    await release();
    await release();
    expect(written.groups).toEqual([[1], [2, 3]]);
  });
});
