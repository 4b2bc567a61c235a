import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { DatabaseHealth } from '../database/database-health';
import { Transactions } from '../database/transactions';
import { JobList, JobsModule, PurgeList } from '../jobs';
import { MvsTrembitaModule } from '../mvs-trembita';
import { Metrics } from '../observability';
import { JobsController } from './admin/jobs.controller';
import { OFFICIAL_CONTROLLERS, OFFICIAL_WORK } from './admin/official-work';
import { atOnceErrands, atOnceWork, CHECKS_AT_ONCE } from './check-request.providers';
import type { ChecksAtOnce } from './check-request.service';
import { InitialVerifications } from './initial-verifications.service';
import { countLedger } from './verification-metrics';
import { FactsRepository } from './facts.repository';
import { VerificationJobFactory } from './verification-job.factory';
import { oldLocks, oldRecords } from './old-verification-rows';
import { OutcomeRepository } from './outcome.repository';
import { PersonDataChanged, RequeueCheck } from './stream-restart.service';
import { PersonVerificationController } from './person-verification.controller';
import { ReadVerification } from './verification-reader.service';
import {
  type AnyRegisterStream,
  checkStreams,
  PARTY_STREAM_CLASSES,
  REGISTER_STREAMS,
  STREAM_CLASSES,
  STREAM_MODULES,
  VERIFICATION_JOBS,
} from './stream-registry';
import { PARTIES, PERSONS, SUBJECTS } from './subject';

/** What a process does about checks. */
export interface VerificationsChoices {
  readonly works: boolean;
  readonly rings: boolean;
}

/** The only room that knows all streams: their runs, locks and sums. */
@Module({})
export class VerificationsModule {
  static of({ works, rings }: VerificationsChoices): DynamicModule {
    const jobs = JobsModule.of({ names: VERIFICATION_JOBS, works, rings });
    return {
      module: VerificationsModule,
      imports: [MvsTrembitaModule, ...STREAM_MODULES, jobs, atOnceErrands({ works, rings })],
      controllers: [PersonVerificationController, JobsController, ...OFFICIAL_CONTROLLERS],
      providers: [
        InitialVerifications,
        OutcomeRepository,
        FactsRepository,
        streams,
        partyStreams,
        VerificationJobFactory,
        ledger,
        oldRows,
        ...OFFICIAL_WORK,
        ...atOnceWork(works),
        personDataChanged,
        checks,
        readVerification,
      ],
      exports: [InitialVerifications, PersonDataChanged, RequeueCheck, REGISTER_STREAMS, CHECKS, jobs],
    };
  }
}

/** Ask for it with `@Inject(CHECKS)`: the jobs of all streams, put into the timetable. */
export const CHECKS = Symbol('CHECKS');
const LEDGER = Symbol('LEDGER');
const PARTY_STREAMS = Symbol('PARTY_STREAMS');

const streams: Provider = {
  provide: REGISTER_STREAMS,
  inject: [DatabaseHealth, ...STREAM_CLASSES],
  useFactory: (database: DatabaseHealth, ...all: AnyRegisterStream[]) => {
    checkStreams(all, (columns) => database.missingColumns(PERSONS.verifications, columns));
    return all;
  },
};

const partyStreams: Provider = {
  provide: PARTY_STREAMS,
  inject: [DatabaseHealth, ...PARTY_STREAM_CLASSES],
  useFactory: (database: DatabaseHealth, ...all: AnyRegisterStream[]) => {
    checkStreams(all, (columns) => database.missingColumns(PARTIES.verifications, columns));
    return all;
  },
};

const personDataChanged: Provider = {
  provide: PersonDataChanged,
  inject: [REGISTER_STREAMS, FactsRepository, OutcomeRepository, CHECKS_AT_ONCE],
  useFactory: (...given: [AnyRegisterStream[], FactsRepository, OutcomeRepository, ChecksAtOnce]) =>
    new PersonDataChanged(...given),
};

const readVerification: Provider = {
  provide: ReadVerification,
  inject: [Transactions],
  useFactory: (transactions: Transactions) => new ReadVerification(transactions),
};

const checks: Provider = {
  provide: CHECKS,
  inject: [JobList, VerificationJobFactory, REGISTER_STREAMS, PARTY_STREAMS],
  useFactory: (
    jobs: JobList,
    makeChecks: VerificationJobFactory,
    ...[ofPersons, ofParties]: AnyRegisterStream[][]
  ) => {
    const made = [
      ...(ofPersons ?? []).map((stream) => makeChecks.of(stream)),
      ...(ofParties ?? []).map((stream) => makeChecks.of(stream, PARTIES)),
    ];
    for (const check of made) jobs.add(check);
    return made;
  },
};

const ledger: Provider = {
  provide: LEDGER,
  inject: [Transactions, Metrics],
  useFactory: (transactions: Transactions, metrics: Metrics) => countLedger(transactions, metrics),
};

const OLD_ROWS = Symbol('OLD_ROWS');

/** Every room writes to the two logs; this one, which writes most, removes what is past its time. */
const oldRows: Provider = {
  provide: OLD_ROWS,
  inject: [PurgeList, SETTINGS],
  useFactory: (tables: PurgeList, settings: Settings) => {
    const batch = settings.RETENTION_BATCH_SIZE;
    tables.add(
      oldRecords('status_change_events', { days: settings.RETENTION_EVENTS_DAYS, batch }),
      oldRecords('audit_log', { days: settings.RETENTION_AUDIT_DAYS, batch }),
      ...SUBJECTS.map((subject) => oldLocks(subject, { days: settings.RETENTION_LOCKS_DAYS, batch })),
    );
    return tables;
  },
};
