import type { StreamReason, StreamStatus } from './stream';

export type StreamRowName = 'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'S7' | 'S8' | 'S9' | 'S10' | 'S11';

/** The effect on `unverified_at`. */
export type UnverifiedAtEffect = 'now' | 'clear' | 'keep';

/** The effect on `data_id`, `data_status` and `synced_at`: cleared, taken from the answer, or unchanged. */
export type DataEffect = 'clear' | 'answer' | 'keep';

/**
 * The effect on the lock row.
 * `insert`: the claim writes it, or overwrites one that only waited; `attempts` stays.
 * `delete`: the row is deleted and the stream's `retry_at` cleared, so that settled data have no retry.
 * `wait`: the row has no claim any more, `attempts` grows, the run is stored, `retry_at` is set.
 * `release`: the row has no claim any more, `attempts` and `retry_at` stay; the row is deleted when `attempts` is 0.
 */
export type LockEffect = 'insert' | 'delete' | 'wait' | 'release';

/** One row of the common table. `as_before` is the pair before the lock. */
export interface StreamStatusRow {
  readonly row: StreamRowName;
  readonly from: 'any' | 'any_but_in_review' | readonly StreamStatus[];
  readonly triggers: readonly [StreamTrigger, ...StreamTrigger[]];
  readonly acts: Actor;
  readonly to: StreamStatus | 'as_before';
  readonly reason: StreamReason | 'of_the_stream' | 'as_before';
  readonly unverifiedAt: UnverifiedAtEffect;
  readonly data: DataEffect;
  readonly lock: LockEffect;
  /** Whether the change writes an audit row, may write an event, and recomputes the cumulative status. */
  readonly records: boolean;
}

/** Everything that can happen to a register stream, with the words of the printed tables. */
export const STREAM_TRIGGERS = {
  signed_with_data: 'the person signed with data for the stream',
  signed_without_data: 'the person signed without data for the stream',
  taken_for_review: 'the stream is due and a worker claims it',
  nothing_to_check: 'the person has nothing to check in the register',
  data_malformed: 'the data is malformed; the register is not called',
  register_confirmed: 'the register confirmed the data',
  register_refuted: 'the register refuted the data',
  document_refuted_elsewhere: 'the same document was refuted in the review of another holder',
  technical_error: 'the register did not answer (technical error)',
  repeat_asked: 'an NHS employee requests another check',
  lock_expired: 'the lock outlived its lease (the worker died)',
  released_unasked: 'the lock is released before the register was called',
  answer_overtaken: 'a good answer is older than a bad one about the same document',
} as const;

export type StreamTrigger = keyof typeof STREAM_TRIGGERS;

/** Everything that can happen to the manual stream of the NHS. */
export const NHS_TRIGGERS = {
  manual_rule_hit: 'a manual rule is hit',
  no_manual_rule_hit: 'no manual rule is hit',
  scan_copies_needed: 'sign-up needs scan copies',
  taken_into_work: 'an official takes the person into work',
  accepted: 'the official accepts',
  rejected: 'the official rejects',
} as const;

export type NhsTrigger = keyof typeof NHS_TRIGGERS;

/** Who changes a stream. */
export type Actor = 'registration' | 'scheduler' | 'job' | 'official';

/**
 * The transitions of every register stream. The `from` column is the condition of the update: a change is written only
 * while the stream still has one of these statuses.
 *
 * S11 has three triggers with one effect: an expired claim of a dead worker is reclaimed; a worker releases what it
 * claimed and did not check; a good answer is dropped because a newer bad one exists, so that the person is checked again.
 * In none of them did the register fail, so nothing is counted and nobody waits.
 */
export const STREAM_STATUS_TABLE = {
  S1: {
    row: 'S1',
    from: 'any',
    triggers: ['signed_with_data'],
    acts: 'registration',
    to: 'VERIFICATION_NEEDED',
    reason: 'ONLINE_TRIGGERED',
    unverifiedAt: 'clear',
    data: 'clear',
    lock: 'delete',
    records: true,
  },
  S2: {
    row: 'S2',
    from: 'any',
    triggers: ['signed_without_data'],
    acts: 'registration',
    to: 'VERIFICATION_NOT_NEEDED',
    reason: 'AUTO_DATA_ABSENT',
    unverifiedAt: 'clear',
    data: 'clear',
    lock: 'delete',
    records: true,
  },
  S3: {
    row: 'S3',
    from: ['VERIFICATION_NEEDED', 'VERIFIED'],
    triggers: ['taken_for_review'],
    acts: 'scheduler',
    to: 'IN_REVIEW',
    reason: 'AUTO',
    unverifiedAt: 'keep',
    data: 'keep',
    lock: 'insert',
    records: false,
  },
  S4: {
    row: 'S4',
    from: ['IN_REVIEW'],
    triggers: ['nothing_to_check'],
    acts: 'job',
    to: 'VERIFICATION_NOT_NEEDED',
    reason: 'AUTO_DATA_ABSENT',
    unverifiedAt: 'clear',
    data: 'clear',
    lock: 'delete',
    records: true,
  },
  S5: {
    row: 'S5',
    from: ['IN_REVIEW'],
    triggers: ['data_malformed'],
    acts: 'job',
    to: 'NOT_VERIFIED',
    reason: 'AUTO_INCORRECT_DATA',
    unverifiedAt: 'now',
    data: 'clear',
    lock: 'delete',
    records: true,
  },
  S6: {
    row: 'S6',
    from: ['IN_REVIEW'],
    triggers: ['register_confirmed'],
    acts: 'job',
    to: 'VERIFIED',
    reason: 'of_the_stream',
    unverifiedAt: 'clear',
    data: 'answer',
    lock: 'delete',
    records: true,
  },
  S7: {
    row: 'S7',
    from: ['IN_REVIEW'],
    triggers: ['register_refuted'],
    acts: 'job',
    to: 'NOT_VERIFIED',
    reason: 'of_the_stream',
    unverifiedAt: 'now',
    data: 'answer',
    lock: 'delete',
    records: true,
  },
  S8: {
    row: 'S8',
    from: 'any_but_in_review',
    triggers: ['document_refuted_elsewhere'],
    acts: 'job',
    to: 'NOT_VERIFIED',
    reason: 'of_the_stream',
    unverifiedAt: 'now',
    data: 'answer',
    lock: 'delete',
    records: true,
  },
  S9: {
    row: 'S9',
    from: ['IN_REVIEW'],
    triggers: ['technical_error'],
    acts: 'job',
    to: 'as_before',
    reason: 'as_before',
    unverifiedAt: 'keep',
    data: 'keep',
    lock: 'wait',
    records: false,
  },
  S10: {
    row: 'S10',
    from: 'any',
    triggers: ['repeat_asked'],
    acts: 'official',
    to: 'VERIFICATION_NEEDED',
    reason: 'ONLINE_TRIGGERED',
    unverifiedAt: 'clear',
    data: 'clear',
    lock: 'delete',
    records: true,
  },
  S11: {
    row: 'S11',
    from: ['IN_REVIEW'],
    triggers: ['lock_expired', 'released_unasked', 'answer_overtaken'],
    acts: 'scheduler',
    to: 'as_before',
    reason: 'as_before',
    unverifiedAt: 'keep',
    data: 'keep',
    lock: 'release',
    records: false,
  },
} as const satisfies { readonly [Name in StreamRowName]: StreamStatusRow & { readonly row: Name } };
