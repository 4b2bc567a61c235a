import type { TechnicalErrorKind } from '../domain/technical-error';

/**
 * What the HTTP library calls a failure, and what it is to us. A code that is not here is a broken
 * or refused connection; our own deadline is not here, because we keep it ourselves.
 */
export const HTTP_FAILURES = {
  UND_ERR_HEADERS_OVERFLOW: 'too_large',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
} as const satisfies Readonly<Record<string, TechnicalErrorKind>>;
