import type { StoreTrouble } from './media-store';

/** What the codes of S3 and of the connection mean to an operator. A code that is not here is told as `failed`. */
export const S3_TROUBLES: Readonly<Record<string, StoreTrouble>> = {
  PreconditionFailed: 'key_taken',
  ConditionalRequestConflict: 'key_taken',
  NoSuchBucket: 'no_bucket',
  AccessDenied: 'access_denied',
  InvalidAccessKeyId: 'access_denied',
  SignatureDoesNotMatch: 'access_denied',
  RequestTimeTooSkewed: 'access_denied',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EPIPE: 'unreachable',
  ETIMEDOUT: 'unreachable',
};
