import { describe, expect, it } from 'vitest';
import { TickMemory } from './job.scheduler';

const at = (now: string, schedule = '0 1 * * *') =>
  new TickMemory('Europe/Kyiv').latestTick(schedule, new Date(now)).toISOString();

describe('The latest tick of a schedule', () => {
  it('is read in Kyiv: one o’clock there is 23:00 UTC of the day before in winter and 22:00 in summer', () => {
    expect(at('2026-01-15T12:00:00Z')).toBe('2026-01-14T23:00:00.000Z');
    expect(at('2026-07-15T12:00:00Z')).toBe('2026-07-14T22:00:00.000Z');
  });

  it('has come at its very millisecond, and not one before', () => {
    expect(at('2026-01-14T23:00:00.000Z')).toBe('2026-01-14T23:00:00.000Z');
    expect(at('2026-01-14T22:59:59.999Z')).toBe('2026-01-13T23:00:00.000Z');
  });

  it('comes once a day, in the nights of the clock changes too', () => {
    const nights = ['2026-03-28', '2026-03-29', '2026-03-30', '2026-10-24', '2026-10-25', '2026-10-26'];
    const ticks = nights.flatMap((day) => [at(`${day}T06:00:00Z`), at(`${day}T12:00:00Z`)]);
    expect([...new Set(ticks)]).toEqual([
      '2026-03-27T23:00:00.000Z',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
      '2026-10-23T22:00:00.000Z',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ]);
  });

  it('comes twice at a time that the clock shows twice: an hour apart, and the second run finds nobody due', () => {
    expect(at('2026-10-25T00:45:00Z', '30 3 * * *')).toBe('2026-10-25T00:30:00.000Z');
    expect(at('2026-10-25T01:45:00Z', '30 3 * * *')).toBe('2026-10-25T01:30:00.000Z');
  });
});
