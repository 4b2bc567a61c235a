import {
  STREAM_TRIGGERS,
  type StreamTrigger,
  type StreamStatusRow,
  STREAM_STATUS_TABLE,
} from '../../src/domain/verification/stream-status.table';
import {
  nextStreamStatus,
  MOVE_REFUSALS,
  type MoveRefusal,
} from '../../src/domain/verification/stream-status.rules';
import { printedTable } from './printed-table';
import {
  STREAM_STATUSES,
  type StreamStatus,
  type AnswerMeaning,
  type RegisterStreamName,
} from '../../src/domain/verification/stream';
import type { ClearedData } from '../../src/domain/verification/register-stream';

/** A connected stream with its answer table, and what S5 takes from the person. */
export interface PrintedStream {
  readonly stream: RegisterStreamName;
  readonly answers: Readonly<Record<string, AnswerMeaning>>;
  readonly clearedWhenMalformed: ClearedData | null;
}

const DATA_WORDS = { clear: 'emptied', answer: 'from the answer', keep: 'as it is' } as const;
const UNVERIFIED_AT_WORDS = { now: 'now', clear: 'emptied', keep: 'as it is' } as const;
const LOCK_WORDS = {
  insert: 'taken',
  delete: 'removed, with any wait',
  wait: 'left to wait for a retry',
  release: 'released, not counted',
} as const;

/** What each answer of each connected register means, and the row that it leads to. */
export function printedAnswers(streams: readonly PrintedStream[]): string {
  const lines = streams.flatMap(({ stream, answers }) =>
    Object.entries(answers).map(([answer, meaning]) => [
      `\`${stream}\``,
      answer,
      meaningWords(meaning),
      meaning.reason,
      meaning.keep === 'answer' ? 'kept' : 'not kept',
    ]),
  );
  return printedTable(
    ['Stream', 'Answer', 'Means', 'Reason of the stream', "The register's entry is"],
    lines,
  );
}

/** What S5 takes from the person, stream by stream; nothing where every stream leaves the data as they were signed. */
export function printedClearing(streams: readonly PrintedStream[]): string {
  const sentences = streams.flatMap(({ stream, clearedWhenMalformed: data }) =>
    data === null
      ? []
      : [`Where \`${stream}\` finds the data malformed (S5), \`${data}\` is also taken from the person.`],
  );
  return sentences.map((sentence) => `${sentence}\n\n`).join('');
}

/** The rows S1–S11. */
export function printedStreamRows(): string {
  const headings = [
    'Row',
    'From',
    'Trigger',
    'Acts',
    'To',
    'Reason',
    '`unverified_at`',
    'Data',
    'Lock',
    'Recorded',
  ];
  const rows: readonly StreamStatusRow[] = Object.values(STREAM_STATUS_TABLE);
  return printedTable(
    headings,
    rows.map((row) => [
      row.row,
      fromWords(row.from),
      row.triggers.map((trigger) => STREAM_TRIGGERS[trigger]).join('; or '),
      row.acts,
      row.to === 'as_before' ? 'as before the lock' : row.to,
      reasonWords(row.reason),
      UNVERIFIED_AT_WORDS[row.unverifiedAt],
      DATA_WORDS[row.data],
      LOCK_WORDS[row.lock],
      row.records ? 'yes' : 'no',
    ]),
  );
}

/** Every status × trigger: the row that decides it, or the letter of the refusal. */
export function printedGrid(): string {
  const triggers = Object.keys(STREAM_TRIGGERS) as StreamTrigger[];
  return printedTable(
    ['What happens', ...STREAM_STATUSES],
    triggers.map((trigger) => [
      STREAM_TRIGGERS[trigger],
      ...STREAM_STATUSES.map((status) => gridCell(status, trigger)),
    ]),
  );
}

/** The letters of the grid and their sentences. */
export function printedRefusals(): string {
  const reasons = Object.keys(MOVE_REFUSALS) as MoveRefusal[];
  return printedTable(
    ['Refusal', 'Why'],
    reasons.map((why) => [letterOf(why), MOVE_REFUSALS[why]]),
  );
}

function meaningWords({ means, reaches }: AnswerMeaning): string {
  if (means === 'confirmed') return 'the data is confirmed (S6)';
  return reaches === 'other_holders'
    ? 'the data is refuted (S7, and S8 for other holders)'
    : 'the data is refuted (S7)';
}

function gridCell(status: StreamStatus, trigger: StreamTrigger): string {
  const move = nextStreamStatus(status, trigger);
  if (!move.allowed) return `refused (${letterOf(move.why)})`;
  return `**${move.row.row}** → ${move.row.to === 'as_before' ? 'as before' : move.row.to}`;
}

function letterOf(why: MoveRefusal): string {
  return 'abcdefghijklmnopqrstuvwxyz'.charAt(Object.keys(MOVE_REFUSALS).indexOf(why));
}

function fromWords(from: StreamStatusRow['from']): string {
  if (from === 'any') return 'any';
  if (from === 'any_but_in_review') return 'any but IN_REVIEW';
  return from.join(' or ');
}

function reasonWords(reason: StreamStatusRow['reason']): string {
  if (reason === 'of_the_stream') return "the stream's own";
  return reason === 'as_before' ? 'as before the lock' : reason;
}
