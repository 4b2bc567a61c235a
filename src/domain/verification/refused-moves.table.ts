import type { StreamGround } from './ground';
import type { StreamStatus } from './status';
import type { STREAM_STATUS_TABLE } from './stream-status.table';

/** Why a move that is no row is refused; the sentences stand in the printed tables. */
export const WHY_REFUSED = {
  lock_is_gone: 'The stream is not in review any more: a result that comes late is dropped.',
  already_in_review: 'Somebody holds the stream already: nobody takes it twice.',
  not_for_the_timetable: 'The timetable leaves this stream alone: only new data or an official moves it.',
  own_review_decides: 'The holder is in a review of his own: his own answer decides.',
} as const;

export type WhyRefused = keyof typeof WHY_REFUSED;

type Table = typeof STREAM_STATUS_TABLE;
type RowOf<Ground extends StreamGround> = {
  [Name in keyof Table]: Ground extends Table[Name]['grounds'][number] ? Table[Name] : never;
}[keyof Table];
type FromOf<Row> = Row extends { readonly from: 'any' }
  ? StreamStatus
  : Row extends { readonly from: 'any_but_in_review' }
    ? Exclude<StreamStatus, 'IN_REVIEW'>
    : Row extends { readonly from: readonly (infer Status)[] }
      ? Status
      : never;
type RefusedFrom<Ground extends StreamGround> = Exclude<StreamStatus, FromOf<RowOf<Ground>>>;
type EveryMoveThatIsNoRow = {
  readonly [Ground in StreamGround as [RefusedFrom<Ground>] extends [never] ? never : Ground]: {
    readonly [Status in RefusedFrom<Ground>]: WhyRefused;
  };
};

/**
 * Every status × ground that is no row of the table, each with its reason. The type is computed from the
 * table: a new status or ground that is neither a row nor listed here does not compile, and neither does a
 * refusal of something that is a row.
 */
export const STREAM_MOVES_REFUSED = {
  taken_for_review: {
    VERIFICATION_NOT_NEEDED: 'not_for_the_timetable',
    IN_REVIEW: 'already_in_review',
    NOT_VERIFIED: 'not_for_the_timetable',
  },
  nothing_to_check: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  data_malformed: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  register_confirmed: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  register_refuted: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  document_refuted_elsewhere: {
    IN_REVIEW: 'own_review_decides',
  },
  technical_error: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  lock_expired: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  released_unasked: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  answer_overtaken: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
} as const satisfies EveryMoveThatIsNoRow;
