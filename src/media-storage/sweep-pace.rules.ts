/** Often enough that an orphan of an hour is found within the minute. */
const LONGEST_PAUSE_SECONDS = 60;

/** With a short life of orphans, as in a trial, a sweep comes at least so many times in it. */
const SWEEPS_IN_A_LIFE = 4;

/** When sweeps come, and how old an upload must be for them. */
export interface SweepPace {
  readonly pauseSeconds: number;
  readonly olderThanSeconds: number;
}

/**
 * An orphan must be gone when it is as old as the setting says, so it is taken one pause earlier. Never before an upload
 * that is still being sent could be done, though: what is removed before it arrives is not removed.
 */
export function sweepPaceOf(settings: { orphanMinutes: number; timeoutMs: number }): SweepPace {
  const lifeSeconds = settings.orphanMinutes * 60;
  const pauseSeconds = Math.min(LONGEST_PAUSE_SECONDS, lifeSeconds / SWEEPS_IN_A_LIFE);
  // Twice the deadline: once for the sending, once more for the registration after it.
  const longestUploadSeconds = (2 * settings.timeoutMs) / 1000;
  return { pauseSeconds, olderThanSeconds: Math.max(lifeSeconds - pauseSeconds, longestUploadSeconds) };
}
