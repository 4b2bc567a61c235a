import type { TechnicalErrorKind } from '../domain/technical-error';

/** The four questions the ministry's register answers, by their service codes. */
export type RegisterMethod = 'CheckPassportDMSStatus' | 'CheckPassportStatus' | 'checkunzr' | 'unzr';

/** How a permitted call ended: what the breaker counts. `not_sent` teaches it nothing. */
export type CallEnd = 'answered' | TechnicalErrorKind | 'not_sent';

/** The right to send one message. */
export interface Permit {
  /** Gives the place back and tells the breaker how the call ended. */
  done(end: CallEnd): void;
}

/** Whether a call waits its turn, or goes before all that do: one a person waits for is behind no sweep. */
export type Turn = 'in_order' | 'next';

/** Decides when a message may be sent; all workers of the installation share its limits. */
export interface RegisterGate {
  permit(method: RegisterMethod, signal: AbortSignal, turn?: Turn): Promise<Permit | 'gate_shut' | 'stopped'>;
}

/** Ask for it with `@Inject(REGISTER_GATE) gate: RegisterGate`. */
export const REGISTER_GATE = Symbol('REGISTER_GATE');
