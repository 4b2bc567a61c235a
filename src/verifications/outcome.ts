import type { RetryKind } from '../domain/verification/technical-error';
import type { Held } from './claim.repository';
import { nextStreamStatus } from '../domain/verification/stream-status.rules';
import type { RegisterStream } from '../domain/verification/register-stream';
import type { StreamPair, AnswerMeaning } from '../domain/verification/stream';
import type {
  StreamTrigger,
  StreamRowName,
  StreamStatusRow,
} from '../domain/verification/stream-status.table';

/** How the review of one person ended, ready to be written. */
export type Outcome<Question, Answer extends string> =
  | { readonly kind: 'decided'; readonly held: Held; readonly trigger: 'nothing_to_check' | 'data_malformed' }
  | {
      readonly kind: 'answered';
      readonly held: Held;
      readonly question: Question;
      readonly answer: Answer;
      /** What the register said in words; null when it said nothing. */
      readonly description: string | null;
      readonly messageId: string;
      /** Not later than the call was sent, by the clock of the database. */
      readonly sentAt: Date;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'technical_error';
      readonly held: Held;
      readonly error: RetryKind;
      readonly messageId: string | null;
    }
  | { readonly kind: 'released'; readonly held: Held };

export type Decided<Question, Answer extends string> = Extract<
  Outcome<Question, Answer>,
  { kind: 'decided' }
>;

export type Answered<Question, Answer extends string> = Extract<
  Outcome<Question, Answer>,
  { kind: 'answered' }
>;

export type Failed = Extract<Outcome<never, never>, { kind: 'technical_error' }>;

/** What a row of the common table writes to the stream's columns. */
export interface Decision {
  readonly row: StreamRowName;
  readonly after: StreamPair;
  readonly dataId: string | null;
  readonly dataStatus: number | null;
  readonly synced: boolean;
  readonly refuted: boolean;
}

type AnyStream<Question, Answer extends string> = Pick<
  RegisterStream<Question, Answer, never>,
  'answers' | 'dataStatus' | 'keyOf'
>;

/** Rows S4 and S5: decided without asking. */
export function decideUnasked<Question, Answer extends string>({
  trigger,
}: Decided<Question, Answer>): Decision {
  return decisionOf(rowFor(trigger), undefined);
}

/** Rows S6 and S7: what the answer means, and what follows. */
export function decideAnswered<Question, Answer extends string>(
  stream: AnyStream<Question, Answer>,
  { question, answer }: Answered<Question, Answer>,
  dataIds: ReadonlyMap<string, string>,
): Decision {
  const meaning = stream.answers[answer];
  const row = rowFor(meaning.means === 'refuted' ? 'register_refuted' : 'register_confirmed');
  const dataId = meaning.keep === 'answer' ? (dataIds.get(stream.keyOf(question)) ?? null) : null;
  return decisionOf(row, { meaning, dataId, dataStatus: stream.dataStatus[answer] });
}

function rowFor(trigger: StreamTrigger): StreamStatusRow {
  const move = nextStreamStatus('IN_REVIEW', trigger);
  if (!move.allowed) throw new Error(`The tables refuse ${trigger} for a stream in review.`);
  return move.row;
}

interface AnswerKept {
  readonly meaning: AnswerMeaning;
  readonly dataId: string | null;
  readonly dataStatus: number;
}

function decisionOf(row: StreamStatusRow, answer: AnswerKept | undefined): Decision {
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

function pairOf({ row, to, reason }: StreamStatusRow, answer: AnswerKept | undefined): StreamPair {
  const given = reason === 'of_the_stream' ? answer?.meaning.reason : reason;
  if (to === 'as_before' || given === undefined || given === 'as_before') {
    throw new Error(`Row ${row} does not decide a status by itself.`);
  }
  return { verificationStatus: to, verificationReason: given };
}
