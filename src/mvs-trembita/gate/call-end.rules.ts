import type { CallEnd } from '../register-gate';

/** Ends that speak against the register's health; the closed list of the breaker. */
const FAILURES: ReadonlySet<CallEnd> = new Set<CallEnd>([
  'timeout',
  'connection',
  'http_error',
  'fault_server',
  'fault_configuration',
]);

/** Ends of a call that never left. */
const NOT_CALLED: ReadonlySet<CallEnd> = new Set<CallEnd>(['not_sent', 'circuit_open']);

/** Ends that say we lean on the register too hard. A busy door answers 429 or 503, which is an http_error. */
const OVERLOADS: ReadonlySet<CallEnd> = new Set<CallEnd>(['timeout', 'connection', 'http_error']);

/**
 * What a call's end says of the register: it answered (be it an unreadable or an unwelcome thing), it failed, or
 * nothing because it was never asked.
 */
export function verdictOf(end: CallEnd): 'answer' | 'failure' | 'nothing' {
  if (NOT_CALLED.has(end)) return 'nothing';
  return FAILURES.has(end) ? 'failure' : 'answer';
}

/** Whether fewer calls at once would have been better. */
export function isOverload(end: CallEnd): boolean {
  return OVERLOADS.has(end);
}
