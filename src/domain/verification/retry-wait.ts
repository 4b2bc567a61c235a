/**
 * After so many technical errors in a row a person only ever waits the cap, and the list for officials shows him
 * as one who cannot be checked. Ten doublings of five minutes are far beyond the cap of six hours: what still
 * fails then is not a passing trouble of the register.
 */
export const CANNOT_BE_CHECKED_AFTER_ATTEMPTS = 10;

export interface RetryFacts {
  /** Technical errors so far, the present one included: 1 for the first. */
  readonly attempts: number;
  readonly firstSeconds: number;
  readonly capSeconds: number;
  /** A number from 0 up to 1 by chance: full jitter, so that those who failed together do not return together. */
  readonly random: number;
}

/** How long a person waits after a technical error before the timetable may take him again. */
export function retryWaitSeconds({ attempts, firstSeconds, capSeconds, random }: RetryFacts): number {
  if (attempts >= CANNOT_BE_CHECKED_AFTER_ATTEMPTS) return capSeconds;
  const doublings = Math.max(attempts, 1) - 1;
  return random * Math.min(capSeconds, firstSeconds * 2 ** doublings);
}
