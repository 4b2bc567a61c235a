/**
 * Why a register gave no usable answer. None of these says anything about the person.
 * The last one is ours: the answer came and could not be saved for this person alone.
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

/** A fault of this program with one person: he waits for a retry like after a technical error, and the others go on. */
export const NOT_PROCESSED = 'not_processed';

export const RETRY_KINDS = [...TECHNICAL_ERROR_KINDS, NOT_PROCESSED] as const;

export type RetryKind = (typeof RETRY_KINDS)[number];

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
