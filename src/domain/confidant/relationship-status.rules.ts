import type { RefusalCode } from '../refusal';
import type { RelationshipDocumentType } from '../person/dictionaries';

/** The statuses of a confidant person relationship. */
export const RELATIONSHIP_STATUSES = [
  'VERIFICATION_NEEDED',
  'IN_REVIEW',
  'VERIFIED',
  'NOT_VERIFIED',
] as const;

export type RelationshipStatus = (typeof RELATIONSHIP_STATUSES)[number];

/** The published dictionary of reasons, including those that this system never writes. */
export const RELATIONSHIP_REASONS = [
  'ONLINE_TRIGGERED',
  'ONLINE_TRIGGERED_BY_PIS_REGISTRATION_VIA_CONFIDANT',
  'MANUAL_CREATED_BY_DOCTOR',
  'MANUAL_CREATED_BY_NHS_ADMIN',
  'AUTO',
  'MANUAL',
] as const;

export type RelationshipReason = (typeof RELATIONSHIP_REASONS)[number];

/** A status with its reason. The two are always written together. */
export interface RelationshipPair {
  readonly verificationStatus: RelationshipStatus;
  readonly verificationReason: RelationshipReason;
}

export type RelationshipRowName = 'R1' | 'R2' | 'R3' | 'R4';

/** A status that a change may start from, with its reason where it matters. */
export interface RelationshipFrom {
  readonly verificationStatus: RelationshipStatus;
  readonly verificationReason?: RelationshipReason;
}

/** What a change requires. `proof`: the act of birth, or a comment on a document where no certificate names an act. */
export type RelationshipNeed = 'nothing' | 'comment' | 'proof';

/** One change by an official. */
export interface RelationshipStatusRow extends RelationshipPair {
  readonly row: RelationshipRowName;
  readonly from: 'any' | readonly RelationshipFrom[];
  readonly needs: RelationshipNeed;
  readonly unverifiedAt: 'now' | 'keep';
  readonly dracsBirthSyncedAt: 'clear' | 'keep';
  /** Whether the given act is written. */
  readonly dracsBirthActId: 'given' | 'keep';
  /** The effect on the old comment when the official writes none. A new comment always replaces it. */
  readonly oldComment: 'keep' | 'clear';
}

/**
 * The status changes of a relationship by an official. None of them calls a register: R1 also takes over what waits for
 * one, and R4 also accepts a document that an official has read.
 */
export const RELATIONSHIP_STATUS_TABLE = {
  R1: {
    row: 'R1',
    from: [
      { verificationStatus: 'NOT_VERIFIED', verificationReason: 'AUTO' },
      { verificationStatus: 'VERIFICATION_NEEDED' },
    ],
    verificationStatus: 'IN_REVIEW',
    verificationReason: 'MANUAL',
    needs: 'nothing',
    unverifiedAt: 'keep',
    dracsBirthSyncedAt: 'keep',
    dracsBirthActId: 'keep',
    oldComment: 'keep',
  },
  R2: {
    row: 'R2',
    from: 'any',
    verificationStatus: 'VERIFICATION_NEEDED',
    verificationReason: 'MANUAL',
    needs: 'nothing',
    unverifiedAt: 'keep',
    dracsBirthSyncedAt: 'clear',
    dracsBirthActId: 'keep',
    oldComment: 'keep',
  },
  R3: {
    row: 'R3',
    from: [{ verificationStatus: 'IN_REVIEW', verificationReason: 'MANUAL' }],
    verificationStatus: 'NOT_VERIFIED',
    verificationReason: 'MANUAL',
    needs: 'comment',
    unverifiedAt: 'now',
    dracsBirthSyncedAt: 'keep',
    dracsBirthActId: 'keep',
    oldComment: 'clear',
  },
  R4: {
    row: 'R4',
    from: [{ verificationStatus: 'IN_REVIEW', verificationReason: 'MANUAL' }],
    verificationStatus: 'VERIFIED',
    verificationReason: 'MANUAL',
    needs: 'proof',
    unverifiedAt: 'keep',
    dracsBirthSyncedAt: 'keep',
    dracsBirthActId: 'given',
    oldComment: 'clear',
  },
} as const satisfies {
  readonly [Name in RelationshipRowName]: RelationshipStatusRow & { readonly row: Name };
};

