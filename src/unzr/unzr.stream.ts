import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import type { Sql } from '../database/transactions';
import { parseUnzr } from '../domain/person/identifiers';
import type {
  Asked,
  AskSignals,
  Holder,
  KeptQuestion,
  PersonFacts,
  Prepared,
  RegisterStream,
  StreamJob,
  ClearedData,
} from '../domain/verification/register-stream';
import { MvsTrembitaClient } from '../mvs-trembita';
import { UnzrRepository, type UnzrStreamQuestion } from './unzr.repository';
import type { AnswersOf } from '../domain/verification/stream';

/** The answers of the demographic register about a person and their UNZR. */
export type UnzrStreamAnswer = 'FOUND' | 'NOT_FOUND';

/** A register of the CURRENT RECORDS of persons: NOT_FOUND refutes, and nobody else is affected. */
export const UNZR_ANSWERS = {
  FOUND: { means: 'confirmed', reason: 'AUTO', keep: 'answer', reaches: 'nobody_else' },
  NOT_FOUND: { means: 'refuted', reason: 'AUTO', keep: 'nothing', reaches: 'nobody_else' },
} as const satisfies AnswersOf<UnzrStreamAnswer>;

/** A malformed UNZR is nobody's number: it is removed, and the person may sign with the right one. */
export const UNZR_CLEARED_WHEN_MALFORMED = 'unzr' satisfies ClearedData;

/** A UNZR has one rightful holder, so an answer applies only to the person asked about. */
const NOBODY: Promise<readonly Holder[]> = Promise.resolve([]);

/** Whether the demographic register has a person with this UNZR, these names and this date of birth. */
@Injectable()
export class UnzrStream implements RegisterStream<UnzrStreamQuestion, UnzrStreamAnswer, Sql> {
  static readonly JOB = 'unzr-persons';

  readonly name = 'unzr';
  readonly method = 'checkunzr';
  readonly answers = UNZR_ANSWERS;
  readonly dataStatus = { FOUND: 1, NOT_FOUND: 0 } as const;
  readonly clearedWhenMalformed = UNZR_CLEARED_WHEN_MALFORMED;
  readonly job: StreamJob;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly mvs: MvsTrembitaClient,
    private readonly records: UnzrRepository,
  ) {
    this.job = {
      name: UnzrStream.JOB,
      schedule: settings.UNZR_PERSON_SYNCHRONIZATION_SCHEDULE,
      validationPeriodDays: settings.UNZR_PERSON_VALIDATION_PERIOD_DAYS,
      batchSize: settings.UNZR_PERSONS_SYNCHRONIZATION_BATCH_SIZE,
    };
  }

  hasData({ unzr }: PersonFacts): boolean {
    return unzr !== null && unzr !== '';
  }

  prepare({ unzr, lastName, firstName, secondName, birthDate }: PersonFacts): Prepared<UnzrStreamQuestion> {
    if (unzr === null || unzr === '') return { trigger: 'nothing_to_check' };
    if (parseUnzr(unzr) === 'malformed') return { trigger: 'data_malformed' };
    const names = { familyName: lastName, givenName: firstName, patronymicName: secondName };
    return { trigger: 'ask', question: { unzr, ...names, dateBirth: birthDate } };
  }

  async ask(question: UnzrStreamQuestion, signals: AskSignals): Promise<Asked<UnzrStreamAnswer>> {
    const asked = await this.mvs.checkUnzr(question, signals.abort, signals);
    if (asked.kind !== 'answer') return asked;
    const { status, description } = asked.answer;
    return { ...asked, answer: status, description };
  }

  keyOf({ unzr }: UnzrStreamQuestion): string {
    return unzr;
  }

  keep(sql: Sql, kept: readonly KeptQuestion<UnzrStreamQuestion>[]): Promise<ReadonlyMap<string, string>> {
    return this.records.keep(sql, kept);
  }

  /** No refuting answer is kept, so none can overtake a confirming one. */
  overtaken(): Promise<ReadonlySet<string>> {
    return Promise.resolve(new Set());
  }

  personsHolding(): Promise<readonly Holder[]> {
    return NOBODY;
  }

  partiesHolding(): Promise<readonly Holder[]> {
    return NOBODY;
  }
}
