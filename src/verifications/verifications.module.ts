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
import { atOnceErrands, atOnceWork, CHECKS_AT_ONCE } from './at-once/at-once-work';
import type { ChecksAtOnce } from './at-once/checks-at-once';
import { BeginVerifications } from './begin-verifications';
import { countLedger } from './count-ledger';
import { FactsRepository } from './facts.repository';
import { MakeChecks } from './make-checks';
import { oldLocks } from './old-locks';
import { oldRecords } from './old-records';
import { OutcomeRepository } from './outcome.repository';
import { PersonDataChanged } from './person-data-changed';
import { PersonVerificationController } from './person-verification.controller';
import { ReadVerification } from './read-verification';
import { RequeueCheck } from './requeue-check';
import {
  type AnyRegisterStream,
  checkStreams,
  PARTY_STREAM_CLASSES,
  REGISTER_STREAMS,
  STREAM_CLASSES,
  STREAM_MODULES,
  VERIFICATION_JOBS,
} from './streams';
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
        BeginVerifications,
        OutcomeRepository,
        FactsRepository,
        streams,
        partyStreams,
        MakeChecks,
        ledger,
        oldRows,
        ...OFFICIAL_WORK,
        ...atOnceWork(works),
        personDataChanged,
        checks,
        readVerification,
      ],
      exports: [BeginVerifications, PersonDataChanged, RequeueCheck, REGISTER_STREAMS, CHECKS, jobs],
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
  inject: [JobList, MakeChecks, REGISTER_STREAMS, PARTY_STREAMS],
  useFactory: (jobs: JobList, makeChecks: MakeChecks, ...[ofPersons, ofParties]: AnyRegisterStream[][]) => {
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
