/** The nine independent checks of a person, by the prefix of their columns. */
export const STREAMS = [
  'nhs',
  'drfo',
  'dracs_death',
  'dracs_birth',
  'dracs_name_change',
  'legal_capacity',
  'unzr',
  'mvs_passport',
  'dms_passport',
] as const;

export type StreamName = (typeof STREAMS)[number];

/** The five streams of a party. */
export const PARTY_STREAMS = [
  'drfo',
  'dracs_death',
  'mvs_passport',
  'dms_passport',
  'dracs_name_change',
] as const satisfies readonly StreamName[];

/** Persons are patients; parties are health workers. */
export const SUBJECT_NAMES = ['persons', 'parties'] as const;
export type SubjectName = (typeof SUBJECT_NAMES)[number];

/** The streams that are checked in a register of the ministry. The rows S1–S11 apply to them only. */
export const REGISTER_STREAMS = [
  'dms_passport',
  'mvs_passport',
  'unzr',
] as const satisfies readonly StreamName[];

export type RegisterStreamName = (typeof REGISTER_STREAMS)[number];

/**
 * What one answer of a register means: the reason of the stream, whether the stream refers to the `mimir` row of the
 * answer (`data_id`), and whether it applies to every holder of the document (S8). A good answer never does.
 */
export type AnswerMeaning = {
  readonly reason: StreamReason;
  readonly keep: 'answer' | 'nothing';
} & (
  | { readonly means: 'confirmed'; readonly reaches: 'nobody_else' }
  | { readonly means: 'refuted'; readonly reaches: 'other_holders' | 'nobody_else' }
);

/** The answer table of a stream. An answer without a meaning does not compile. */
export type AnswersOf<Answer extends string> = Readonly<Record<Answer, AnswerMeaning>>;

/** The statuses of a verification stream, in the order of the published dictionary. */
export const STREAM_STATUSES = [
  'VERIFICATION_NEEDED',
  'VERIFICATION_NOT_NEEDED',
  'IN_REVIEW',
  'VERIFIED',
  'NOT_VERIFIED',
] as const;

export type StreamStatus = (typeof STREAM_STATUSES)[number];

/** The published dictionary of reasons, including those that this system never writes. */
export const STREAM_REASONS = [
  'INITIAL',
  'ONLINE_TRIGGERED',
  'RULES_TRIGGERED',
  'RULES_PASSED',
  'DOCUMENTS_TRIGGERED',
  'MANUAL',
  'MANUAL_DECEASED',
  'MANUAL_NO_DEATH_RECORD',
  'AUTO',
  'AUTO_ONLINE',
  'AUTO_OFFLINE',
  'OFFLINE_VERIFIED',
  'AUTO_DATA_ABSENT',
  'AUTO_INCORRECT_DATA',
  'AUTO_VALID',
  'AUTO_NOT_VALID',
  'AUTO_LOST',
  'AUTO_NOT_LOST',
  'AUTO_NOT_FOUND',
] as const;

export type StreamReason = (typeof STREAM_REASONS)[number];

/** A status with its reason. The two are always written together. */
export interface StreamPair {
  readonly verificationStatus: StreamStatus;
  readonly verificationReason: StreamReason;
}

/** The cumulative statuses of a person (`persons.verification_status`). */
export const CUMULATIVE_STATUSES = [
  'VERIFICATION_NEEDED',
  'VERIFIED',
  'CHANGES_NEEDED',
  'NOT_VERIFIED',
] as const;

export type CumulativeStatus = (typeof CUMULATIVE_STATUSES)[number];

/** The cumulative statuses of a party (`parties.verification_status`), without CHANGES_NEEDED. */
export const PARTY_CUMULATIVE_STATUSES = ['VERIFICATION_NEEDED', 'VERIFIED', 'NOT_VERIFIED'] as const;

export type PartyCumulativeStatus = (typeof PARTY_CUMULATIVE_STATUSES)[number];