/** The refusals of an official's change in their order: the first that applies is returned. */
export const RELATIONSHIP_REFUSALS_IN_ORDER = [
  { when: 'a field of the request is missing, unknown or malformed', code: 'validation_failed' },
  { when: 'the relationship does not exist', code: 'relationship_not_found' },
  { when: 'no row allows the change', code: 'status_change_refused' },
  {
    when: 'R3 without a comment; or R4 without a comment and an act, when no birth certificate is among the documents',
    code: 'comment_required',
  },
  {
    when: 'R4 without an act, when a birth certificate is among the documents (a foreign one does not count)',
    code: 'validation_failed',
  },
] as const satisfies readonly { readonly when: string; readonly code: RefusalCode }[];

/** The change that an official requests. */
export interface AskedMove {
  readonly verificationStatus: RelationshipStatus;
  readonly comment: string | null;
  readonly dracsBirthActId: string | null;
}

/** A stored relationship. Other programs may have left status and reason empty. */
export interface FoundRelationship {
  readonly verificationStatus: RelationshipStatus | null;
  readonly verificationReason: RelationshipReason | null;
}

/** A relationship as far as a change depends on it. */
export interface MovedRelationship extends FoundRelationship {
  readonly documentTypes: readonly RelationshipDocumentType[];
}

/** Why a change is refused: no row allows it, or a comment or the act of birth is missing. */
export type RelationshipMoveRefusal = 'status_change_refused' | 'comment_required' | 'birth_act_missing';

/** The decision about a change. */
export type RelationshipMove =
  | { readonly allowed: true; readonly row: RelationshipStatusRow }
  | { readonly allowed: false; readonly why: RelationshipMoveRefusal };

const ROWS: readonly RelationshipStatusRow[] = Object.values(RELATIONSHIP_STATUS_TABLE);

/** Decides about a requested change: first whether a row allows it, then whether it has what the row requires. */
export function nextRelationshipStatus(before: MovedRelationship, asked: AskedMove): RelationshipMove {
  const row = ROWS.find(({ verificationStatus }) => verificationStatus === asked.verificationStatus);
  if (row === undefined || !startsFrom(row, before)) return { allowed: false, why: 'status_change_refused' };
  const why = missingRequirement(row, before, asked);
  return why === null ? { allowed: true, row } : { allowed: false, why };
}

/** The changes that an official may request now; each row says what it requires. */
export function relationshipMovesFrom(before: FoundRelationship): readonly RelationshipStatusRow[] {
  return ROWS.filter((row) => startsFrom(row, before));
}

/** Other programs may have left status and reason empty: then only rows from any status apply. */
function startsFrom(row: RelationshipStatusRow, before: FoundRelationship): boolean {
  if (row.from === 'any') return true;
  return row.from.some(
    ({ verificationStatus, verificationReason = before.verificationReason }) =>
      verificationStatus === before.verificationStatus && verificationReason === before.verificationReason,
  );
}

function missingRequirement(
  { needs }: RelationshipStatusRow,
  { documentTypes }: MovedRelationship,
  { comment, dracsBirthActId }: AskedMove,
): RelationshipMoveRefusal | null {
  if (needs === 'comment') return comment === null ? 'comment_required' : null;
  if (needs === 'nothing' || dracsBirthActId !== null) return null;
  if (documentTypes.includes('BIRTH_CERTIFICATE')) return 'birth_act_missing';
  return comment === null ? 'comment_required' : null;
}
