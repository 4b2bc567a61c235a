import { type StreamTrigger, STREAM_STATUS_TABLE, type StreamStatusRow } from './stream-status.table';
import { type StreamStatus, STREAM_STATUSES, type StreamPair, type StreamReason } from './stream';

/** Why a change is refused when no row allows it, with the words of the printed tables. */
export const MOVE_REFUSALS = {
  lock_is_gone: 'The stream is not in review any more: a late result is dropped.',
  already_in_review: 'Another claim has the stream already.',
  not_scheduled: 'Scheduled runs do not claim this stream: only new data or an official changes it.',
  own_review_decides: 'The holder is in review: the answer of that review decides.',
} as const;

export type MoveRefusal = keyof typeof MOVE_REFUSALS;

type Table = typeof STREAM_STATUS_TABLE;

type RowOf<Trigger extends StreamTrigger> = {
  [Name in keyof Table]: Trigger extends Table[Name]['triggers'][number] ? Table[Name] : never;
}[keyof Table];

type FromOf<Row> = Row extends { readonly from: 'any' }
  ? StreamStatus
  : Row extends { readonly from: 'any_but_in_review' }
    ? Exclude<StreamStatus, 'IN_REVIEW'>
    : Row extends { readonly from: readonly (infer Status)[] }
      ? Status
      : never;

type RefusedFrom<Trigger extends StreamTrigger> = Exclude<StreamStatus, FromOf<RowOf<Trigger>>>;

type EveryMoveThatIsNoRow = {
  readonly [Trigger in StreamTrigger as [RefusedFrom<Trigger>] extends [never] ? never : Trigger]: {
    readonly [Status in RefusedFrom<Trigger>]: MoveRefusal;
  };
};

/**
 * Every status × trigger that no row allows, each with its reason. The type is derived from the table: a new status or
 * trigger that is neither a row nor listed here does not compile, and neither does a refusal of a row.
 */
export const STREAM_MOVES_REFUSED = {
  taken_for_review: {
    VERIFICATION_NOT_NEEDED: 'not_scheduled',
    IN_REVIEW: 'already_in_review',
    NOT_VERIFIED: 'not_scheduled',
  },
  nothing_to_check: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  data_malformed: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  register_confirmed: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  register_refuted: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  document_refuted_elsewhere: {
    IN_REVIEW: 'own_review_decides',
  },
  technical_error: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  lock_expired: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  released_unasked: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
  answer_overtaken: {
    VERIFICATION_NEEDED: 'lock_is_gone',
    VERIFICATION_NOT_NEEDED: 'lock_is_gone',
    VERIFIED: 'lock_is_gone',
    NOT_VERIFIED: 'lock_is_gone',
  },
} as const satisfies EveryMoveThatIsNoRow;

/** The decision about a change: the row that allows it, or why it is refused. */
export type Move =
  | { readonly allowed: true; readonly row: StreamStatusRow }
  | { readonly allowed: false; readonly why: MoveRefusal };

const ROWS: readonly StreamStatusRow[] = Object.values(STREAM_STATUS_TABLE);

const REFUSED: Readonly<
  Partial<Record<StreamTrigger, Readonly<Partial<Record<StreamStatus, MoveRefusal>>>>>
> = STREAM_MOVES_REFUSED;

/** The statuses that a row may start from, as a list: the condition of the update. */
export function fromStatuses(row: Pick<StreamStatusRow, 'from'>): readonly StreamStatus[] {
  if (row.from === 'any') return STREAM_STATUSES;
  if (row.from === 'any_but_in_review') return STREAM_STATUSES.filter((status) => status !== 'IN_REVIEW');
  return row.from;
}

/** Decides what a trigger does to a register stream with this status. */
export function nextStreamStatus(status: StreamStatus, trigger: StreamTrigger): Move {
  const row = ROWS.find(({ triggers }) => triggers.includes(trigger));
  if (row !== undefined && fromStatuses(row).includes(status)) return { allowed: true, row };
  const why = REFUSED[trigger]?.[status];
  if (why === undefined) throw new Error(`The tables have no decision for ${status} and ${trigger}.`);
  return { allowed: false, why };
}

/** The columns of a register stream that the rows change. */
export interface StreamColumns extends StreamPair {
  readonly dataId: string | null;
  readonly dataStatus: number | null;
  readonly syncedAt: Date | null;
  readonly unverifiedAt: Date | null;
}

/** The part of a register's answer that is stored with the stream. */
export interface KeptAnswer {
  readonly reason: StreamReason;
  readonly dataId: string | null;
  readonly dataStatus: number;
}

/** The input of `afterRow`. Rows without an answer or a lock need the first three only. */
export interface RowFacts {
  readonly row: StreamStatusRow;
  readonly before: StreamColumns;
  readonly now: Date;
  readonly beforeLock?: StreamPair;
  readonly answer?: KeptAnswer;
}

/** The columns of the stream after the row: the domain rule in memory, which the SQL statements must match. */
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
