import type { RefusalCode } from '../refusal';
import type { Actor, NhsTrigger, UnverifiedAtEffect } from './stream-status.table';
import type { StreamPair, StreamReason, StreamStatus } from './stream';

export type NhsRowName = 'N1' | 'N2' | 'N3' | 'N4' | 'N5' | 'N6';

/** A status that a change may start from, with its reason where it matters. */
export interface NhsFrom {
  readonly verificationStatus: StreamStatus;
  readonly verificationReason?: StreamReason;
}

export interface NhsStatusRow extends StreamPair {
  readonly row: NhsRowName;
  readonly from: 'any' | readonly NhsFrom[];
  readonly trigger: NhsTrigger;
  readonly acts: Actor;
  readonly unverifiedAt: UnverifiedAtEffect;
  /** The effect on `nhs_verification_comment`; `required`: the official must write one. */
  readonly comment: 'keep' | 'clear' | 'required';
}

/**
 * The manual stream. N4 also accepts a person who needed scan copies, and lets an official reopen a rejection: the
 * published rules have no way out of either.
 */
export const NHS_STATUS_TABLE = {
  N1: {
    row: 'N1',
    from: 'any',
    trigger: 'manual_rule_hit',
    acts: 'registration',
    verificationStatus: 'VERIFICATION_NEEDED',
    verificationReason: 'RULES_TRIGGERED',
    unverifiedAt: 'keep',
    comment: 'keep',
  },
  N2: {
    row: 'N2',
    from: 'any',
    trigger: 'no_manual_rule_hit',
    acts: 'registration',
    verificationStatus: 'VERIFIED',
    verificationReason: 'RULES_PASSED',
    unverifiedAt: 'clear',
    comment: 'keep',
  },
  N3: {
    row: 'N3',
    from: 'any',
    trigger: 'scan_copies_needed',
    acts: 'registration',
    verificationStatus: 'NOT_VERIFIED',
    verificationReason: 'DOCUMENTS_TRIGGERED',
    unverifiedAt: 'now',
    comment: 'keep',
  },
  N4: {
    row: 'N4',
    from: [
      { verificationStatus: 'VERIFICATION_NEEDED', verificationReason: 'RULES_TRIGGERED' },
      { verificationStatus: 'NOT_VERIFIED', verificationReason: 'DOCUMENTS_TRIGGERED' },
      { verificationStatus: 'NOT_VERIFIED', verificationReason: 'MANUAL' },
    ],
    trigger: 'taken_into_work',
    acts: 'official',
    verificationStatus: 'IN_REVIEW',
    verificationReason: 'MANUAL',
    unverifiedAt: 'keep',
    comment: 'keep',
  },
  N5: {
    row: 'N5',
    from: [{ verificationStatus: 'IN_REVIEW' }],
    trigger: 'accepted',
    acts: 'official',
    verificationStatus: 'VERIFIED',
    verificationReason: 'MANUAL',
    unverifiedAt: 'clear',
    comment: 'clear',
  },
  N6: {
    row: 'N6',
    from: [{ verificationStatus: 'IN_REVIEW' }],
    trigger: 'rejected',
    acts: 'official',
    verificationStatus: 'NOT_VERIFIED',
    verificationReason: 'MANUAL',
    unverifiedAt: 'now',
    comment: 'required',
  },
} as const satisfies { readonly [Name in NhsRowName]: NhsStatusRow & { readonly row: Name } };

/** One check before an official's change, and its refusal. */
export interface NhsRefusal {
  readonly when: string;
  readonly code: RefusalCode;
}

/** The refusals of an official's change in their order: the first that applies is returned. */
export const NHS_REFUSALS_IN_ORDER = [
  { when: 'the person does not exist', code: 'person_not_found' },
  { when: 'the person is not active', code: 'person_not_active' },
  { when: 'the requested status is missing or unknown', code: 'validation_failed' },
  {
    when: 'IN_REVIEW is requested, and the stream is VERIFICATION_NEEDED or NOT_VERIFIED for a reason that N4 does not allow',
    code: 'manual_verification_refused',
  },
  { when: 'no row allows the change', code: 'status_change_refused' },
  { when: 'N6 without a comment', code: 'comment_required' },
] as const satisfies readonly NhsRefusal[];

/** Why a change of the manual stream is refused. */
export type NhsMoveRefusal = 'manual_verification_refused' | 'status_change_refused';

/** The decision about a change of the manual stream. */
export type NhsMove =
  | { readonly allowed: true; readonly row: NhsStatusRow }
  | { readonly allowed: false; readonly code: NhsMoveRefusal };

const ROWS: readonly NhsStatusRow[] = Object.values(NHS_STATUS_TABLE);

/** With another reason an official could take these into work: there the refusal is a more precise one. */
const COULD_BE_TAKEN: readonly StreamStatus[] = ['VERIFICATION_NEEDED', 'NOT_VERIFIED'];

/** Decides what a trigger does to the manual stream. */
export function nextNhsStatus(before: StreamPair, trigger: NhsTrigger): NhsMove {
  const row = ROWS.find((candidate) => candidate.trigger === trigger);
  if (row === undefined) throw new Error(`The table has no row for the trigger ${trigger}.`);
  if (startsFrom(row, before)) return { allowed: true, row };
  const taken = trigger === 'taken_into_work' && COULD_BE_TAKEN.includes(before.verificationStatus);
  return { allowed: false, code: taken ? 'manual_verification_refused' : 'status_change_refused' };
}

/** Decides about a status that an official requests. */
export function nextNhsStatusByOfficial(before: StreamPair, to: StreamStatus): NhsMove {
  const asked = ROWS.find(({ acts, verificationStatus }) => acts === 'official' && verificationStatus === to);
  return asked === undefined
    ? { allowed: false, code: 'status_change_refused' }
    : nextNhsStatus(before, asked.trigger);
}

/** The changes of the manual stream that an official may make now. */
export function movesByOfficial(before: StreamPair): readonly NhsStatusRow[] {
  return ROWS.filter((row) => row.acts === 'official' && startsFrom(row, before));
}

function startsFrom(row: NhsStatusRow, before: StreamPair): boolean {
  if (row.from === 'any') return true;
  return row.from.some(
    ({ verificationStatus, verificationReason = before.verificationReason }) =>
      verificationStatus === before.verificationStatus && verificationReason === before.verificationReason,
  );
}
