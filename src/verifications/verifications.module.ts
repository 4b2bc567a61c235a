import { Module } from '@nestjs/common';
import { JobsModule, JobsWorkerModule } from '../jobs';
import { MvsTrembitaModule } from '../mvs-trembita';
import { JobSchedulesController } from './admin/job-schedules.controller';
import { JobsController } from './admin/jobs.controller';
import { PersonNodes } from './admin/person-nodes';
import { PersonsController } from './admin/persons.controller';
import { PersonsResolver } from './admin/persons.resolver';
import { CheckRequestRepository } from './check-request.repository';
import { CheckRequestService, RequestedChecks } from './check-request.service';
import { ChecksAtOnceProcessor } from './checks-at-once.processor';
import { ClaimRepository } from './claim.repository';
import { ExpiredClaims } from './expired-claims.service';
import { FactsRepository } from './facts.repository';
import { InitialVerifications } from './initial-verifications.service';
import { NhsStatusRepository, NhsStatusService } from './nhs-status.service';
import { OldVerificationRows } from './old-verification-rows';
import { OtherHolders } from './other-holders.service';
import { OutcomeWriter } from './outcome-writer.service';
import { OutcomeRepository } from './outcome.repository';
import { PersonCardRepository } from './person-card.repository';
import { PersonListRepository } from './person-list.repository';
import { BacklogRepository } from './overview/backlog.repository';
import { DueCounts } from './overview/due-counts.service';
import { OverviewService } from './overview/overview.service';
import { ProcessesController } from './admin/processes.controller';
import { SweepsController } from './admin/sweeps.controller';
import { PersonVerificationController } from './admin/person-verification.controller';
import { StatusChangeRepository } from './status-change.repository';
import { registerStreams, STREAM_MODULES, StreamRegistry } from './stream-registry';
import { StreamRestartService } from './stream-restart.service';
import { VerificationJobFactory } from './verification-job.factory';
import { BacklogGauge, VerificationObserver } from './verification-metrics';
import { VerificationHistory } from './verification-history.service';
import { VerificationReader } from './verification-reader.service';
import { WorkListService } from './work-list.service';
import { WorkingInstances } from './working-instances.service';

/** The writes of the checks, shared by the jobs and the requested checks. */
const CHECKS = [
  ClaimRepository,
  FactsRepository,
  OutcomeRepository,
  OutcomeWriter,
  OtherHolders,
  StatusChangeRepository,
  VerificationObserver,
];

/** The verification of persons and parties: the jobs of all streams, their statuses, and the calls of officials. */
@Module({
  imports: [MvsTrembitaModule, ...STREAM_MODULES, JobsModule],
  // The path of the timetable goes before that of a run: it would be a malformed id.
  controllers: [
    PersonVerificationController,
    JobSchedulesController,
    JobsController,
    PersonsController,
    SweepsController,
    ProcessesController,
  ],
  providers: [
    ...CHECKS,
    registerStreams,
    StreamRegistry,
    VerificationJobFactory,
    ExpiredClaims,
    BacklogGauge,
    BacklogRepository,
    DueCounts,
    OverviewService,
    OldVerificationRows,
    InitialVerifications,
    StreamRestartService,
    CheckRequestRepository,
    CheckRequestService,
    NhsStatusRepository,
    NhsStatusService,
    PersonCardRepository,
    PersonListRepository,
    VerificationReader,
    VerificationHistory,
    WorkListService,
    WorkingInstances,
    PersonNodes,
    PersonsResolver,
  ],
  exports: [
    ...CHECKS,
    StreamRegistry,
    CheckRequestRepository,
    DueCounts,
    InitialVerifications,
    StreamRestartService,
    CheckRequestService,
    VerificationReader,
    NhsStatusService,
    VerificationHistory,
    WorkListService,
    OverviewService,
    WorkingInstances,
    JobsModule,
    MvsTrembitaModule,
  ],
})
export class VerificationsModule {}

/** Makes the requested checks, in workers. */
@Module({
  imports: [VerificationsModule, JobsWorkerModule],
  providers: [RequestedChecks, ChecksAtOnceProcessor],
})
export class VerificationsWorkerModule {}
