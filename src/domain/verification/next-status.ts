import type { StreamGround } from './ground';
import { STREAM_MOVES_REFUSED, type WhyRefused } from './refused-moves.table';
import { STREAM_STATUSES, type StreamPair, type StreamReason, type StreamStatus } from './status';
import type { StreamStatusRow } from './stream-status-row';
import { STREAM_STATUS_TABLE } from './stream-status.table';

/** The decision about a move: the row that allows it, or why it is refused. */
export type Move =
  | { readonly allowed: true; readonly row: StreamStatusRow }
  | { readonly allowed: false; readonly why: WhyRefused };

const ROWS: readonly StreamStatusRow[] = Object.values(STREAM_STATUS_TABLE);
const REFUSED: Readonly<Partial<Record<StreamGround, Readonly<Partial<Record<StreamStatus, WhyRefused>>>>>> =
  STREAM_MOVES_REFUSED;

/** The statuses a row may start from, spelled out: they become the condition of the update. */
export function fromStatuses(row: Pick<StreamStatusRow, 'from'>): readonly StreamStatus[] {
  if (row.from === 'any') return STREAM_STATUSES;
  if (row.from === 'any_but_in_review') return STREAM_STATUSES.filter((status) => status !== 'IN_REVIEW');
  return row.from;
}

/** What follows when this happens to a register stream that stands there. */
export function next(status: StreamStatus, ground: StreamGround): Move {
  const row = ROWS.find(({ grounds }) => grounds.includes(ground));
  if (row !== undefined && fromStatuses(row).includes(status)) return { allowed: true, row };
  const why = REFUSED[ground]?.[status];
  if (why === undefined) throw new Error(`The tables do not decide about ${status} and ${ground}.`);
  return { allowed: false, why };
}

/** The columns of a register stream that the rows speak of. */
export interface StreamColumns extends StreamPair {
  readonly dataId: string | null;
  readonly dataStatus: number | null;
  readonly syncedAt: Date | null;
  readonly unverifiedAt: Date | null;
}

/** The part of a register's answer that stays at the stream. */
export interface KeptAnswer {
  readonly reason: StreamReason;
  readonly dataId: string | null;
  readonly dataStatus: number;
}

/** What a row needs to be worked out. Rows without an answer, or without a lock, need only the first three. */
export interface RowFacts {
  readonly row: StreamStatusRow;
  readonly before: StreamColumns;
  readonly now: Date;
  readonly beforeLock?: StreamPair;
  readonly answer?: KeptAnswer;
}

/** The columns of the stream after the row: the law in memory, which the statements of the database must match. */
export function afterRow(facts: RowFacts): StreamColumns {
  const { row, before, now } = facts;
  const unverifiedAt = { now, clear: null, keep: before.unverifiedAt }[row.unverifiedAt];
  return { ...pairAfter(facts), ...dataAfter(facts), unverifiedAt };
}

function pairAfter({ row, beforeLock, answer }: RowFacts): StreamPair {
  if (row.to === 'as_before' || row.reason === 'as_before')
    return needed(beforeLock, 'the pair before the lock');
  if (row.reason !== 'of_the_stream') return { verificationStatus: row.to, verificationReason: row.reason };
  return { verificationStatus: row.to, verificationReason: needed(answer, 'an answer').reason };
}

function dataAfter({
  row,
  before,
  now,
  answer,
}: RowFacts): Pick<StreamColumns, 'dataId' | 'dataStatus' | 'syncedAt'> {
  if (row.data === 'clear') return { dataId: null, dataStatus: null, syncedAt: null };
  if (row.data === 'keep') {
    return { dataId: before.dataId, dataStatus: before.dataStatus, syncedAt: before.syncedAt };
  }
  const { dataId, dataStatus } = needed(answer, 'an answer');
  return { dataId, dataStatus, syncedAt: now };
}

function needed<Fact>(fact: Fact | undefined, what: string): Fact {
  if (fact === undefined) throw new Error(`This row cannot be applied without ${what}.`);
  return fact;
}
