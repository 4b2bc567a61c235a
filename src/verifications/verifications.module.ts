import { Inject, Injectable, Module, type OnModuleInit, type Provider } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { DatabaseHealth } from '../database/database-health';
import { Transactions } from '../database/transactions';
import { JobRegistry, JobsModule, JobsWorkerModule, PurgeRegistry } from '../jobs';
import { MvsTrembitaModule } from '../mvs-trembita';
import { Metrics } from '../observability';
import { JobsController } from './admin/jobs.controller';
import { OFFICIAL_CONTROLLERS, OFFICIAL_WORK } from './admin/official-work';
import { AT_ONCE_WORK, checkAtOnce, CHECKS_AT_ONCE } from './check-request.providers';
import { CheckRequestRepository } from './check-request.repository';
import { ChecksAtOnceProcessor } from './checks-at-once.processor';
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
} from './stream-registry';
import { PARTIES, PERSONS, SUBJECTS } from './subject';

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
  inject: [JobRegistry, VerificationJobFactory, REGISTER_STREAMS, PARTY_STREAMS],
  useFactory: (
    jobs: JobRegistry,
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

/** Registers what is purged here: both logs, which this module writes most, and the locks. */
@Injectable()
class VerificationPurges implements OnModuleInit {
  constructor(
    private readonly purges: PurgeRegistry,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    const { settings } = this;
    const batch = settings.RETENTION_BATCH_SIZE;
    this.purges.add(
      oldRecords('status_change_events', { days: settings.RETENTION_EVENTS_DAYS, batch }),
      oldRecords('audit_log', { days: settings.RETENTION_AUDIT_DAYS, batch }),
      ...SUBJECTS.map((subject) => oldLocks(subject, { days: settings.RETENTION_LOCKS_DAYS, batch })),
    );
  }
}

/** The only module that knows all streams: their runs, locks and sums. */
@Module({
  imports: [MvsTrembitaModule, ...STREAM_MODULES, JobsModule],
  controllers: [PersonVerificationController, JobsController, ...OFFICIAL_CONTROLLERS],
  providers: [
    InitialVerifications,
    OutcomeRepository,
    FactsRepository,
    streams,
    partyStreams,
    VerificationJobFactory,
    ledger,
    VerificationPurges,
    ...OFFICIAL_WORK,
    ...AT_ONCE_WORK,
    personDataChanged,
    checks,
    readVerification,
  ],
  exports: [
    InitialVerifications,
    PersonDataChanged,
    RequeueCheck,
    REGISTER_STREAMS,
    CHECKS,
    JobsModule,
    VerificationJobFactory,
    CheckRequestRepository,
  ],
})
export class VerificationsModule {}

/** Makes the checks that somebody waits for; for workers. */
@Module({
  imports: [VerificationsModule, JobsWorkerModule],
  providers: [checkAtOnce, ChecksAtOnceProcessor],
})
export class VerificationsWorkerModule {}
