import type { Settings } from '../../config/settings.schema';
import type { TechnicalErrorKind } from '../../domain/verification/technical-error';

/** The settings of the limiter. */
export type LimiterSettings = Pick<
  Settings,
  | 'TREMBITA_CONCURRENCY'
  | 'TREMBITA_CONCURRENCY_PER_WORKER'
  | 'TREMBITA_RATE_PER_SECOND'
  | 'TREMBITA_BREAKER_SHARE'
  | 'TREMBITA_BREAKER_MIN_CALLS'
  | 'TREMBITA_BREAKER_OPEN_MS'
  | 'TREMBITA_TIMEOUT_MS'
  | 'VERIFICATION_LEASE_SECONDS'
  | 'JOB_POLL_SECONDS'
>;

/** How a permitted call ended: what the circuit breaker counts. `not_sent` is not counted. */
export type CallEnd = 'answered' | TechnicalErrorKind | 'not_sent';

/** Over how many seconds ended calls are counted. The circuit breaker decides by those of them that are of its period. */
export const COUNTED_SECONDS = 30;

/** Calls that ended, and how many of them ended as a failure of the register. */
export interface CallCounts {
  readonly calls: number;
  readonly failures: number;
}

/** Ends that count as a failure of the register. The list is closed. */
const FAILURES: ReadonlySet<CallEnd> = new Set<CallEnd>([
  'timeout',
  'connection',
  'http_error',
  'fault_server',
  'fault_configuration',
]);

/** Ends of a call that was never sent. */
const NOT_CALLED: ReadonlySet<CallEnd> = new Set<CallEnd>(['not_sent', 'circuit_open']);

/** Ends that show too much load. A busy server answers 429 or 503, which is an http_error. */
const OVERLOADS: ReadonlySet<CallEnd> = new Set<CallEnd>(['timeout', 'connection', 'http_error']);

/**
 * What a call's end says about the register: it answered (even if the answer was unreadable or unwelcome), it failed,
 * or nothing because it was never asked.
 */
export function verdictOf(end: CallEnd): 'answer' | 'failure' | 'nothing' {
  if (NOT_CALLED.has(end)) return 'nothing';
  return FAILURES.has(end) ? 'failure' : 'answer';
}

/** Whether fewer concurrent calls would have been better. */
export function isOverload(end: CallEnd): boolean {
  return OVERLOADS.has(end);
}

/** Whether there were enough calls, and enough failures among them, to open the circuit. */
export function isDead(counts: CallCounts, limits: { share: number; minCalls: number }): boolean {
  return counts.calls >= limits.minCalls && counts.failures >= limits.share * counts.calls;
}

/**
 * A worker's share of the permits. The shares of all live workers add up to the shared limit: the remainder goes to
 * the workers that joined first, and with more workers than permits the last ones get none.
 */
export function shareOf(of: { shared: number; perWorker: number; workers: number; earlier: number }): number {
  const one = of.earlier < of.shared % of.workers ? 1 : 0;
  return Math.min(of.perWorker, Math.floor(of.shared / of.workers) + one);
}

/**
 * How late a call may start after its sending time; a later call misses it. Two per cent of a second are allowed
 * above the rate: half of them for our own timers, a quarter for the way to the register.
 */
export const LATEST_START_MS = 10;
const WAY_MS = 5;
const WINDOW_MS = 1000;
const TOLERATED_SHARE = 0.02;

/**
 * The time between two calls. Calls start up to LATEST_START_MS late, so at exactly 1000 / rate a sliding second could
 * hold one call more than the rate. Where two per cent are less than one call, the interval is a little longer.
 */
export function sendingIntervalMs(perSecond: number): number {
  const tolerated = perSecond + Math.floor(perSecond * TOLERATED_SHARE);
  return Math.max(WINDOW_MS / perSecond, (WINDOW_MS + LATEST_START_MS + WAY_MS) / tolerated);
}

/** A worker reserves at most a tenth of a second ahead: no other worker can use a time that it does not use. */
export function mostReservedTimes(perSecond: number): number {
  return Math.max(1, Math.floor(perSecond / 10));
}

/** Additive increase, multiplicative decrease; the factor is from Netflix' concurrency-limits (AIMDLimit). */
const BACK_OFF = 0.9;

/**
 * How many concurrent calls the register can take, learned from how calls end: one more after an answer while at least
 * half is in use (an idle limit proves nothing), a tenth less after a sign of overload, never less than one.
 */
export class AdaptiveLimit {
  private ceiling = 0;
  private limit = 0;

  /** Whole concurrent calls. It starts at the ceiling, which is known by contract. */
  current(): number {
    return Math.floor(this.limit);
  }

  /** Sets the worker's share. A limit that was not cut follows it; a limit that was cut grows back call by call. */
  setCeiling(ceiling: number): void {
    const uncut = this.limit >= this.ceiling;
    this.ceiling = ceiling;
    this.limit = uncut ? ceiling : Math.min(this.limit, ceiling);
  }

  /** A call ended. `inUse` is the number of permits in use, its own included. */
  callEnded(end: CallEnd, inUse: number): void {
    if (isOverload(end)) {
      this.limit = Math.min(this.ceiling, Math.max(1, this.limit * BACK_OFF));
    } else if (verdictOf(end) === 'answer' && inUse * 2 >= this.limit) {
      this.limit = Math.min(this.ceiling, this.limit + 1);
    }
  }
}
