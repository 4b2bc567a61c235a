import type { ProgramWishes } from './scene';

const HOUR_MS = 3_600_000;

/** A program whose clock is an hour ahead, or behind; SIGUSR2 makes it the other. */
export function wrongClock(hours: 1 | -1): ProgramWishes {
  return {
    preload: 'test/drills/shift-date.cjs',
    settings: { DRILL_CLOCK_SHIFT_MS: String(hours * HOUR_MS) },
  };
}
