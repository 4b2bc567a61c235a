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
import { printedTable } from './printed-table';
import {
  SELECTION_BRANCHES,
  type SelectionBranch,
  type SelectionReason,
} from '../../src/domain/verification/selection.rules';

const COMMENT_WORDS = { keep: 'as it is', clear: 'emptied', required: 'required' } as const;
const UNVERIFIED_AT_WORDS = { now: 'now', clear: 'emptied', keep: 'as it is' } as const;
const SYNCED_WORDS = { never: 'never', past_period: 'longer ago than the validation period' } as const;
const RETRY_WORDS = {
  not_waiting: 'no',
  wait_is_over: 'the wait is over (a run by hand does not ask)',
} as const;

/** The rows N1–N6 of the manual stream. */
export function printedNhsRows(): string {
  const rows: readonly NhsStatusRow[] = Object.values(NHS_STATUS_TABLE);
  return printedTable(
    ['Row', 'From', 'Trigger', 'Acts', 'To', 'Reason', '`unverified_at`', 'Comment'],
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

/** The refusals of an official's move, in their order. */
export function printedNhsRefusals(): string {
  return printedTable(
    ['Order', 'When', 'What is told'],
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
      party ?? 'the row does not exist',
    ]),
  );
}

/** The branches of the selection, in their order. */
export function printedSelection(): string {
  const branches: readonly SelectionBranch[] = SELECTION_BRANCHES;
  return printedTable(
    ['Order', 'Branch', 'Status', 'Reason', 'Asked last', 'Waits for a retry'],
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
