import type { After, Before } from './case';

/** How the stream stands before and after a run, where several cases have it in common. */
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
/** The lock of another program: no row in the table of locks goes with it. */
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
