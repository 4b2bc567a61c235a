/** SQLSTATE classes of faults that come back with every try: wrong data, broken constraint, wrong statement. */
const PERMANENT_CLASSES: ReadonlySet<string> = new Set(['21', '22', '23', '42']);

/**
 * Whether trying the same again is hopeless. An error with another code, or of the connection, may pass; one without
 * any code is a bug of ours and does not.
 */
export function isPermanent(error: unknown): boolean {
  const code = codeOf(error);
  if (typeof code === 'string') return PERMANENT_CLASSES.has(code.slice(0, 2));
  return !isOfConnection(error);
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
