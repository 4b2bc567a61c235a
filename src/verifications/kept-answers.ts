import type { Sql } from '../database/transactions';
import type { AskedQuestion, RegisterStream } from '../domain/verification/register-stream';
import type { Answered, Outcome } from './outcome';

type Stream<Question, Answer extends string> = RegisterStream<Question, Answer, Sql>;

/** Keeps the answers that are to be kept; gives the `mimir` row of each document. */
export async function keepAnswers<Question, Answer extends string>(
  sql: Sql,
  stream: Stream<Question, Answer>,
  answered: readonly Answered<Question, Answer>[],
): Promise<ReadonlyMap<string, string>> {
  const kept = answered.filter(({ answer }) => stream.answers[answer].keep === 'answer');
  if (kept.length === 0) return new Map();
  return stream.keep(
    sql,
    kept.map(({ question, description, answer }) => ({
      question,
      description,
      dataStatus: stream.dataStatus[answer],
    })),
  );
}

/** Good answers older than a bad one about the same document: somebody else's check found it meanwhile. */
export async function overtakenAnswers<Question, Answer extends string>(
  sql: Sql,
  stream: Stream<Question, Answer>,
  answered: readonly Answered<Question, Answer>[],
): Promise<ReadonlySet<Outcome<Question, Answer>>> {
  const good = answered.filter(({ answer }) => stream.answers[answer].means === 'confirmed');
  if (good.length === 0) return new Set();
  const asked: AskedQuestion<Question>[] = good.map(({ question, sentAt }) => ({ question, sentAt }));
  const keys = await stream.overtaken(sql, asked);
  return new Set(good.filter(({ question }) => keys.has(stream.keyOf(question))));
}
