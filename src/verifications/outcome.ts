import type { RetryKind } from '../domain/verification/technical-error';
import { nextStreamStatus } from '../domain/verification/stream-status.rules';
import type { AnswerMeaning, StreamPair } from '../domain/verification/stream';
import type {
  StreamRowName,
  StreamStatusRow,
  StreamTrigger,
} from '../domain/verification/stream-status.table';
import type { ClaimedPerson } from './claim.repository';
import type { AnyRegisterStream } from './stream-registry';

/** How the review of one person ended, ready to be written. */
export type Outcome = Decided | Answered | Failed | Released;

/** Rows S4 and S5: decided without asking the register. */
export interface Decided {
  readonly kind: 'decided';
  readonly person: ClaimedPerson;
  readonly trigger: 'nothing_to_check' | 'data_malformed';
}

export interface Answered {
  readonly kind: 'answered';
  readonly person: ClaimedPerson;
  readonly question: unknown;
  readonly answer: string;
  /** The register's words; null if it gave none. */
  readonly description: string | null;
  readonly messageId: string;
  /** Not later than the call was sent, by the clock of the database. */
  readonly sentAt: Date;
  readonly durationMs: number;
}

export interface Failed {
  readonly kind: 'technical_error';
  readonly person: ClaimedPerson;
  readonly error: RetryKind;
  readonly messageId: string | null;
}

/** Not asked because the worker stops or the circuit is open. */
export interface Released {
  readonly kind: 'released';
  readonly person: ClaimedPerson;
}

/** What a row of the status table writes to the columns of the stream. */
export interface Decision {
  readonly row: StreamRowName;
  readonly after: StreamPair;
  readonly dataId: string | null;
  readonly dataStatus: number | null;
  readonly synced: boolean;
  readonly refuted: boolean;
}

/** Rows S4 and S5: decided without asking the register. */
export function decideUnasked({ trigger }: Pick<Decided, 'trigger'>): Decision {
  return decisionOf(rowFor(trigger), undefined);
}

/** Rows S6 and S7: what the answer means. */
export function decideAnswered(
  stream: Pick<AnyRegisterStream, 'answers' | 'dataStatus' | 'keyOf'>,
  { question, answer }: Pick<Answered, 'question' | 'answer'>,
  dataIds: ReadonlyMap<string, string>,
): Decision {
  const meaning = meaningOf(stream, answer);
  const row = rowFor(meaning.means === 'refuted' ? 'register_refuted' : 'register_confirmed');
  const dataId = meaning.keep === 'answer' ? (dataIds.get(stream.keyOf(question)) ?? null) : null;
  return decisionOf(row, { meaning, dataId, dataStatus: stream.dataStatus[answer] ?? null });
}

/** What an answer of the stream's register means. The type of the table makes it complete; a gap is a bug. */
export function meaningOf({ answers }: Pick<AnyRegisterStream, 'answers'>, answer: string): AnswerMeaning {
  const meaning = answers[answer];
  if (meaning === undefined) throw new Error(`The stream has no meaning for the answer ${answer}.`);
  return meaning;
}

function rowFor(trigger: StreamTrigger): StreamStatusRow {
  const move = nextStreamStatus('IN_REVIEW', trigger);
  if (!move.allowed) throw new Error(`The tables refuse ${trigger} for a stream in review.`);
  return move.row;
}

interface KeptAnswer {
  readonly meaning: AnswerMeaning;
  readonly dataId: string | null;
  readonly dataStatus: number | null;
}

function decisionOf(row: StreamStatusRow, answer: KeptAnswer | undefined): Decision {
  const kept = row.data === 'answer' ? answer : undefined;
  return {
    row: row.row,
    after: pairOf(row, answer),
    dataId: kept?.dataId ?? null,
    dataStatus: kept?.dataStatus ?? null,
    synced: kept !== undefined,
    refuted: row.unverifiedAt === 'now',
  };
}

function pairOf({ row, to, reason }: StreamStatusRow, answer: KeptAnswer | undefined): StreamPair {
  const given = reason === 'of_the_stream' ? answer?.meaning.reason : reason;
  if (to === 'as_before' || given === undefined || given === 'as_before') {
    throw new Error(`Row ${row} does not decide a status by itself.`);
  }
  return { verificationStatus: to, verificationReason: given };
}
