import type { CallCounts } from './gate-store';

/**
 * A worker's part of the shared places. The parts of all live workers add up to the shared limit, so what does not
 * divide goes to those who came first, and with more workers than places the last ones get none.
 */
export function shareOf(of: { shared: number; perWorker: number; workers: number; earlier: number }): number {
  const one = of.earlier < of.shared % of.workers ? 1 : 0;
  return Math.min(of.perWorker, Math.floor(of.shared / of.workers) + one);
}

/** Whether enough calls, and enough of them in vain, were made to stop asking. */
export function isDead(counts: CallCounts, limits: { share: number; minCalls: number }): boolean {
  return counts.calls >= limits.minCalls && counts.failures >= limits.share * counts.calls;
}

/**
 * How late a call may start after its sending time; later ones let it lapse. Two per cent of a second are allowed
 * above the rate: half of them for our own timers, a quarter for the way to the register.
 */
export const LATEST_START_MS = 10;
const WAY_MS = 5;
const WINDOW_MS = 1000;
const TOLERATED_SHARE = 0.02;

/**
 * The time between two calls. Calls start up to LATEST_START_MS late, so at the bare 1000 / rate a sliding second
 * could hold one more than the rate; where two per cent are less than one call, the times stand a little wider.
 */
export function sendingIntervalMs(perSecond: number): number {
  const tolerated = perSecond + Math.floor(perSecond * TOLERATED_SHARE);
  return Math.max(WINDOW_MS / perSecond, (WINDOW_MS + LATEST_START_MS + WAY_MS) / tolerated);
}

/** A worker reserves at most a tenth of a second ahead: what it does not use is lost to all. */
export function mostReservedTimes(perSecond: number): number {
  return Math.max(1, Math.floor(perSecond / 10));
}
