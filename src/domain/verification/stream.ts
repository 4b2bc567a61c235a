/** The nine independent checks of a person, named by the prefix of their columns. */
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

/** The five of them that a party has as well. */
export const PARTY_STREAMS = [
  'drfo',
  'dracs_death',
  'mvs_passport',
  'dms_passport',
  'dracs_name_change',
] as const satisfies readonly StreamName[];

/** Whose verifications they are: of persons (patients), or of parties (health workers). */
export type SubjectName = 'persons' | 'parties';

/** The streams that a register of the ministry answers; the rows S1–S11 are about them and no others. */
export const REGISTER_STREAMS = [
  'dms_passport',
  'mvs_passport',
  'unzr',
] as const satisfies readonly StreamName[];

export type RegisterStreamName = (typeof REGISTER_STREAMS)[number];

/**
 * What one answer of a register says about the person, for which reason, whether the `mimir` row of the answer is kept
 * at the stream (`data_id`), and whether it is true of everybody with the same document (S8). A good answer never is.
 */
export type AnswerMeaning = {
  readonly reason: StreamReason;
  readonly keep: 'answer' | 'nothing';
} & (
  | { readonly means: 'confirmed'; readonly reaches: 'nobody_else' }
  | { readonly means: 'refuted'; readonly reaches: 'other_holders' | 'nobody_else' }
);

/** The answer table of a stream: complete by type, so that a new answer without a meaning does not compile. */
export type AnswersOf<Answer extends string> = Readonly<Record<Answer, AnswerMeaning>>;

/** What a verification stream can stand in. The order is the one of the published dictionary. */
export const STREAM_STATUSES = [
  'VERIFICATION_NEEDED',
  'VERIFICATION_NOT_NEEDED',
  'IN_REVIEW',
  'VERIFIED',
  'NOT_VERIFIED',
] as const;

export type StreamStatus = (typeof STREAM_STATUSES)[number];

/** Why a stream stands where it stands: the published dictionary, also the reasons this system never writes. */
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

/** A status with its reason: the two are always written together. */
export interface StreamPair {
  readonly verificationStatus: StreamStatus;
  readonly verificationReason: StreamReason;
}

/** What all streams of a person add up to (`persons.verification_status`). */
export const CUMULATIVE_STATUSES = [
  'VERIFICATION_NEEDED',
  'VERIFIED',
  'CHANGES_NEEDED',
  'NOT_VERIFIED',
] as const;

export type CumulativeStatus = (typeof CUMULATIVE_STATUSES)[number];

/** What all streams of a party add up to (`parties.verification_status`). Parties know no CHANGES_NEEDED. */
export const PARTY_CUMULATIVE_STATUSES = ['VERIFICATION_NEEDED', 'VERIFIED', 'NOT_VERIFIED'] as const;

export type PartyCumulativeStatus = (typeof PARTY_CUMULATIVE_STATUSES)[number];
