import type { RefusalCode } from '../refusal';
import type { RelationshipDocumentType } from '../person/dictionaries';

/** What a confidant person relationship can stand in. */
export const RELATIONSHIP_STATUSES = [
  'VERIFICATION_NEEDED',
  'IN_REVIEW',
  'VERIFIED',
  'NOT_VERIFIED',
] as const;

export type RelationshipStatus = (typeof RELATIONSHIP_STATUSES)[number];

/** Why it stands there: the published dictionary, also the reasons this system never writes. */
export const RELATIONSHIP_REASONS = [
  'ONLINE_TRIGGERED',
  'ONLINE_TRIGGERED_BY_PIS_REGISTRATION_VIA_CONFIDANT',
  'MANUAL_CREATED_BY_DOCTOR',
  'MANUAL_CREATED_BY_NHS_ADMIN',
  'AUTO',
  'MANUAL',
] as const;

export type RelationshipReason = (typeof RELATIONSHIP_REASONS)[number];

/** A status with its reason: the two are always written together. */
export interface RelationshipPair {
  readonly verificationStatus: RelationshipStatus;
  readonly verificationReason: RelationshipReason;
}

export type RelationshipRowName = 'R1' | 'R2' | 'R3' | 'R4';

/** A start of a move: a status, where it matters with its reason. */
export interface RelationshipFrom {
  readonly verificationStatus: RelationshipStatus;
  readonly verificationReason?: RelationshipReason;
}

/** Without what nothing moves. `proof`: the act of birth, or words on a document where no certificate names an act. */
export type RelationshipNeed = 'nothing' | 'comment' | 'proof';

/** One move of an official. */
export interface RelationshipStatusRow extends RelationshipPair {
  readonly row: RelationshipRowName;
  readonly from: 'any' | readonly RelationshipFrom[];
  readonly needs: RelationshipNeed;
  readonly unverifiedAt: 'now' | 'keep';
  readonly dracsBirthSyncedAt: 'clear' | 'keep';
  /** Whether an act that the official names is written. */
  readonly dracsBirthActId: 'given' | 'keep';
  /** What becomes of the old comment when the official writes none; a new one always takes its place. */
  readonly oldComment: 'keep' | 'clear';
}

/**
 * What an official may do with a relationship. Nothing here asks a register: R1 also takes up what only waits for one,
 * and R4 also accepts a document that was read by a person.
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

/** The refusals of an official's move in the order in which they are looked for: the first that applies is told. */
export const RELATIONSHIP_REFUSALS_IN_ORDER = [
  { when: 'a field of the request is missing, unknown or malformed', code: 'validation_failed' },
  { when: 'the relationship does not exist', code: 'relationship_not_found' },
  { when: 'the move is no row', code: 'status_change_refused' },
  {
    when: 'R3 without a comment; or R4 without a comment and an act, when no birth certificate is among the documents',
    code: 'comment_required',
  },
  {
    when: 'R4 without an act, when a birth certificate is among the documents (a foreign one does not count)',
    code: 'validation_failed',
  },
] as const satisfies readonly { readonly when: string; readonly code: RefusalCode }[];

/** What the official wants, and what he brings along. */
export interface AskedMove {
  readonly verificationStatus: RelationshipStatus;
  readonly comment: string | null;
  readonly dracsBirthActId: string | null;
}

/** A relationship as it was found: other programs may have left status and reason empty. */
export interface FoundRelationship {
  readonly verificationStatus: RelationshipStatus | null;
  readonly verificationReason: RelationshipReason | null;
}

/** A relationship as far as a move depends on it. */
export interface MovedRelationship extends FoundRelationship {
  readonly documentTypes: readonly RelationshipDocumentType[];
}

/** Why a move is refused: it is no row, a comment is missing, or the act of birth is. */
export type RelationshipMoveRefusal = 'status_change_refused' | 'comment_required' | 'birth_act_missing';

/** The decision about a move. */
export type RelationshipMove =
  | { readonly allowed: true; readonly row: RelationshipStatusRow }
  | { readonly allowed: false; readonly why: RelationshipMoveRefusal };

const ROWS: readonly RelationshipStatusRow[] = Object.values(RELATIONSHIP_STATUS_TABLE);

/** What follows when an official asks for this. Whether there is such a move comes first, then what it needs. */
export function nextRelationshipStatus(before: MovedRelationship, asked: AskedMove): RelationshipMove {
  const row = ROWS.find(({ verificationStatus }) => verificationStatus === asked.verificationStatus);
  if (row === undefined || !startsFrom(row, before)) return { allowed: false, why: 'status_change_refused' };
  const why = lackOf(row, before, asked);
  return why === null ? { allowed: true, row } : { allowed: false, why };
}

/** Other programs may have left the pair empty: then only what may start anywhere does. */
function startsFrom(row: RelationshipStatusRow, before: MovedRelationship): boolean {
  if (row.from === 'any') return true;
  return row.from.some(
    ({ verificationStatus, verificationReason = before.verificationReason }) =>
      verificationStatus === before.verificationStatus && verificationReason === before.verificationReason,
  );
}

function lackOf(
  { needs }: RelationshipStatusRow,
  { documentTypes }: MovedRelationship,
  { comment, dracsBirthActId }: AskedMove,
): RelationshipMoveRefusal | null {
  if (needs === 'comment') return comment === null ? 'comment_required' : null;
  if (needs === 'nothing' || dracsBirthActId !== null) return null;
  if (documentTypes.includes('BIRTH_CERTIFICATE')) return 'birth_act_missing';
  return comment === null ? 'comment_required' : null;
}
