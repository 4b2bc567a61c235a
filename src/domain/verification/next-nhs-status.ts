import type { NhsGround } from './ground';
import { NHS_STATUS_TABLE, type NhsStatusRow } from './nhs-status.table';
import type { StreamPair, StreamStatus } from './status';

/** Why a move of the manual stream is refused: two of the refusals, in their order, know no other answer. */
export type NhsMoveRefusal = 'manual_verification_refused' | 'status_change_refused';

/** The decision about a move of the manual stream. */
export type NhsMove =
  | { readonly allowed: true; readonly row: NhsStatusRow }
  | { readonly allowed: false; readonly code: NhsMoveRefusal };

const ROWS: readonly NhsStatusRow[] = Object.values(NHS_STATUS_TABLE);

/** These two could be taken into work for another reason: an official is told that this person cannot. */
const COULD_BE_TAKEN: readonly StreamStatus[] = ['VERIFICATION_NEEDED', 'NOT_VERIFIED'];

/** What follows when this happens to a manual stream that stands there. */
export function nextNhs(before: StreamPair, ground: NhsGround): NhsMove {
  const row = ROWS.find((candidate) => candidate.ground === ground);
  if (row === undefined) throw new Error(`The table does not know the ground ${ground}.`);
  if (startsFrom(row, before)) return { allowed: true, row };
  const taken = ground === 'taken_into_work' && COULD_BE_TAKEN.includes(before.verificationStatus);
  return { allowed: false, code: taken ? 'manual_verification_refused' : 'status_change_refused' };
}

/** What follows when an official asks for this status. Where no row of his leads, he cannot have it. */
export function nextNhsByOfficial(before: StreamPair, to: StreamStatus): NhsMove {
  const asked = ROWS.find(({ acts, verificationStatus }) => acts === 'official' && verificationStatus === to);
  return asked === undefined
    ? { allowed: false, code: 'status_change_refused' }
    : nextNhs(before, asked.ground);
}

function startsFrom(row: NhsStatusRow, before: StreamPair): boolean {
  if (row.from === 'any') return true;
  return row.from.some(
    ({ verificationStatus, verificationReason = before.verificationReason }) =>
      verificationStatus === before.verificationStatus && verificationReason === before.verificationReason,
  );
}
