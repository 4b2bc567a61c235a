import type { RefusalCode } from '../domain/refusal';

/** The HTTP side of a refusal; its sentence belongs to the domain. */
export interface RefusalAnswer {
  readonly status: 400 | 401 | 403 | 404 | 409 | 422 | 429 | 502;
  readonly type: string;
}

/** Every refusal of the rule book has its place here, or this does not compile. */
export const REFUSAL_ANSWERS = {
  person_not_found: { status: 404, type: 'not_found' },
  verification_not_found: { status: 404, type: 'not_found' },
  person_not_active: { status: 409, type: 'request_conflict' },
  manual_verification_refused: { status: 422, type: 'request_malformed' },
  status_change_refused: { status: 422, type: 'request_malformed' },
  comment_required: { status: 422, type: 'request_malformed' },
  job_not_found: { status: 404, type: 'not_found' },
  job_already_running: { status: 409, type: 'request_conflict' },
  request_malformed: { status: 400, type: 'request_malformed' },
  validation_failed: { status: 422, type: 'validation_failed' },
} as const satisfies Record<RefusalCode, RefusalAnswer>;

/**
 * What is answered to errors that only have an HTTP status: the framework's and the body reader's. Their own
 * words quote the request, so each status has its sentence here. A status without a row is a 500.
 */
export const STATUS_ANSWERS: Readonly<Record<number, { type: string; message: string }>> = {
  400: {
    type: 'request_malformed',
    message: 'Malformed request. Probably, you have sent corrupted JSON.',
  },
  401: { type: 'access_denied', message: 'Invalid access token' },
  403: { type: 'forbidden', message: "You don't have permission to access this resource" },
  404: { type: 'not_found', message: 'not found' },
  413: { type: 'request_too_large', message: 'The request is too large' },
  415: { type: 'content_type_invalid', message: 'The content type must be application/json' },
  429: { type: 'too_many_requests', message: 'Too many requests' },
  500: { type: 'internal_error', message: 'Internal error' },
  503: { type: 'service_unavailable', message: 'The service is unavailable, try again later' },
};
