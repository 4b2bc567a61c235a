import type { RelationshipDocumentType } from '../person/document-type';
import type { RelationshipStatus } from './relationship-status';
import type { FoundRelationship } from './relationship.rules';
import { RELATIONSHIP_STATUS_TABLE, type RelationshipStatusRow } from './relationship-status.table';

/** What the official wants, and what he brings along. */
export interface AskedMove {
  readonly verificationStatus: RelationshipStatus;
  readonly comment: string | null;
  readonly dracsBirthActId: string | null;
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
