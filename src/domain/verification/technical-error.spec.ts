import { assert, double, integer, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CANNOT_BE_CHECKED_AFTER_ATTEMPTS, retryWaitSeconds } from './technical-error';

const FIVE_MINUTES_TO_SIX_HOURS = { firstSeconds: 300, capSeconds: 21_600 };

describe('the wait after a technical error', () => {
  it.each([
    { attempts: 1, longest: 300 },
    { attempts: 2, longest: 600 },
    { attempts: 5, longest: 4_800 },
    { attempts: 7, longest: 19_200 },
    { attempts: 8, longest: 21_600 },
    { attempts: 9, longest: 21_600 },
  ])('S9: after $attempts errors it is at most $longest seconds', ({ attempts, longest }) => {
    expect(retryWaitSeconds({ attempts, ...FIVE_MINUTES_TO_SIX_HOURS, random: 1 })).toBe(longest);
    expect(retryWaitSeconds({ attempts, ...FIVE_MINUTES_TO_SIX_HOURS, random: 0.25 })).toBe(longest / 4);
    expect(retryWaitSeconds({ attempts, ...FIVE_MINUTES_TO_SIX_HOURS, random: 0 })).toBe(0);
  });

  it('S9: from the tenth error on it is the cap, without chance', () => {
    for (const attempts of [CANNOT_BE_CHECKED_AFTER_ATTEMPTS, 11, 5_000]) {
      expect(retryWaitSeconds({ attempts, ...FIVE_MINUTES_TO_SIX_HOURS, random: 0 })).toBe(21_600);
    }
    expect(CANNOT_BE_CHECKED_AFTER_ATTEMPTS).toBe(10);
  });

  it('S9: never leaves the range from nothing to the cap', () => {
    const chance = double({ min: 0, max: 1, noNaN: true });
    assert(
      property(
        integer({ min: 1, max: 100_000 }),
        chance,
        integer({ min: 1, max: 90_000 }),
        (attempts, random, cap) => {
          const wait = retryWaitSeconds({ attempts, random, firstSeconds: 300, capSeconds: cap });
          expect(wait).toBeGreaterThanOrEqual(0);
          expect(wait).toBeLessThanOrEqual(cap);
        },
      ),
    );
  });
});
