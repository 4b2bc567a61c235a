import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { WORKER_ID } from '../config/worker-id';
import { DatabaseHealth } from '../database/database-health';
import { DatabaseClock } from '../database/database-clock';
import { Transactions } from '../database/transactions';
import { JobList, JobsModule } from '../jobs';
import { CLAIM_GATE, type ClaimGate, MvsTrembitaModule } from '../mvs-trembita';
import { Log, Metrics } from '../observability';
import { JobsController } from './admin/jobs.controller';
import { CheckPersons, type CheckParts } from './check-persons';
import { ClaimLeaseRepository } from './claim-lease.repository';
import { ClaimRepository } from './claim.repository';
import { FactsRepository } from './facts.repository';
import { observeChecks } from './observe-checks';
import { OutcomeRepository } from './outcome.repository';
import { PartyRepository } from './party.repository';
import { PersonDataChanged } from './person-data-changed';
import { PersonVerificationController } from './person-verification.controller';
import { ReadVerification } from './read-verification';
import { RefuteOtherHolders } from './refute-other-holders';
import { RequeueCheck } from './requeue-check';
import { checkStreams, STREAM_CLASSES, STREAM_MODULES, type AnyRegisterStream } from './streams';
import { SweepClaims } from './sweep-claims';
import { WriteOutcomes } from './write-outcomes';

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
      controllers: [PersonVerificationController, JobsController],
      providers: [
        OutcomeRepository,
        PartyRepository,
        FactsRepository,
        streams,
        leases,
        requeueCheck,
        personDataChanged,
        checks,
        readVerification,
      ],
      exports: [PersonDataChanged, RequeueCheck, REGISTER_STREAMS, CHECKS, jobs],
    };
  }
}

/** Ask for it with `@Inject(CHECKS)`: the jobs of all streams, put into the timetable. */
export const CHECKS = Symbol('CHECKS');

const streams: Provider = {
  provide: REGISTER_STREAMS,
  inject: [DatabaseHealth, ...STREAM_CLASSES],
  useFactory: (database: DatabaseHealth, ...all: AnyRegisterStream[]) => {
    checkStreams(all, (columns) => database.missingColumns('mpi.person_verifications', columns));
    return all;
  },
};

const leases: Provider = {
  provide: ClaimLeaseRepository,
  inject: [Transactions],
  useFactory: (transactions: Transactions) => new ClaimLeaseRepository(transactions),
};

const requeueCheck: Provider = {
  provide: RequeueCheck,
  inject: [Transactions, FactsRepository, OutcomeRepository],
  useFactory: (transactions: Transactions, facts: FactsRepository, outcomes: OutcomeRepository) =>
    new RequeueCheck(transactions, facts, outcomes),
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

/** What every check is made of, whatever its stream. */
class CheckTools {
  constructor(
    readonly transactions: Transactions,
    readonly clock: DatabaseClock,
    readonly gate: ClaimGate,
    readonly leases: ClaimLeaseRepository,
    readonly outcomes: OutcomeRepository,
    readonly parties: PartyRepository,
    readonly facts: FactsRepository,
    readonly settings: Settings,
    readonly worker: string,
    readonly log: Log,
    readonly metrics: Metrics,
  ) {}
}

const checks: Provider = {
  provide: CHECKS,
  inject: [
    JobList,
    REGISTER_STREAMS,
    Transactions,
    DatabaseClock,
    CLAIM_GATE,
    ClaimLeaseRepository,
    OutcomeRepository,
    PartyRepository,
    FactsRepository,
    SETTINGS,
    WORKER_ID,
    Log,
    Metrics,
  ],
  useFactory: (
    ...[jobs, all, ...tools]: [JobList, AnyRegisterStream[], ...ConstructorParameters<typeof CheckTools>]
  ) => {
    const made = all.map((stream) => new CheckPersons(checkParts(stream, new CheckTools(...tools))));
    for (const check of made) jobs.add(check);
    return made;
  },
};

function checkParts(stream: AnyRegisterStream, tools: CheckTools): CheckParts<unknown, string> {
  const { transactions, clock, gate, leases, outcomes, settings, worker } = tools;
  const actorId = settings.SYSTEM_USER_ID;
  const others = new RefuteOtherHolders(stream, outcomes, tools.parties);
  return {
    stream,
    transactions,
    clock,
    gate,
    leases,
    worker,
    actorId,
    claims: new ClaimRepository(transactions, tools.facts),
    sweeper: new SweepClaims(transactions, outcomes, actorId),
    writer: new WriteOutcomes(transactions, {
      stream,
      outcomes,
      others,
      leases,
      retry: {
        firstSeconds: settings.VERIFICATION_RETRY_FIRST_SECONDS,
        capSeconds: settings.VERIFICATION_RETRY_CAP_SECONDS,
      },
    }),
    observer: observeChecks(tools.log, tools.metrics),
    leaseSeconds: settings.VERIFICATION_LEASE_SECONDS,
    giveUpAfterMinutes: settings.JOB_GIVE_UP_AFTER_MINUTES,
  };
}
