import { describe, expect, it } from 'vitest';
import type { TestEnvironment, MeasuredCosts } from './installation';
import { simulateSweep } from './simulate-sweep';

/** About what a machine of today measures: 0.2 ms of a worker, 0.1 ms of the database, 0.1 ms of the sandbox. */
const COSTS: MeasuredCosts = {
  worker: { perGroupMs: 1, perPersonMs: 0.2 },
  database: { perGroupMs: 2, perPersonMs: 0.1 },
  registerPerCallMs: 0.1,
  commitMs: 2,
};

const NATION: TestEnvironment = {
  workers: 1,
  callsPerWorker: 20,
  latencyMs: 50,
  answersPerSecond: Infinity,
  databaseCores: 2,
  onOneMachine: false,
};

const rate = (changed: Partial<TestEnvironment>, costs: Partial<MeasuredCosts> = {}): number =>
  simulateSweep({ ...COSTS, ...costs }, { ...NATION, ...changed }).personsPerSecond;

describe('a simulated sweep', () => {
  it('is limited by its calls at once: twenty of them at 50 ms are a little less than 400 a second', () => {
    expect(rate({})).toBeGreaterThan(370);
    expect(rate({})).toBeLessThanOrEqual(400);
  });

  it('doubles with a second worker while nothing else is scarce', () => {
    expect(rate({ workers: 2 }) / rate({})).toBeGreaterThan(1.95);
    expect(rate({ workers: 4 }) / rate({})).toBeGreaterThan(3.8);
  });

  it('never outruns the register, however many workers there are', () => {
    for (const workers of [1, 2, 8]) {
      const perSecond = rate({ workers, answersPerSecond: 50 });
      expect(perSecond).toBeGreaterThan(45);
      expect(perSecond).toBeLessThanOrEqual(51);
    }
  });

  it('is limited by the one core a worker can use', () => {
    const perSecond = rate({ callsPerWorker: 500, latencyMs: 0, databaseCores: 16 });
    expect(perSecond).toBeGreaterThan(4_000);
    expect(perSecond).toBeLessThanOrEqual(5_000);
  });

  it('is limited by the cores of the database when the workers are many', () => {
    const { personsPerSecond, databaseUse } = simulateSweep(COSTS, {
      ...NATION,
      workers: 8,
      callsPerWorker: 500,
      databaseCores: 1,
    });
    expect(databaseUse).toBeGreaterThan(0.98);
    expect(personsPerSecond).toBeLessThanOrEqual(10_000);
  });

  it('gains nothing from a second worker when all share two cores that are busy', () => {
    const full = { callsPerWorker: 500, latencyMs: 0, onOneMachine: true };
    const [one, two] = [rate({ ...full }), rate({ ...full, workers: 2 })];
    // Worker, database and register come to 0.4 ms a person; two cores give 2 ms each millisecond.
    expect(two).toBeLessThanOrEqual(5_000);
    expect(two / one).toBeLessThan(1.4);
  });

  it('takes longer when a commit waits longer, and only as far as claims and writes wait for each other', () => {
    const full = { callsPerWorker: 500, latencyMs: 0, databaseCores: 16 };
    expect(rate(full, { commitMs: 200 })).toBeLessThan(rate(full));
  });

  it('gives the same answer twice', () => {
    expect(rate({ workers: 3 })).toBe(rate({ workers: 3 }));
  });
});
