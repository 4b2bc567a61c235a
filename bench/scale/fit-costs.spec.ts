import { describe, expect, it } from 'vitest';
import { fitCost } from './fit-costs';

describe('the cost of a group and of a person', () => {
  it('is distinguished by two loads', () => {
    // 2 ms a group and 0.1 ms a person.
    const light = { microsecondsPerPerson: 2_000 / 40 + 100, personsPerGroup: 40 };
    const full = { microsecondsPerPerson: 2_000 / 400 + 100, personsPerGroup: 400 };
    for (const cost of [fitCost(light, full), fitCost(full, light)]) {
      expect(cost.perGroupMs).toBeCloseTo(2);
      expect(cost.perPersonMs).toBeCloseTo(0.1);
    }
  });

  it('is the person’s alone where a small group was seen to be cheaper, which is noise', () => {
    const cost = fitCost(
      { microsecondsPerPerson: 90, personsPerGroup: 40 },
      { microsecondsPerPerson: 110, personsPerGroup: 400 },
    );
    expect(cost).toEqual({ perGroupMs: 0, perPersonMs: 0.1 });
  });

  it('is the person’s alone where both loads had groups of one size', () => {
    const seen = { microsecondsPerPerson: 100, personsPerGroup: 100 };
    expect(fitCost(seen, seen)).toEqual({ perGroupMs: 0, perPersonMs: 0.1 });
  });

  it('never predicts that a person costs nothing', () => {
    const cost = fitCost(
      { microsecondsPerPerson: 4_000, personsPerGroup: 40 },
      { microsecondsPerPerson: 100, personsPerGroup: 400 },
    );
    expect(cost.perPersonMs).toBeGreaterThan(0);
  });
});
