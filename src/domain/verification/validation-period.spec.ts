import { describe, expect, it } from 'vitest';
import { KYIV } from '../calendar-day';
import { dueThreshold } from './selection.rules';

function threshold(today: string, periodDays: number): string {
  return dueThreshold({ today, periodDays, timeZone: KYIV }).toISOString();
}

describe('the validation period', () => {
  it('S3: ends at midnight in Kyiv, in winter two hours and in summer three before midnight UTC', () => {
    expect(threshold('2026-02-10', 10)).toBe('2026-01-30T22:00:00.000Z');
    expect(threshold('2026-07-10', 10)).toBe('2026-06-29T21:00:00.000Z');
  });

  it('S3: counts calendar days across both changes of the clocks', () => {
    expect(threshold('2026-03-30', 1)).toBe('2026-03-28T22:00:00.000Z');
    expect(threshold('2026-03-31', 1)).toBe('2026-03-29T21:00:00.000Z');
    expect(threshold('2025-10-27', 1)).toBe('2025-10-25T21:00:00.000Z');
    expect(threshold('2025-10-28', 1)).toBe('2025-10-26T22:00:00.000Z');
  });

  it('S3: the 270 days of the published period reach back over a change of the clocks and a new year', () => {
    expect(threshold('2026-03-01', 270)).toBe('2025-06-03T21:00:00.000Z');
  });

  it('S3: counts 29 February', () => {
    expect(threshold('2024-03-01', 1)).toBe('2024-02-28T22:00:00.000Z');
    expect(threshold('2025-03-01', 1)).toBe('2025-02-27T22:00:00.000Z');
  });
});
