/**
 * SQLSTATE classes of transient errors: connections, cancelled transactions, resources, locks, operator intervention,
 * replicas, disks. All others return with every attempt: wrong data, a violated constraint, a row too large, a damaged
 * page.
 */
const TRANSIENT_CLASSES: ReadonlySet<string> = new Set(['08', '25', '40', '53', '55', '57', '58']);

/**
 * Whether a retry is hopeless. To take a transient error for a permanent one costs one more call to the register; to take
 * a permanent one for transient means to retry for ever and to block everybody behind it. An error without a code is a
 * bug of ours and permanent, unless the connection is gone; a socket error is transient.
 */
export function isPermanent(error: unknown): boolean {
  const code = codeOf(error);
  if (typeof code !== 'string') return !isOfConnection(error);
  if (isStalePlan(error)) return false;
  return isSqlState(error, code) && !TRANSIENT_CLASSES.has(code.slice(0, 2));
}

/** Socket errors have short codes too, such as EPIPE, and also name the failed system call. */
function isSqlState(error: unknown, code: string): boolean {
  const isOfSystem = typeof error === 'object' && error !== null && 'syscall' in error;
  return /^[0-9A-Z]{5}$/.test(code) && !isOfSystem;
}

/** Of the prepared statement, not of the work: `invalid_sql_statement_name`. */
const STATEMENT_GONE = '26000';

/** `feature_not_supported` is also the code of a real fault, so the place in PostgreSQL that raises it is compared. */
const PLAN_CHANGED = { code: '0A000', routine: 'RevalidateCachedQuery' } as const;

/**
 * Whether a connection has a prepared statement that no longer fits: a table was altered ("cached plan must not change
 * result type"), or somebody removed the statement.
 */
export function isStalePlan(error: unknown): boolean {
  const code = codeOf(error);
  if (code === STATEMENT_GONE) return true;
  return code === PLAN_CHANGED.code && (error as { routine?: unknown }).routine === PLAN_CHANGED.routine;
}

/** read_only_sql_transaction. */
export const READ_ONLY = '25006';

/** Whether the session may only read: the server has become a standby, or was made read-only. */
export function isReadOnly(error: unknown): boolean {
  return codeOf(error) === READ_ONLY;
}

/** Whether a lock was not granted in time: lock_not_available. */
export function isLockTimeout(error: unknown): boolean {
  return codeOf(error) === '55P03';
}

/** pg reports a lost connection with plain errors without a code. */
function isOfConnection(error: unknown): boolean {
  return error instanceof Error && /connection|timeout|terminated|not queryable|closed/i.test(error.message);
}

/** SQLSTATE of a database error. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** connection_failure, as the SQL standard numbers it. */
const CONNECTION_FAILURE = '08006';

/** The error itself; when the connection was lost or not available, with that code. */
export function withCode(error: unknown): unknown {
  if (!(error instanceof Error) || codeOf(error) !== undefined || !isOfConnection(error)) return error;
  return Object.assign(error, { code: CONNECTION_FAILURE });
}
