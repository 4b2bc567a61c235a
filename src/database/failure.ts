/**
 * SQLSTATE classes of faults that pass by themselves: connections, transactions that ended each other or were ended,
 * resources, locks, an operator or a replica at work, disks. All others come back with every try: wrong data, a broken
 * rule, what a trigger refuses, a row too large, a damaged page.
 */
const PASSING_CLASSES: ReadonlySet<string> = new Set(['08', '25', '40', '53', '55', '57', '58']);

/**
 * Whether trying the same again is hopeless. Whoever takes a fault that passes for one that stays only asks once more;
 * whoever takes one that stays for one that passes tries for ever, and keeps everybody waiting who comes after. An error
 * without any code is a bug of ours and stays, unless the connection is gone; a code of a socket passes.
 */
export function isPermanent(error: unknown): boolean {
  const code = codeOf(error);
  if (typeof code !== 'string') return !isOfConnection(error);
  return isSqlState(error, code) && !PASSING_CLASSES.has(code.slice(0, 2));
}

/** Sockets have short codes too, such as EPIPE, and name the call of the system that failed. */
function isSqlState(error: unknown, code: string): boolean {
  const isOfSystem = typeof error === 'object' && error !== null && 'syscall' in error;
  return /^[0-9A-Z]{5}$/.test(code) && !isOfSystem;
}

/** Whether a row could not be locked in time: lock_not_available. */
export function isHeldByOthers(error: unknown): boolean {
  return codeOf(error) === '55P03';
}

/** pg reports a connection that went away in the middle with plain errors that carry no code. */
function isOfConnection(error: unknown): boolean {
  return error instanceof Error && /connection|timeout|terminated|not queryable|closed/i.test(error.message);
}

/** SQLSTATE of an error of the database, if it is one. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** connection_failure, as the SQL standard numbers it. */
const CONNECTION_FAILURE = '08006';

/** The error as it is, or with the code that a connection lost, or not to be had, should have come with. */
export function withCode(error: unknown): unknown {
  if (!(error instanceof Error) || codeOf(error) !== undefined || !isOfConnection(error)) return error;
  return Object.assign(error, { code: CONNECTION_FAILURE });
}
