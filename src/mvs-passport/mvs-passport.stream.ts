import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import type { Sql } from '../database/transactions';
import type { IsoDay } from '../domain/calendar-day';
import { chosenDocument, DOCUMENT_NUMBERS, parsePassportNumber } from '../domain/person/document.rules';
import type {
  Asked,
  AskSignals,
  AskedQuestion,
  Holder,
  KeptQuestion,
  PersonDocument,
  PersonFacts,
  Prepared,
  RegisterStream,
  StreamJob,
} from '../domain/verification/register-stream';
import { MvsTrembitaClient } from '../mvs-trembita';
import {
  keyOfPassport,
  type MvsPassportQuestion,
  MvsPassportRepository,
  type PassportType,
} from './mvs-passport.repository';
import type { AnswersOf } from '../domain/verification/stream';

/** The answers of the ministry's register about a passport. */
export type MvsPassportAnswer = 'FOUND' | 'NOT_FOUND';

/** A register of STOLEN AND LOST passports: FOUND refutes. */
export const MVS_PASSPORT_ANSWERS = {
  FOUND: { means: 'refuted', reason: 'AUTO_LOST', keep: 'answer', reaches: 'other_holders' },
  NOT_FOUND: { means: 'confirmed', reason: 'AUTO_NOT_LOST', keep: 'nothing', reaches: 'nobody_else' },
} as const satisfies AnswersOf<MvsPassportAnswer>;

/** The register's code of the passport booklet. */
const BOOKLET = '0101';

/** Whether a passport is in the ministry's register of stolen and lost passports. */
@Injectable()
export class MvsPassportStream implements RegisterStream<MvsPassportQuestion, MvsPassportAnswer, Sql> {
  static readonly JOB = 'mvs-passport-persons';

  readonly name = 'mvs_passport';
  readonly method = 'CheckPassportStatus';
  readonly answers = MVS_PASSPORT_ANSWERS;
  readonly dataStatus = { FOUND: 1, NOT_FOUND: 0 } as const;
  readonly clearedWhenMalformed = null;
  readonly job: StreamJob;
  /** The register's code of an ID card. While it is not configured, the register is asked about booklets only. */
  private readonly idCard: string | undefined;
  private readonly knownTypes: readonly PassportType[];

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly mvs: MvsTrembitaClient,
    private readonly passports: MvsPassportRepository,
  ) {
    this.job = {
      name: MvsPassportStream.JOB,
      schedule: settings.MVS_PERSON_SYNCHRONIZATION_SCHEDULE,
      validationPeriodDays: settings.MVS_PERSON_VALIDATION_PERIOD_DAYS,
      batchSize: settings.MVS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE,
    };
    this.idCard = settings.MVS_PASS_TYPE_NATIONAL_ID;
    this.knownTypes = this.idCard === undefined ? ['PASSPORT'] : ['PASSPORT', 'NATIONAL_ID'];
  }

  /** An ID card brings a person into the stream too, although the review may then find nothing to check. */
  hasData({ documents }: PersonFacts): boolean {
    return documents.some(({ type }) => type === 'PASSPORT' || type === 'NATIONAL_ID');
  }

  prepare({ documents }: PersonFacts, today: IsoDay): Prepared<MvsPassportQuestion> {
    const document = chosenDocument(documents, this.knownTypes, today);
    if (document === 'absent') return { trigger: 'nothing_to_check' };
    const question = document.type === 'NATIONAL_ID' ? this.aboutIdCard(document) : aboutBooklet(document);
    return question === 'malformed' ? { trigger: 'data_malformed' } : { trigger: 'ask', question };
  }

  ask(question: MvsPassportQuestion, signals: AskSignals): Promise<Asked<MvsPassportAnswer>> {
    return this.mvs.checkPassportStatus(question, signals.abort, signals);
  }

  keyOf(question: MvsPassportQuestion): string {
    return keyOfPassport(question);
  }

  keep(sql: Sql, kept: readonly KeptQuestion<MvsPassportQuestion>[]): Promise<ReadonlyMap<string, string>> {
    return this.passports.keep(sql, kept);
  }

  overtaken(sql: Sql, asked: readonly AskedQuestion<MvsPassportQuestion>[]): Promise<ReadonlySet<string>> {
    return this.passports.overtaken(sql, asked);
  }

  personsHolding(sql: Sql, questions: readonly MvsPassportQuestion[]): Promise<readonly Holder[]> {
    return this.passports.personsHolding(sql, questions);
  }

  partiesHolding(sql: Sql, questions: readonly MvsPassportQuestion[]): Promise<readonly Holder[]> {
    return this.passports.partiesHolding(sql, questions);
  }

  /** An ID card has a number and no series. */
  private aboutIdCard({ number }: PersonDocument): MvsPassportQuestion | 'malformed' {
    const { NATIONAL_ID: pattern } = DOCUMENT_NUMBERS;
    if (this.idCard === undefined || pattern === 'any number' || !pattern.test(number)) return 'malformed';
    return { documentType: 'NATIONAL_ID', passType: this.idCard, series: null, number };
  }
}

function aboutBooklet({ number: text }: PersonDocument): MvsPassportQuestion | 'malformed' {
  const number = parsePassportNumber(text);
  return number === 'malformed' ? number : { documentType: 'PASSPORT', passType: BOOKLET, ...number };
}
