import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import type { Sql } from '../database/transactions';
import type { IsoDay } from '../domain/calendar-day';
import { chosenDocument, parsePassportNumber } from '../domain/person/document.rules';
import type {
  Asked,
  AskSignals,
  AskedQuestion,
  Holder,
  KeptQuestion,
  PersonFacts,
  Prepared,
  RegisterStream,
  StreamJob,
} from '../domain/verification/register-stream';
import type { JobName } from '../jobs';
import { MvsTrembitaClient } from '../mvs-trembita';
import { type DmsPassportQuestion, DmsPassportRepository, keyOfPassport } from './dms-passport.repository';
import type { AnswersOf } from '../domain/verification/stream';

/** The answers of the register of the migration service about a passport booklet. */
export type DmsPassportAnswer = 'FOUND' | 'NOT_FOUND';

/** A register of INVALID passports: FOUND refutes. */
export const DMS_PASSPORT_ANSWERS = {
  FOUND: { means: 'refuted', reason: 'AUTO_NOT_VALID', keep: 'answer', reaches: 'other_holders' },
  NOT_FOUND: { means: 'confirmed', reason: 'AUTO_VALID', keep: 'nothing', reaches: 'nobody_else' },
} as const satisfies AnswersOf<DmsPassportAnswer>;

/** The register's code of the passport booklet. */
const BOOKLET = '0101';

/** Whether a passport is in the migration service's register of invalid documents. */
@Injectable()
export class DmsPassportStream implements RegisterStream<DmsPassportQuestion, DmsPassportAnswer, Sql> {
  static readonly JOB: JobName = 'dms-passport-persons';

  readonly name = 'dms_passport';
  readonly method = 'CheckPassportDMSStatus';
  readonly answers = DMS_PASSPORT_ANSWERS;
  readonly dataStatus = { FOUND: 1, NOT_FOUND: 0 } as const;
  readonly clearedWhenMalformed = null;
  readonly job: StreamJob;

  constructor(
    @Inject(SETTINGS) settings: Settings,
    private readonly mvs: MvsTrembitaClient,
    private readonly passports: DmsPassportRepository,
  ) {
    this.job = this.jobOf(settings);
  }

  protected jobOf(settings: Settings): StreamJob {
    return {
      name: DmsPassportStream.JOB,
      schedule: settings.DMS_PERSON_SYNCHRONIZATION_SCHEDULE,
      validationPeriodDays: settings.DMS_PERSON_VALIDATION_PERIOD_DAYS,
      batchSize: settings.DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE,
    };
  }

  /** An ID card brings a person into the stream too, although the review then finds nothing to check. */
  hasData({ documents }: PersonFacts): boolean {
    return documents.some(({ type }) => type === 'PASSPORT' || type === 'NATIONAL_ID');
  }

  prepare({ documents }: PersonFacts, today: IsoDay): Prepared<DmsPassportQuestion> {
    const passport = chosenDocument(documents, ['PASSPORT'], today);
    if (passport === 'absent') return { trigger: 'nothing_to_check' };
    const number = parsePassportNumber(passport.number);
    if (number === 'malformed') return { trigger: 'data_malformed' };
    return { trigger: 'ask', question: { passType: BOOKLET, ...number } };
  }

  ask(question: DmsPassportQuestion, signals: AskSignals): Promise<Asked<DmsPassportAnswer>> {
    return this.mvs.checkPassportDmsStatus(question, signals.abort, signals);
  }

  keyOf(question: DmsPassportQuestion): string {
    return keyOfPassport(question);
  }

  keep(sql: Sql, kept: readonly KeptQuestion<DmsPassportQuestion>[]): Promise<ReadonlyMap<string, string>> {
    return this.passports.keep(sql, kept);
  }

  overtaken(sql: Sql, asked: readonly AskedQuestion<DmsPassportQuestion>[]): Promise<ReadonlySet<string>> {
    return this.passports.overtaken(sql, asked);
  }

  personsHolding(sql: Sql, questions: readonly DmsPassportQuestion[]): Promise<readonly Holder[]> {
    return this.passports.personsHolding(sql, questions);
  }

  partiesHolding(sql: Sql, questions: readonly DmsPassportQuestion[]): Promise<readonly Holder[]> {
    return this.passports.partiesHolding(sql, questions);
  }
}

/** The same stream of parties, with a job of its own. */
@Injectable()
export class DmsPassportOfPartiesStream extends DmsPassportStream {
  static override readonly JOB: JobName = 'dms-passport-parties';

  protected override jobOf(settings: Settings): StreamJob {
    return {
      name: DmsPassportOfPartiesStream.JOB,
      schedule: settings.DMS_PARTY_SYNCHRONIZATION_SCHEDULE,
      validationPeriodDays: settings.DMS_PARTY_VALIDATION_PERIOD_DAYS,
      batchSize: settings.DMS_PASSPORT_PARTIES_SYNCHRONIZATION_BATCH_SIZE,
    };
  }
}
