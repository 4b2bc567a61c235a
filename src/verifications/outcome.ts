import type { RetryKind } from '../domain/technical-error';
import type { Held } from './claim.repository';

/** How the review of one person ended, ready to be written. */
export type Outcome<Question, Answer extends string> =
  | { readonly kind: 'decided'; readonly held: Held; readonly ground: 'nothing_to_check' | 'data_malformed' }
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
