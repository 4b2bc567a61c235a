import { next } from '../domain/verification/next-status';
import type { RegisterStream } from '../domain/verification/register-stream';
import type { StreamPair } from '../domain/verification/status';
import type { StreamGround } from '../domain/verification/ground';
import type { StreamRowName, StreamStatusRow } from '../domain/verification/stream-status-row';
import type { AnswerMeaning } from '../domain/verification/stream';
import type { Answered, Decided } from './outcome';

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
  ground,
}: Decided<Question, Answer>): Decision {
  return decisionOf(rowFor(ground), undefined);
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

function rowFor(ground: StreamGround): StreamStatusRow {
  const move = next('IN_REVIEW', ground);
  if (!move.allowed) throw new Error(`The tables refuse ${ground} for a stream in review.`);
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
