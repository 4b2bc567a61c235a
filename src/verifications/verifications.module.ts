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
import { BeginVerifications } from './begin-verifications';
import { countLedger } from './count-ledger';
import { FactsRepository } from './facts.repository';
import { MakeChecks } from './make-checks';
import { oldLocks } from './old-locks';
import { oldRecords } from './old-records';
import { OutcomeRepository } from './outcome.repository';
import { PartyRepository } from './party.repository';
import { PersonDataChanged } from './person-data-changed';
import { PersonVerificationController } from './person-verification.controller';
import { ReadVerification } from './read-verification';
import { RequeueCheck } from './requeue-check';
import { checkStreams, STREAM_CLASSES, STREAM_MODULES, type AnyRegisterStream } from './streams';

/** Ask for it with `@Inject(REGISTER_STREAMS)`: all streams of the roll call. */
export const REGISTER_STREAMS = Symbol('REGISTER_STREAMS');

/** What a process does about checks. */
export interface VerificationsChoices {
  readonly works: boolean;
  readonly rings: boolean;
}

/** The only room that knows all streams: their runs, locks and sums. */
@Module({})
export class VerificationsModule {
  static of({ works, rings }: VerificationsChoices): DynamicModule {
    const jobs = JobsModule.of({ names: STREAM_CLASSES.map(({ JOB }) => JOB), works, rings });
    return {
      module: VerificationsModule,
      imports: [MvsTrembitaModule, ...STREAM_MODULES, jobs],
      controllers: [PersonVerificationController, JobsController, ...OFFICIAL_CONTROLLERS],
      providers: [
        BeginVerifications,
        OutcomeRepository,
        PartyRepository,
        FactsRepository,
        streams,
        MakeChecks,
        ledger,
        oldRows,
        ...OFFICIAL_WORK,
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

const streams: Provider = {
  provide: REGISTER_STREAMS,
  inject: [DatabaseHealth, ...STREAM_CLASSES],
  useFactory: (database: DatabaseHealth, ...all: AnyRegisterStream[]) => {
    checkStreams(all, (columns) => database.missingColumns('mpi.person_verifications', columns));
    return all;
  },
};

const personDataChanged: Provider = {
  provide: PersonDataChanged,
  inject: [REGISTER_STREAMS, FactsRepository, OutcomeRepository],
  useFactory: (all: AnyRegisterStream[], facts: FactsRepository, outcomes: OutcomeRepository) =>
    new PersonDataChanged(all, facts, outcomes),
};

const readVerification: Provider = {
  provide: ReadVerification,
  inject: [Transactions],
  useFactory: (transactions: Transactions) => new ReadVerification(transactions),
};

const checks: Provider = {
  provide: CHECKS,
  inject: [JobList, REGISTER_STREAMS, MakeChecks],
  useFactory: (jobs: JobList, all: AnyRegisterStream[], makeChecks: MakeChecks) => {
    const made = all.map((stream) => makeChecks.of(stream));
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
      oldLocks({ days: settings.RETENTION_LOCKS_DAYS, batch }),
    );
    return tables;
  },
};
