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
import {
  STREAM_STATUSES,
  type StreamStatus,
  type AnswerMeaning,
  type RegisterStreamName,
} from '../../src/domain/verification/stream';
import type { ClearedData } from '../../src/domain/verification/register-stream';

/** One table as Markdown. */
export function printedTable(headings: readonly string[], lines: readonly (readonly string[])[]): string {
  const rule = headings.map(() => '---');
  return [headings, rule, ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

/** A connected stream with its answer table, and the data of the person that S5 clears. */
export interface PrintedStream {
  readonly stream: RegisterStreamName;
  readonly answers: Readonly<Record<string, AnswerMeaning>>;
  readonly clearedWhenMalformed: ClearedData | null;
}

const DATA_WORDS = { clear: 'cleared', answer: 'from the answer', keep: 'unchanged' } as const;

export const UNVERIFIED_AT_WORDS = { now: 'now', clear: 'cleared', keep: 'unchanged' } as const;

const LOCK_WORDS = {
  insert: 'taken',
  delete: 'deleted, with any wait',
  wait: 'waits for a retry',
  release: 'released, not counted',
} as const;

/** The meaning of each answer of each connected register, with the row that it leads to. */
export function printedAnswers(streams: readonly PrintedStream[]): string {
  const lines = streams.flatMap(({ stream, answers }) =>
    Object.entries(answers).map(([answer, meaning]) => [
      `\`${stream}\``,
      answer,
      meaningWords(meaning),
      meaning.reason,
      meaning.keep === 'answer' ? 'yes' : 'no',
    ]),
  );
  return printedTable(['Stream', 'Answer', 'Means', 'Reason of the stream', 'Stored'], lines);
}

/** The data of the person that S5 clears, by stream. */
export function printedClearing(streams: readonly PrintedStream[]): string {
  const sentences = streams.flatMap(({ stream, clearedWhenMalformed: data }) =>
    data === null
      ? []
      : [`When the data of \`${stream}\` is malformed (S5), \`${data}\` of the person is also cleared.`],
  );
  return sentences.map((sentence) => `${sentence}\n\n`).join('');
}

/** The rows S1–S11. */
export function printedStreamRows(): string {
  const headings = [
    'Row',
    'From',
    'Trigger',
    'Changed by',
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

/** Every status × trigger: the row that decides, or the letter of the refusal. */
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
