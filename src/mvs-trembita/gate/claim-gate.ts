import type { RegisterMethod } from '../register-gate';

/** What the claim loop asks the gate before it takes persons, and tells it about this worker's coming and going. */
export interface ClaimGate {
  /**
   * How many persons may be claimed for the method now: 0 while the gate is shut or the database is away, 1 for the
   * worker that won the probe, otherwise Infinity. Never rejects.
   */
  admits(method: RegisterMethod): Promise<number>;
  /** This worker's present share of concurrent calls; 0 when there are more workers than places. */
  capacity(): number;
  /** When the register last answered anything to anybody, by the database's clock; null when it never did. */
  lastAnswerAt(): Promise<Date | null>;
  /** Takes this worker's share and keeps it alive. A database that is away is tried again every second. */
  join(): Promise<void>;
  /** Stops whoever still waits and gives the share up. To be called after the last call has ended. */
  leave(): Promise<void>;
}

/** Ask for it with `@Inject(CLAIM_GATE) gate: ClaimGate`. */
export const CLAIM_GATE = Symbol('CLAIM_GATE');
