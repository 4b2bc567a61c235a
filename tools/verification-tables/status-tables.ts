import { REFUSALS } from '../../src/domain/refusal';
import {
  CUMULATIVE_CONDITIONS,
  CUMULATIVE_STATUS_TABLE,
} from '../../src/domain/verification/cumulative-status.rules';
import { NHS_TRIGGERS } from '../../src/domain/verification/stream-status.table';
import {
  NHS_REFUSALS_IN_ORDER,
  NHS_STATUS_TABLE,
  type NhsStatusRow,
} from '../../src/domain/verification/nhs-status.rules';
import { printedTable, UNVERIFIED_AT_WORDS } from './stream-tables';
import {
  SELECTION_BRANCHES,
  type SelectionBranch,
  type SelectionReason,
} from '../../src/domain/verification/selection.rules';
import {
  RELATIONSHIP_REFUSALS_IN_ORDER,
  RELATIONSHIP_STATUS_TABLE,
  type RelationshipStatusRow,
} from '../../src/domain/confidant/relationship-status.rules';

const COMMENT_WORDS = { keep: 'unchanged', clear: 'cleared', required: 'required' } as const;

const SYNCED_WORDS = { never: 'never', past_period: 'before the validation period' } as const;

const RETRY_WORDS = {
  not_waiting: 'no',
  wait_is_over: 'the wait is over (a run started by hand ignores it)',
} as const;

/** The rows N1–N6 of the manual stream. */
export function printedNhsRows(): string {
  const rows: readonly NhsStatusRow[] = Object.values(NHS_STATUS_TABLE);
  return printedTable(
    ['Row', 'From', 'Trigger', 'Changed by', 'To', 'Reason', '`unverified_at`', 'Comment'],
    rows.map((row) => [
      row.row,
      fromWords(row.from),
      NHS_TRIGGERS[row.trigger],
      row.acts,
      row.verificationStatus,
      row.verificationReason,
      UNVERIFIED_AT_WORDS[row.unverifiedAt],
      COMMENT_WORDS[row.comment],
    ]),
  );
}

/** The refusals of a change by an official, in their order. */
export function printedNhsRefusals(): string {
  return printedTable(
    ['Order', 'When', 'Refusal'],
    NHS_REFUSALS_IN_ORDER.map(({ when, code }, place) => [`${place + 1}`, when, REFUSALS[code]]),
  );
}

/** The rows C0–C3. */
export function printedCumulativeRows(): string {
  return printedTable(
    ['Row', 'When', 'Person', 'Party'],
    CUMULATIVE_STATUS_TABLE.map(({ row, when, person, party }) => [
      row,
      CUMULATIVE_CONDITIONS[when],
      person,
      party ?? 'no such row',
    ]),
  );
}

/** The branches of the selection, in their order. */
export function printedSelection(): string {
  const branches: readonly SelectionBranch[] = SELECTION_BRANCHES;
  return printedTable(
    ['Order', 'Branch', 'Status', 'Reason', 'Last answer', 'Waits for a retry'],
    branches.map(({ line, name, statuses, reason, synced, retry }) => [
      `${line}`,
      `\`${name}\``,
      statuses.join(' or '),
      reasonWords(reason),
      SYNCED_WORDS[synced],
      RETRY_WORDS[retry],
    ]),
  );
}

function fromWords(from: NhsStatusRow['from']): string {
  if (from === 'any') return 'any';
  return from
    .map(({ verificationStatus, verificationReason }) =>
      verificationReason === undefined ? verificationStatus : `${verificationStatus}/${verificationReason}`,
    )
    .join(', ');
}

function reasonWords(reason: SelectionReason): string {
  if (reason === 'any') return 'any';
  return 'only' in reason ? reason.only : `any but ${reason.allBut}`;
}

const NEED_WORDS = {
  nothing: 'nothing',
  comment: 'a comment',
  proof:
    'the act of birth; or a comment naming the document, when no birth certificate is among the documents',
} as const;

const RELATIONSHIP_EFFECT_WORDS = {
  now: 'now',
  clear: 'cleared',
  keep: 'unchanged',
  given: 'the given one',
} as const;

/** The rows R1–R4 of changes by an official. */
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
      'Old comment, without a new one',
    ],
    rows.map((row) => [
      row.row,
      relationshipFromWords(row.from),
      row.verificationStatus,
      row.verificationReason,
      NEED_WORDS[row.needs],
      RELATIONSHIP_EFFECT_WORDS[row.unverifiedAt],
      RELATIONSHIP_EFFECT_WORDS[row.dracsBirthSyncedAt],
      RELATIONSHIP_EFFECT_WORDS[row.dracsBirthActId],
      RELATIONSHIP_EFFECT_WORDS[row.oldComment],
    ]),
  );
}

/** The refusals of a change by an official, in their order. */
export function printedRelationshipRefusals(): string {
  return printedTable(
    ['Order', 'When', 'Refusal'],
    RELATIONSHIP_REFUSALS_IN_ORDER.map(({ when, code }, place) => [`${place + 1}`, when, REFUSALS[code]]),
  );
}

function relationshipFromWords(from: RelationshipStatusRow['from']): string {
  if (from === 'any') return 'any';
  return from
    .map(
      ({ verificationStatus, verificationReason = 'any' }) => `${verificationStatus}/${verificationReason}`,
    )
    .join(', ');
}
