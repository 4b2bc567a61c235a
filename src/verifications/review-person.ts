import type { DatabaseClock } from '../database/database-clock';
import type { Sql } from '../database/transactions';
import { NOT_PROCESSED } from '../domain/technical-error';
import type { Asked, AskSignals, RegisterStream } from '../domain/verification/register-stream';
import type { Held } from './claim.repository';
import type { Outcome } from './outcome';

/** What the review of one person works with. */
export interface ReviewParts<Question, Answer extends string> {
  readonly stream: Pick<RegisterStream<Question, Answer, Sql>, 'prepare' | 'ask'>;
  readonly clock: DatabaseClock;
  readonly signals: AskSignals;
  readonly failed: (error: unknown) => void;
}

/** Asks the register about a person under a claim, if there is anything to ask. Never rejects. */
export async function reviewPerson<Question, Answer extends string>(
  { stream, clock, signals, failed }: ReviewParts<Question, Answer>,
  held: Held,
  today: string,
): Promise<Outcome<Question, Answer>> {
  try {
    const prepared = stream.prepare(held.facts, today);
    if (prepared.ground !== 'ask') return { kind: 'decided', held, ground: prepared.ground };
    const asked = await stream.ask(prepared.question, signals);
    return outcomeOf({ held, question: prepared.question, asked, clock });
  } catch (error) {
    // A fault of ours with one person's data: he waits like after a technical error, the others go on.
    failed(error);
    return { kind: 'technical_error', held, error: NOT_PROCESSED, messageId: null };
  }
}

interface AskedAbout<Question, Answer extends string> {
  readonly held: Held;
  readonly question: Question;
  readonly asked: Asked<Answer>;
  readonly clock: DatabaseClock;
}

function outcomeOf<Question, Answer extends string>({
  held,
  question,
  asked,
  clock,
}: AskedAbout<Question, Answer>): Outcome<Question, Answer> {
  if (asked.kind === 'not_asked') return { kind: 'released', held };
  const { messageId } = asked;
  if (asked.kind === 'technical_error') {
    return { kind: 'technical_error', held, error: asked.error, messageId };
  }
  const { answer, description = null, durationMs, sentAtMs } = asked;
  const sentAt = clock.at(sentAtMs);
  return { kind: 'answered', held, question, answer, description, messageId, durationMs, sentAt };
}

/** What is written for a person whose outcome cannot be: nothing changed, and he waits. */
export function notProcessed<Question, Answer extends string>(
  outcome: Outcome<Question, Answer>,
): Outcome<Question, Answer> | undefined {
  if (outcome.kind === 'technical_error') return undefined;
  return { kind: 'technical_error', held: outcome.held, error: NOT_PROCESSED, messageId: null };
}
