import type { StreamReason } from './status';

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
