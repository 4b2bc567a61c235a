/**
 * All refusals with their published sentences. They contain no personal data; a word in braces is filled from a closed
 * list. `http` maps the codes to HTTP statuses.
 */
export const REFUSALS = {
  person_not_found: 'Person not found',
  verification_not_found: 'not found',
  check_not_found: 'not found',
  unzr_info_not_found: 'not found',
  person_not_active: 'Person is not active',
  manual_verification_refused: "Such person can't be transferred into manual verification process",
  status_change_refused: "Can't update verification status from {from} to {to}",
  comment_required: 'verification status comment is required',
  changed_meanwhile: 'It has been changed since you opened the page, open the page again',
  job_not_found: 'Job not found',
  job_already_running: 'Job is already running',
  job_paused: 'Job is paused',
  signed_content_invalid: 'Invalid signed content',
  signed_content_too_large: 'Signed content must not be longer than 256 KiB',
  signature_container_malformed: 'Signed content is not a CMS container of signed data',
  signature_content_detached: 'Signed content carries no data of its own',
  signature_missing: 'Signed content carries no signature',
  signature_not_single: 'Signed content must carry exactly one signature',
  signature_is_seal: 'Signed content must be signed by a person, not sealed by an organisation',
  signature_algorithm_unknown: 'Digital signature algorithm is not supported',
  signature_wrong: 'Digital signature is not valid',
  signature_time_missing: 'Digital signature carries no signing time and no time-stamp of its content',
  time_stamp_wrong: 'Time-stamp of the digital signature is not valid',
  time_stamp_not_trusted: 'Time-stamp of the digital signature is not issued by a trusted authority',
  certificate_missing: 'Signer certificate is not in the signed content',
  certificate_not_trusted: 'Signer certificate is not issued by a trusted authority',
  certificate_not_valid_then: 'Signer certificate was not valid at signing time',
  certificate_usage_refused: 'Key usage of the signer certificate does not allow signing',
  certificate_purpose_refused: 'Extended key usage of the signer certificate does not allow signing',
  certificate_of_authority: 'Signer certificate belongs to a certificate authority',
  certificate_not_qualified: 'Signer certificate is not qualified',
  certificate_without_drfo: 'Signer certificate carries no drfo',
  certificate_numbers_differ: 'Signer certificate carries two different numbers of the signer',
  certificate_revoked: 'Signer certificate is revoked',
  certificate_status_unknown:
    'It cannot be checked now whether the signer certificate is revoked, try again later',
  signature_expired: 'Digital signature timestamp is expired',
  signature_checks_busy: 'Too many signatures are waiting to be checked, try again later',
  signature_budget_spent: 'Signatures of this address have taken too much time, try again later',
  applicant_user_not_found: 'Applicant user not found.',
  applicant_user_blocked: 'Applicant user is blocked.',
  applicant_person_not_found: 'Applicant person not found.',
  applicant_too_young: 'Incorrect applicant person age for such an action.',
  confidant_is_not_signer: 'Confidant person and signer must be the same',
  confidant_is_patient: 'Confidant person can not be the person who is registered',
  consent_missing: 'expected true but got false for attribute {attribute}',
  session_refused: 'Unauthorized',
  person_not_unique: 'It is impossible to uniquely identify the person.',
  legal_capacity_proved:
    'Confidant can not be submitted for person who has document that proves legal capacity',
  confidant_without_method: 'third person must has auth method OTP or OFFLINE',
  confidant_not_verified: 'Confidant person not found or is not verified',
  third_person_limit_exceeded: 'Third person limit is exceeded',
  confidant_has_confidant: 'Patient who has confidant person can not be used as confidant for other patients',
  relationship_not_found: 'Confidant person relationship is not found',
  relationship_exists: 'Relationship between confidant patient and related patient already exists',
  user_blocked: 'User is blocked.',
  signed_content_not_saved: 'Failed to save signed content',
  registration_contended: 'The same person is being registered by others, try again later',
  access_token_invalid: 'Invalid access token',
  scope_missing: 'Your scope does not allow to access this resource. Missing allowances: {allowances}',
  legal_entity_not_active: 'client_id refers to legal entity that is not active',
  entity_type_refused: "You don't have permission to access this resource",
  too_many_requests: 'Too many requests',
  operation_unreadable: 'The query can not be read: it is not GraphQL, or it is too long',
  operation_unknown: 'The query does not fit the schema',
  operation_not_named: 'The query has no operation of the given name, or has several and none was named',
  operation_too_deep: 'The query is too deep',
  operation_too_costly: 'The query asks for too much at once',
  request_malformed: 'Malformed request. Probably, you have sent corrupted JSON.',
  validation_failed: 'Validation failed',
} as const;

export type RefusalCode = keyof typeof REFUSALS;

/** What can be wrong with one field, by the names of the published error envelope. */
export type FieldRule = 'required' | 'schema' | 'cast' | 'format' | 'inclusion' | 'length' | 'invalid';

/** A fault of one field of a request. It names the field and the rule, and never repeats the value. */
export interface FieldFault {
  readonly entry: string;
  readonly rule: FieldRule;
  readonly description: string;
  readonly params: readonly string[];
}

/** What a refusal may carry besides its code. */
export interface RefusalDetails {
  /** Values for the braces of the sentence, such as names of statuses. */
  readonly words?: Readonly<Record<string, string>>;
  /** The run that is already in progress. */
  readonly runId?: string;
  /** All faults of fields; only for `validation_failed`. */
  readonly faults?: readonly FieldFault[];
  /** After how many seconds the same request may succeed; only for transient refusals. */
  readonly retryAfterSeconds?: number;
}

/** An expected refusal. Every other error is a bug or a failure of a server. */
export class Refusal extends Error {
  override readonly name = 'Refusal';

  constructor(
    readonly code: RefusalCode,
    readonly details: RefusalDetails = {},
  ) {
    super(sentenceOf(code, details.words ?? {}));
  }
}

/** The published sentence. Every word in braces must be given. */
export function sentenceOf(code: RefusalCode, words: Readonly<Record<string, string>>): string {
  return REFUSALS[code].replace(/\{(\w+)\}/g, (_, name: string) => {
    const word = words[name];
    if (word === undefined) throw new Error(`The refusal ${code} has no value for {${name}}.`);
    return word;
  });
}
