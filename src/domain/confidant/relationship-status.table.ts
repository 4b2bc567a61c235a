import type { RefusalCode } from '../refusal';
import type { RelationshipPair, RelationshipReason, RelationshipStatus } from './relationship-status';

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
