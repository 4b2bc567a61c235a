/**
 * Why a register gave no usable answer. None of these says anything about the person.
 */
export const TECHNICAL_ERROR_KINDS = [
  'timeout',
  'connection',
  'http_error',
  'fault_configuration',
  'fault_client',
  'fault_server',
  'foreign_answer',
  'unreadable_answer',
  'too_large',
  'register_error',
  'circuit_open',
] as const;

export type TechnicalErrorKind = (typeof TECHNICAL_ERROR_KINDS)[number];

/** A fault of this program with one person: they wait for a retry as after a technical error, and the others continue. */
export const NOT_PROCESSED = 'not_processed';

export const RETRY_KINDS = [...TECHNICAL_ERROR_KINDS, NOT_PROCESSED] as const;

export type RetryKind = (typeof RETRY_KINDS)[number];

/**
 * After so many technical errors in a row a person always waits the cap, and the list for officials shows them as one who
 * cannot be checked. Ten doublings of five minutes exceed the cap of six hours: such a failure is not transient.
 */
export const CANNOT_BE_CHECKED_AFTER_ATTEMPTS = 10;

export interface RetryFacts {
  /** Technical errors so far, including this one: 1 for the first. */
  readonly attempts: number;
  readonly firstSeconds: number;
  readonly capSeconds: number;
  /** Random, from 0 to 1: full jitter, so that persons who failed together are not retried together. */
  readonly random: number;
}

/** How long a person waits after a technical error until scheduled runs may claim them again. */
export function retryWaitSeconds({ attempts, firstSeconds, capSeconds, random }: RetryFacts): number {
  if (attempts >= CANNOT_BE_CHECKED_AFTER_ATTEMPTS) return capSeconds;
  const doublings = Math.max(attempts, 1) - 1;
  return random * Math.min(capSeconds, firstSeconds * 2 ** doublings);
}
