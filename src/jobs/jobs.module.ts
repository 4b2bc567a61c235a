import { Module } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import { BackgroundTaskLoops } from './background-task-loop';
import { JobRegistry } from './job-registry';
import { JobRunObserver, RunParticipant } from './run-participant.service';
import { JobRunRepository } from './job-run.repository';
import { JobScheduleRepository } from './job-schedule.repository';
import { JobRunReader } from './job-run-reader.service';
import { JobRunner } from './job-runner.service';
import { JobScheduler } from './job.scheduler';
import { JobTimetable } from './job-timetable.service';
import { JobWorkers } from './job-worker.service';
import { Heartbeat } from './heartbeat.service';
import { InstanceRepository } from './instance.repository';
import { PurgeJob, PurgeRegistry } from './purge.job';
import { PurgeProcessor } from './purge.processor';
import { RunProgressRepository } from './run-progress.repository';
import { WakeUps } from './wake-ups.service';

/** Jobs and their runs, as every process needs them: to read runs, to start one, and to wake workers. */
@Module({
  providers: [
    JobRegistry,
    JobRunObserver,
    JobRunRepository,
    JobRunner,
    Heartbeat,
    InstanceRepository,
    JobRunReader,
    JobScheduleRepository,
    JobTimetable,
    PurgeJob,
    PurgeRegistry,
    RunParticipant,
    RunProgressRepository,
    WakeUps,
  ],
  exports: [
    JobRegistry,
    JobRunObserver,
    Heartbeat,
    InstanceRepository,
    JobRunReader,
    JobRunRepository,
    JobRunner,
    JobScheduleRepository,
    JobTimetable,
    PurgeRegistry,
    RunParticipant,
    RunProgressRepository,
    WakeUps,
  ],
})
export class JobsModule {}

/** What a worker does: it follows the schedules and works on runs and background tasks. */
@Module({
  imports: [JobsModule, ScheduleModule.forRoot()],
  providers: [BackgroundTaskLoops, JobScheduler, JobWorkers, PurgeProcessor],
  exports: [BackgroundTaskLoops, JobWorkers],
})
export class JobsWorkerModule {}
