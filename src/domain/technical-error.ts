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
