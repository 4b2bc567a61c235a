import type { Settings } from '../../config/env';
import type { RegisterMethod } from '../register-gate';

/** The settings the gate lives by. */
export type GateSettings = Pick<
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

/** How many workers live, and how many of them came before the one that asks. */
export interface LiveWorkers {
  readonly workers: number;
  readonly earlier: number;
}

/** Calls that ended, and how many of them ended as a failure of the register. */
export interface CallCounts {
  readonly calls: number;
  readonly failures: number;
}

/** One method's breaker as the database has it. */
export interface BreakerRow {
  /** One more with every change of state; counts and verdicts of an older period are void. */
  readonly period: number;
  /** How long the gate stays shut: null when it is open to all, 0 or less when a probe is due. */
  readonly openForMs: number | null;
  /** Calls of all workers in this period within the last 30 s. */
  readonly window: CallCounts;
  /** Whether the statement that gave this row changed it. */
  readonly changed: boolean;
}

/** A worker's claim to a breaker of a known period. */
export interface ProbeOf {
  readonly method: RegisterMethod;
  readonly worker: string;
  readonly period: number;
}

/** Where the installation's gate is kept. Every method is one statement and a transaction of its own. */
export interface GateStore {
  /** Makes the rows that are not there yet. */
  layOut(places: number): Promise<void>;
  /** Renews the worker's lease and forgets workers whose lease has passed. */
  beat(worker: string, leaseMs: number): Promise<LiveWorkers>;
  /** Holds as many of the first `ceiling` places as wanted and free, lets go of the rest; gives the number held. */
  holdPlaces(want: { worker: string; leaseMs: number; wanted: number; ceiling: number }): Promise<number>;
  /** Gives back everything the worker has. */
  leave(worker: string): Promise<void>;
  /** Reserves time on the register's line, beginning `leadMs` from now or when the line is free. */
  reserveTime(want: { leadMs: number; lengthMs: number }): Promise<{ firstAtMs: number; nowMs: number }>;
  readBreaker(method: RegisterMethod): Promise<BreakerRow>;
  /** Adds what ended since the last time. */
  countCalls(
    ended: CallCounts & { method: RegisterMethod; period: number; answered: boolean },
  ): Promise<BreakerRow>;
  openBreaker(want: { method: RegisterMethod; period: number; openMs: number }): Promise<BreakerRow>;
  /** Wins the probe, or prolongs the one this worker has, when one is due. */
  takeProbe(want: { method: RegisterMethod; worker: string; leaseMs: number }): Promise<BreakerRow>;
  /** The probe was answered: everybody may call again. */
  closeBreaker(probe: ProbeOf): Promise<BreakerRow>;
  /** The probe failed: shut for twice as long as before, `longestMs` at most. */
  reopenBreaker(probe: ProbeOf, longestMs: number): Promise<BreakerRow>;
  /** The probe was not sent: somebody else may try. */
  releaseProbe(probe: ProbeOf): Promise<BreakerRow>;
  lastAnswerAt(): Promise<Date | null>;
}
