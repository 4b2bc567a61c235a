import type { IsoDay } from '../calendar-day';
import type { DocumentType } from '../person/dictionaries';
import type { TechnicalErrorKind } from './technical-error';
import type { AnswersOf, RegisterStreamName } from './stream';

/** A document as the streams see it; days are `YYYY-MM-DD`. */
export interface PersonDocument {
  readonly id: string;
  readonly type: DocumentType;
  readonly number: string;
  readonly issuedAt: IsoDay | null;
  readonly expirationDate: IsoDay | null;
}

/** What a stream may know of the person it checks. A party is a person too, of whom documents alone are sure to be told. */
export interface PersonFacts {
  /** Of the person, or of the party. */
  readonly personId: string;
  readonly lastName: string;
  readonly firstName: string;
  readonly secondName: string | null;
  readonly birthDate: IsoDay;
  readonly unzr: string | null;
  readonly documents: readonly PersonDocument[];
}

/** What comes of looking at a person before the register is asked: rows S4 and S5, or a question. */
export type Prepared<Question> =
  | { readonly trigger: 'nothing_to_check' }
  | { readonly trigger: 'data_malformed' }
  | { readonly trigger: 'ask'; readonly question: Question };

/** How a question to the register ended. `sentAtMs` is a reading of the process's monotonic timer. */
export type Asked<Answer extends string> =
  | {
      readonly kind: 'answer';
      readonly answer: Answer;
      /** What the register says of its answer in words, where it says anything. */
      readonly description?: string | null;
      readonly messageId: string;
      readonly sentAtMs: number;
      readonly durationMs: number;
    }
  | {
      readonly kind: 'technical_error';
      readonly error: TechnicalErrorKind;
      readonly messageId: string;
      readonly sentAtMs: number;
      readonly durationMs: number;
    }
  | { readonly kind: 'not_asked' };

/** How a worker is told to come to an end while it asks. */
export interface AskSignals {
  /** Send nothing more; what was sent may be answered. */
  readonly stop: AbortSignal;
  /** Wait for no answer any more. */
  readonly abort: AbortSignal;
  /** Whether the question waits its turn, as it does unless it is said, or goes before those that wait. */
  readonly turn?: 'in_order' | 'next';
}

/** When the timetable looks for people, how many it takes at once, and how long an answer lasts. */
export interface StreamJob {
  readonly name: string;
  /** Cron expression with five fields. */
  readonly schedule: string;
  readonly validationPeriodDays: number;
  readonly batchSize: number;
}

/** Another holder of a document that was refuted. */
export interface Holder {
  /** Key of the question (`keyOf`). */
  readonly key: string;
  readonly id: string;
}

/**
 * One verification stream: a register and what its answers mean. `Tx` is where its statements are sent; the rules
 * know nothing of it.
 */
export interface RegisterStream<Question, Answer extends string, Tx> {
  readonly name: RegisterStreamName;
  /** The register's method that answers; the gate in front of it is asked by this name. */
  readonly method: string;
  readonly answers: AnswersOf<Answer>;
  readonly job: StreamJob;
  /** The answer as it is kept in `data_status`. */
  readonly dataStatus: Readonly<Record<Answer, number>>;
  /** What S5 takes from the person, beside what it does to the stream; null when malformed data stay as they were signed. */
  readonly clearedWhenMalformed: ClearedData | null;

  /** Whether somebody who signs with these facts is to be checked (S1) or not (S2). */
  hasData(facts: PersonFacts): boolean;
  prepare(facts: PersonFacts, today: IsoDay): Prepared<Question>;
  ask(question: Question, signals: AskSignals): Promise<Asked<Answer>>;

  /** Two questions with one key are about the same document. */
  keyOf(question: Question): string;
  /** Writes the answers that are to be kept, in an order of their own; gives the `mimir` row of each key. */
  keep(tx: Tx, kept: readonly KeptQuestion<Question>[]): Promise<ReadonlyMap<string, string>>;
  /** Keys about which a refuting answer was kept after the moment the question was sent. */
  overtaken(tx: Tx, asked: readonly AskedQuestion<Question>[]): Promise<ReadonlySet<string>>;
  /** Persons who hold what was asked about, as the database stands now. */
  personsHolding(tx: Tx, questions: readonly Question[]): Promise<readonly Holder[]>;
  /** Active parties who hold what was asked about, as the database stands now. */
  partiesHolding(tx: Tx, questions: readonly Question[]): Promise<readonly Holder[]>;
}

/** Data of a person that a stream may have emptied. */
export type ClearedData = 'unzr';

export interface KeptQuestion<Question> {
  readonly question: Question;
  /** What the register said in words; null when it said nothing. */
  readonly description: string | null;
  readonly dataStatus: number;
}

export interface AskedQuestion<Question> {
  readonly question: Question;
  /** Not later than the call was sent, by the clock of the database. */
  readonly sentAt: Date;
}
