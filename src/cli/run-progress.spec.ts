import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { JobRun } from '../jobs';
import { RunProgress } from './run-progress';

const COUNTERS = ['verified', 'refuted', 'absent', 'incorrect'];

const RUN: JobRun = {
  id: 'run',
  job: 'job',
  tick: null,
  status: 'RUNNING',
  startedBy: 'official',
  tookSeconds: 0,
  startedAt: new Date(0),
  finishedAt: null,
  counts: {},
};

/** A run that is done with 20 persons a second. */
function progressOf(isTTY: boolean, due: number | null): { progress: RunProgress; lines: () => string[] } {
  const startedAtMs = performance.now();
  let text = '';
  const output = { isTTY, write: (chunk: string) => ((text += chunk), true), ...TERMINAL_CALLS };
  const find = () => {
    const verified = Math.round((performance.now() - startedAtMs) / 50);
    return Promise.resolve({ ...RUN, counts: { verified } });
  };
  const source = { label: 'Checking', runs: { find }, counters: COUNTERS, due: () => Promise.resolve(due) };

  const lines = () =>
    text
      .replaceAll(/\x1b\[\??[\d;]*[A-Za-z]/g, '\n')
      .split('\n')
      .filter(Boolean);
  return { progress: new RunProgress(source, output), lines };
}

/** What a bar calls on a terminal. */
const TERMINAL_CALLS = {
  columns: 80,
  cursorTo: () => true,
  moveCursor: () => true,
  clearLine: () => true,
};

describe('The progress of a run', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is a line every five seconds without a terminal, with the time that is left', async () => {
    const { progress, lines } = progressOf(false, 400);
    progress.start('run');
    await vi.advanceTimersByTimeAsync(10_000);
    await progress.stop();
    expect(lines().slice(0, 2)).toEqual([
      'Checking: 100 of 400 done, 15 s left',
      'Checking: 200 of 400 done, 10 s left',
    ]);
  });

  it('counts on when nobody knows how many are due', async () => {
    const { progress, lines } = progressOf(false, null);
    progress.start('run');
    await vi.advanceTimersByTimeAsync(5_000);
    await progress.stop();
    expect(lines()[0]).toBe('Checking: 100 done');
  });

  it('is a labelled bar on a terminal that shows the true remaining time in 80 columns', async () => {
    const { progress, lines } = progressOf(true, 400);
    progress.start('run');
    await vi.advanceTimersByTimeAsync(10_000);
    await progress.stop();
    expect(lines()).toContain('Checking ██████████░░░░░░░░░░ 50% 200/400, 10 s left');
    expect(Math.max(...lines().map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it('ends with its last look, whatever was under way before it', async () => {
    const [counts, looks]: [((due: number) => void)[], ((verified: number) => void)[]] = [[], []];
    const find = () =>
      new Promise<JobRun>((resolve) => looks.push((verified) => resolve({ ...RUN, counts: { verified } })));
    const due = () => new Promise<number>((resolve) => counts.push(resolve));
    let text = '';
    const output = { write: (chunk: string) => ((text += chunk), true) };
    const progress = new RunProgress({ label: 'Checking', runs: { find }, counters: COUNTERS, due }, output);
    progress.start('run');
    counts[0]?.(40);
    await vi.advanceTimersByTimeAsync(5_000);
    const stopped = progress.stop();
    looks[1]?.(40);
    await stopped;
    looks[0]?.(20);
    await vi.advanceTimersByTimeAsync(0);
    expect(text).toBe('Checking: 40 of 40 done\n');
  });

  it('leaves no timer when the run is over before it is known how many are due', async () => {
    let [count, look] = [(_due: number): void => undefined, (_run: JobRun): void => undefined];
    const find = () => new Promise<JobRun>((resolve) => (look = resolve));
    const due = () => new Promise<number>((resolve) => (count = resolve));
    const output = { write: () => true };
    const progress = new RunProgress({ label: 'Checking', runs: { find }, counters: COUNTERS, due }, output);
    progress.start('run');
    const stopped = progress.stop();
    count(400);
    await vi.advanceTimersByTimeAsync(0);
    look(RUN);
    await stopped;
    expect(vi.getTimerCount()).toBe(0);
  });
});
