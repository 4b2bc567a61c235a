import type { CumulativeStatus, StreamReason, StreamStatus } from '../../src/domain/verification/stream';
import type { StreamRowName } from '../../src/domain/verification/stream-status.table';

/** The state of the stream dms_passport before the run. */
export interface Before {
  readonly status: StreamStatus;
  readonly reason: StreamReason;
  /** When the register last answered: never, within the validation period, or before it. */
  readonly synced: 'never' | 'lately' | 'long_ago';
}

/** The expected state after the run, and the sum of all streams. */
export interface After {
  readonly status: StreamStatus;
  readonly reason: StreamReason;
  /** The answer of the register that is kept at the stream. */
  readonly dataStatus: 0 | 1 | null;
  readonly sum: CumulativeStatus;
}

/** One kind of person or party, with the state before the run and the expected one after it. */
export interface DemoCase {
  readonly title: string;
  readonly people: number;
  readonly documents: readonly DocumentKind[];
  readonly before: Before;
  readonly isActive?: false;
  /** Set by hand in the database (C0). */
  readonly standingSum?: 'NOT_VERIFIED';
  /** Another stream still waits for its register. */
  readonly drfo?: 'VERIFICATION_NEEDED';
  /** Waits for a retry after earlier technical errors. */
  readonly waits?: true;
  readonly after: After | 'as_before';
  /** Waits for a retry after the run. */
  readonly leavesWaiting?: true;
  /** The rows by which the stream changed; several where the order of checks decides, none where nothing changed. */
  readonly rows: readonly StreamRowName[];
}

/**
 * Documents as the tables of cases speak of them. `listed`: in the register of invalid documents. Several people
 * hold a shared kind at once, `twice_listed` at two persons of one case. The last ones have answers that the
 * sandbox documents by these names.
 */
export type DocumentKind =
  | 'unlisted'
  | 'listed'
  | 'shared_unlisted'
  | 'shared_listed'
  | 'shared_listed_small_letters'
  | 'twice_listed'
  | 'latin_letters'
  | 'small_letters'
  | 'with_space'
  | 'five_digits'
  | 'russian_letter'
  | 'expired'
  | 'replaced_listed'
  | 'national_id'
  | 'birth_certificate'
  | 'MINUS_1'
  | 'MINUS_2'
  | 'FAULT_12'
  | 'FOREIGN_ID';

/** States before and after a run that several cases share. */
export const ONLINE: Before = { status: 'VERIFICATION_NEEDED', reason: 'ONLINE_TRIGGERED', synced: 'never' };

export const CHECKED_LATELY: Before = { status: 'VERIFIED', reason: 'AUTO_VALID', synced: 'lately' };

export const CHECKED_LONG_AGO: Before = { status: 'VERIFIED', reason: 'AUTO_VALID', synced: 'long_ago' };

export const REFUTED_BEFORE: Before = {
  status: 'NOT_VERIFIED',
  reason: 'AUTO_NOT_VALID',
  synced: 'long_ago',
};

export const NEVER_CONCERNED: Before = {
  status: 'VERIFICATION_NOT_NEEDED',
  reason: 'AUTO_DATA_ABSENT',
  synced: 'never',
};

/** Locked by another program: there is no row in the table of locks. */
export const IN_FOREIGN_REVIEW: Before = { status: 'IN_REVIEW', reason: 'AUTO', synced: 'never' };

export const CONFIRMED: After = { status: 'VERIFIED', reason: 'AUTO_VALID', dataStatus: 0, sum: 'VERIFIED' };

export const REFUTED: After = {
  status: 'NOT_VERIFIED',
  reason: 'AUTO_NOT_VALID',
  dataStatus: 1,
  sum: 'CHANGES_NEEDED',
};

export const MALFORMED: After = {
  status: 'NOT_VERIFIED',
  reason: 'AUTO_INCORRECT_DATA',
  dataStatus: null,
  sum: 'CHANGES_NEEDED',
};

export const ABSENT: After = {
  status: 'VERIFICATION_NOT_NEEDED',
  reason: 'AUTO_DATA_ABSENT',
  dataStatus: null,
  sum: 'VERIFIED',
};
