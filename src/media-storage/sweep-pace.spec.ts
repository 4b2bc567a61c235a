import { describe, expect, it } from 'vitest';
import { sweepPaceOf } from './sweep-pace.rules';

describe('The pace of the sweeper', () => {
  it('takes an orphan one pause before the hour, so that it is gone within the hour', () => {
    expect(sweepPaceOf({ orphanMinutes: 60, timeoutMs: 10_000 })).toEqual({
      pauseSeconds: 60,
      olderThanSeconds: 59 * 60,
    });
  });

  it('sweeps more often when orphans live for a minute only', () => {
    expect(sweepPaceOf({ orphanMinutes: 1, timeoutMs: 10_000 })).toEqual({
      pauseSeconds: 15,
      olderThanSeconds: 45,
    });
  });

  it('never takes what may still be under way, however short the setting', () => {
    const { olderThanSeconds } = sweepPaceOf({ orphanMinutes: 1, timeoutMs: 3_600_000 });
    expect(olderThanSeconds).toBe(7_200);
  });
});
