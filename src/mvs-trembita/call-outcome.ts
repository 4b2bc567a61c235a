import type { TechnicalErrorKind } from '../domain/technical-error';

interface Sent {
  /** The evidence that the security server keeps is fetched by this id. */
  messageId: string;
  /** `performance.now()` just before the bytes went to the socket: orders answers by when they were asked for. */
  sentAtMs: number;
  durationMs: number;
}

/** How a question to the register ended. */
export type CallOutcome<A> =
  | ({ kind: 'answer'; answer: A } & Sent)
  | ({ kind: 'technical_error'; error: TechnicalErrorKind } & Sent)
  | { kind: 'not_asked'; why: 'gate_shut' | 'stopped' };
