import { describe, expect, it } from 'vitest';
import { durationText, firstSweeps } from './first-sweep';

const COSTS = {
  worker: { perGroupMs: 1, perPersonMs: 0.3 },
  database: { perGroupMs: 2, perPersonMs: 0.1 },
  registerPerCallMs: 0.1,
  commitMs: 2,
};

describe('the first sweep of the country', () => {
  const sweeps = firstSweeps(COSTS, { latencyMs: 50, databaseCores: 2, seenPersonsPerSecond: 3_000 });
  const of = (answersPerSecond: number, workers: number) =>
    sweeps.find((sweep) => sweep.answersPerSecond === answersPerSecond && sweep.workers === workers);

  it('is printed for three registers and four numbers of workers', () => {
    expect(sweeps).toHaveLength(12);
  });

  it('lasts more than eight days at 50 answers a second, whatever the workers', () => {
    for (const workers of [1, 2, 4, 8]) {
      const sweep = of(50, workers);
      expect(sweep?.limit).toBe('register');
      expect(sweep?.hours).toBeGreaterThanOrEqual(200);
      expect(sweep?.hours).toBeLessThan(210);
    }
  });

  it('lasts twenty hours at 500 answers a second', () => {
    expect(of(500, 2)?.hours).toBeGreaterThanOrEqual(20);
    expect(of(500, 2)?.hours).toBeLessThan(21);
  });

  it('wants more than one worker for 5,000 answers a second', () => {
    expect(of(5_000, 1)?.limit).toBe('workers');
    expect(of(5_000, 4)?.hours ?? Infinity).toBeLessThan(of(5_000, 1)?.hours ?? 0);
  });

  it('marks what this machine has never been seen to do', () => {
    expect(of(500, 8)?.isWithinSeen).toBe(true);
    expect(of(5_000, 8)?.isWithinSeen).toBe(false);
  });

  it.each([
    [200, '8 days 8 h'],
    [48, '2 days'],
    [20, '20 h'],
    [2.4, '2 h 24 min'],
    [3, '3 h'],
  ])('%f hours read as %s', (hours, text) => {
    expect(durationText(hours)).toBe(text);
  });
});
