import { describe, expect, it } from 'vitest';
import { planLoading } from './loading-plan';

/** A million persons of 1,500 bytes in 40 s. */
const PROBED = { rows: 1_000_000, bytes: 1.5e9, seconds: 40 };

describe('a plan for loading', () => {
  it('takes everybody when disk and time allow it', () => {
    const plan = planLoading(PROBED, { wantedRows: 20_000_000, freeBytes: 60e9, budgetSeconds: 1_000 });
    expect(plan).toEqual({ kind: 'load', rows: 20_000_000, needBytes: 30e9 });
  });

  it('refuses with a sentence when one and a half times the need does not fit', () => {
    const plan = planLoading(PROBED, { wantedRows: 20_000_000, freeBytes: 44e9, budgetSeconds: 1_000 });
    expect(plan).toEqual({
      kind: 'refused',
      sentence:
        '20 M persons of 1500 bytes each need 30.0 GB, and half as much again beside them; free are 44.0 GB. ' +
        '--rows 19500000 would fit.',
    });
  });

  it('takes exactly what fits', () => {
    const limits = { wantedRows: 20_000_000, freeBytes: 45e9, budgetSeconds: 1_000 };
    expect(planLoading(PROBED, limits).kind).toBe('load');
  });

  it('loads what there is time for, and reports it', () => {
    const plan = planLoading(PROBED, { wantedRows: 20_000_000, freeBytes: 60e9, budgetSeconds: 460 });
    expect(plan).toMatchObject({ kind: 'load', rows: 10_000_000, needBytes: 15e9 });
    expect(plan.sentence).toContain('10 M are loaded instead');
  });

  it('never loads fewer than were probed', () => {
    const plan = planLoading(PROBED, { wantedRows: 20_000_000, freeBytes: 60e9, budgetSeconds: 10 });
    expect(plan).toMatchObject({ rows: 1_000_000 });
  });

  it('does not cut what is as small as the probe', () => {
    const probed = { rows: 200_000, bytes: 3e8, seconds: 60 };
    const plan = planLoading(probed, { wantedRows: 200_000, freeBytes: 60e9, budgetSeconds: 30 });
    expect(plan).toEqual({ kind: 'load', rows: 200_000, needBytes: 3e8 });
  });
});
