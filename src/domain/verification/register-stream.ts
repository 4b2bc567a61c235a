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

/** What a stream knows of a person to check. A party is a person too; only its documents are certain to be known. */
export interface PersonFacts {
  /** Id of the person or the party. */
  readonly personId: string;
  readonly lastName: string;
  readonly firstName: string;
  readonly secondName: string | null;
  readonly birthDate: IsoDay;
  readonly unzr: string | null;
  readonly documents: readonly PersonDocument[];
}

/** The result before a call to the register: row S4, row S5, or a question. */
export type Prepared<Question> =
  | { readonly trigger: 'nothing_to_check' }
  | { readonly trigger: 'data_malformed' }
  | { readonly trigger: 'ask'; readonly question: Question };

/** The outcome of a question to the register. `sentAtMs` is a reading of the monotonic timer of the process. */
export type Asked<Answer extends string> =
  | {
      readonly kind: 'answer';
      readonly answer: Answer;
      /** The register's own words about its answer, if any. */
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

/** Signals to a worker that calls the register. */
export interface AskSignals {
  /** Send nothing more; wait for answers to what was sent. */
  readonly stop: AbortSignal;
  /** Stop waiting for answers. */
  readonly abort: AbortSignal;
  /** Whether the question waits in the permit queue in order (the default) or goes before all that wait. */
  readonly turn?: 'in_order' | 'next';
}

/** The scheduled job of a stream: name, schedule, validity of an answer, batch size. */
export interface StreamJob {
  readonly name: string;
  /** Cron expression with five fields. */
  readonly schedule: string;
  readonly validationPeriodDays: number;
  readonly batchSize: number;
}

/** A person or party who has a document. */
export interface Holder {
  /** Key of the question (`keyOf`). */
  readonly key: string;
  readonly id: string;
}

/**
 * One verification stream: a register and the meaning of its answers. `Tx` is the transaction its statements are sent in;
 * the rules do not use it.
 */
export interface RegisterStream<Question, Answer extends string, Tx> {
  readonly name: RegisterStreamName;
  /** The method of the register, and the name of its rate limiter. */
  readonly method: string;
  readonly answers: AnswersOf<Answer>;
  readonly job: StreamJob;
  /** The value of `data_status` for each answer. */
  readonly dataStatus: Readonly<Record<Answer, number>>;
  /** The data of the person that S5 clears; null when malformed data stay as they were signed. */
  readonly clearedWhenMalformed: ClearedData | null;

  /** Whether a person who signs with these facts is to be checked (S1) or not (S2). */
  hasData(facts: PersonFacts): boolean;
  prepare(facts: PersonFacts, today: IsoDay): Prepared<Question>;
  ask(question: Question, signals: AskSignals): Promise<Asked<Answer>>;

  /** Questions with the same key are about the same document. */
  keyOf(question: Question): string;
  /** Stores answers, sorted to avoid deadlocks; returns the id of the `mimir` row of each key. */
  keep(tx: Tx, kept: readonly KeptQuestion<Question>[]): Promise<ReadonlyMap<string, string>>;
  /** The keys with a refuting answer stored after the question was sent. */
  overtaken(tx: Tx, asked: readonly AskedQuestion<Question>[]): Promise<ReadonlySet<string>>;
  /** Persons who have the document now. */
  personsHolding(tx: Tx, questions: readonly Question[]): Promise<readonly Holder[]>;
  /** Active parties who have the document now. */
  partiesHolding(tx: Tx, questions: readonly Question[]): Promise<readonly Holder[]>;
}

/** Data of a person that a stream may clear. */
export type ClearedData = 'unzr';

export interface KeptQuestion<Question> {
  readonly question: Question;
  /** The register's own words; null when there are none. */
  readonly description: string | null;
  readonly dataStatus: number;
}

export interface AskedQuestion<Question> {
  readonly question: Question;
  /** Not later than the call, by the clock of the database. */
  readonly sentAt: Date;
}
