import { REFUSALS } from '../../src/domain/refusal';
import { printedTable } from './printed-table';
import {
  RELATIONSHIP_REFUSALS_IN_ORDER,
  RELATIONSHIP_STATUS_TABLE,
  type RelationshipStatusRow,
} from '../../src/domain/confidant/relationship-status.rules';

const NEED_WORDS = {
  nothing: 'nothing',
  comment: 'a comment',
  proof:
    'the act of birth; or a comment naming the document, when no birth certificate is among the documents',
} as const;
const EFFECT_WORDS = { now: 'now', clear: 'emptied', keep: 'as it is', given: 'the given one' } as const;

/** The rows R1–R4 of an official's moves. */
export function printedRelationshipRows(): string {
  const rows: readonly RelationshipStatusRow[] = Object.values(RELATIONSHIP_STATUS_TABLE);
  return printedTable(
    [
      'Row',
      'From',
      'To',
      'Reason',
      'Needs',
      '`unverified_at`',
      '`dracs_birth_synced_at`',
      '`dracs_birth_act_id`',
      'Comment, if none is given',
    ],
    rows.map((row) => [
      row.row,
      fromWords(row.from),
      row.verificationStatus,
      row.verificationReason,
      NEED_WORDS[row.needs],
      EFFECT_WORDS[row.unverifiedAt],
      EFFECT_WORDS[row.dracsBirthSyncedAt],
      EFFECT_WORDS[row.dracsBirthActId],
      EFFECT_WORDS[row.oldComment],
    ]),
  );
}

/** The refusals of an official's move, in their order. */
export function printedRelationshipRefusals(): string {
  return printedTable(
    ['Order', 'When', 'What is told'],
    RELATIONSHIP_REFUSALS_IN_ORDER.map(({ when, code }, place) => [`${place + 1}`, when, REFUSALS[code]]),
  );
}

function fromWords(from: RelationshipStatusRow['from']): string {
  if (from === 'any') return 'any';
  return from
    .map(
      ({ verificationStatus, verificationReason = 'any' }) => `${verificationStatus}/${verificationReason}`,
    )
    .join(', ');
}
