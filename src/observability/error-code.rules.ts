/** Codes of TLS, name resolution and the operating system that tell an operator what to look at. */
const KNOWN_CODES: ReadonlySet<string> = new Set([
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENODATA',
  'ESERVFAIL',
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRINUSE',
  'EADDRNOTAVAIL',
  'EACCES',
  'EPERM',
  'ENOENT',
  'EEXIST',
  'EISDIR',
  'ENOTDIR',
  'EMFILE',
  'ENFILE',
  'ENOSPC',
  'EROFS',
]);

/** Node's own codes and those of its HTTP client are constants of their source code. */
const NODE_CODE = /^(?:ERR|UND_ERR)_[A-Z][A-Z0-9_]{0,60}$/;

/** Five symbols, of which the first two are a class of the SQL standard's or PostgreSQL's appendix. */
const SQL_STATE = /^(?:0[0-9A-Z]|2[0-8BDF]|3[489BDF]|4[0124]|5[34578]|F0|HV|P0|XX)[0-9A-Z]{3}$/;

const CONSTRAINT = /^[a-z][a-z0-9_]{0,62}$/;

/** A code any error may show. */
export function knownCode(code: unknown): string | undefined {
  if (typeof code !== 'string') return undefined;
  return KNOWN_CODES.has(code) || NODE_CODE.test(code) ? code : undefined;
}

/** A code only an error of the database may show: elsewhere five symbols could be anything. */
export function sqlState(code: unknown): string | undefined {
  return typeof code === 'string' && SQL_STATE.test(code) ? code : undefined;
}

/** The name of a constraint, as our migrations spell names. */
export function constraintName(name: unknown): string | undefined {
  return typeof name === 'string' && CONSTRAINT.test(name) ? name : undefined;
}
