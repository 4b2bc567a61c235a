import type { RefusalCode } from '../domain/refusal';

/** The HTTP side of a refusal; its sentence belongs to the domain. */
export interface RefusalAnswer {
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 422 | 429 | 502 | 503;
  readonly type: string;
}

/** Every refusal of the rule book has its place here, or this does not compile. */
export const REFUSAL_ANSWERS = {
  person_not_found: { status: 404, type: 'not_found' },
  verification_not_found: { status: 404, type: 'not_found' },
  check_not_found: { status: 404, type: 'not_found' },
  unzr_info_not_found: { status: 404, type: 'not_found' },
  person_not_active: { status: 409, type: 'request_conflict' },
  manual_verification_refused: { status: 409, type: 'request_conflict' },
  status_change_refused: { status: 409, type: 'request_conflict' },
  comment_required: { status: 409, type: 'request_conflict' },
  changed_meanwhile: { status: 409, type: 'request_conflict' },
  job_not_found: { status: 404, type: 'not_found' },
  job_already_running: { status: 409, type: 'request_conflict' },
  job_paused: { status: 409, type: 'request_conflict' },
  signed_content_invalid: { status: 422, type: 'request_malformed' },
  signed_content_too_large: { status: 413, type: 'request_too_large' },
  signature_container_malformed: { status: 400, type: 'request_malformed' },
  signature_content_detached: { status: 400, type: 'request_malformed' },
  signature_missing: { status: 400, type: 'request_malformed' },
  signature_not_single: { status: 400, type: 'request_malformed' },
  signature_is_seal: { status: 400, type: 'request_malformed' },
  signature_algorithm_unknown: { status: 400, type: 'request_malformed' },
  signature_wrong: { status: 400, type: 'request_malformed' },
  signature_time_missing: { status: 400, type: 'request_malformed' },
  time_stamp_wrong: { status: 400, type: 'request_malformed' },
  time_stamp_not_trusted: { status: 400, type: 'request_malformed' },
  certificate_missing: { status: 400, type: 'request_malformed' },
  certificate_not_trusted: { status: 400, type: 'request_malformed' },
  certificate_not_valid_then: { status: 400, type: 'request_malformed' },
  certificate_usage_refused: { status: 400, type: 'request_malformed' },
  certificate_purpose_refused: { status: 400, type: 'request_malformed' },
  certificate_of_authority: { status: 400, type: 'request_malformed' },
  certificate_not_qualified: { status: 400, type: 'request_malformed' },
  certificate_without_drfo: { status: 400, type: 'request_malformed' },
  certificate_numbers_differ: { status: 400, type: 'request_malformed' },
  certificate_revoked: { status: 400, type: 'request_malformed' },
  certificate_status_unknown: { status: 503, type: 'service_unavailable' },
  signature_expired: { status: 401, type: 'access_denied' },
  signature_checks_busy: { status: 503, type: 'service_unavailable' },
  signature_budget_spent: { status: 429, type: 'too_many_requests' },
  applicant_user_not_found: { status: 404, type: 'not_found' },
  applicant_user_blocked: { status: 401, type: 'access_denied' },
  applicant_person_not_found: { status: 404, type: 'not_found' },
  applicant_too_young: { status: 401, type: 'access_denied' },
  confidant_is_not_signer: { status: 422, type: 'request_malformed' },
  confidant_is_patient: { status: 422, type: 'request_malformed' },
  consent_missing: { status: 422, type: 'request_malformed' },
  session_refused: { status: 401, type: 'access_denied' },
  person_not_unique: { status: 401, type: 'access_denied' },
  legal_capacity_proved: { status: 422, type: 'request_malformed' },
  confidant_without_method: { status: 422, type: 'request_malformed' },
  confidant_not_verified: { status: 409, type: 'request_conflict' },
  third_person_limit_exceeded: { status: 422, type: 'request_malformed' },
  confidant_has_confidant: { status: 422, type: 'request_malformed' },
  relationship_not_found: { status: 404, type: 'not_found' },
  relationship_exists: { status: 422, type: 'request_malformed' },
  user_blocked: { status: 401, type: 'access_denied' },
  signed_content_not_saved: { status: 502, type: 'bad_gateway' },
  registration_contended: { status: 503, type: 'service_unavailable' },
  access_token_invalid: { status: 401, type: 'access_denied' },
  scope_missing: { status: 403, type: 'forbidden' },
  legal_entity_not_active: { status: 409, type: 'request_conflict' },
  entity_type_refused: { status: 403, type: 'forbidden' },
  too_many_requests: { status: 429, type: 'too_many_requests' },
  operation_unreadable: { status: 400, type: 'request_malformed' },
  operation_unknown: { status: 400, type: 'request_malformed' },
  operation_not_named: { status: 400, type: 'request_malformed' },
  operation_too_deep: { status: 400, type: 'request_malformed' },
  operation_too_costly: { status: 400, type: 'request_malformed' },
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
