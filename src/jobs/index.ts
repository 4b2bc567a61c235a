export { BackgroundTaskLoops, type BackgroundTasks, type ClaimedTask } from './background-task-loop';
export {
  doneOf,
  type HelpEnd,
  isReview,
  type StopSignals,
  type Job,
  type JobRun,
  RUN_STATUSES,
  type RunFacts,
  type RunStatus,
  runSummary,
  technicalErrorsIn,
} from './job';
export {
  type BackgroundTaskQueue,
  JOB_NAMES,
  type JobName,
  JobRegistry,
  type QueueName,
} from './job-registry';
export { JobRunRepository, type RunFilter } from './job-run.repository';
export { JobRunReader, type RunDetails, type RunPace } from './job-run-reader.service';
export {
  type RatePoint,
  type RunningRun,
  RunProgressRepository,
  type RunRate,
} from './run-progress.repository';
export { type JobFigures, JobScheduleRepository } from './job-schedule.repository';
export { type ForegroundEnd, JobRunner } from './job-runner.service';
export { JobTimetable, type TimetableEntry } from './job-timetable.service';
export { JobWorkers } from './job-worker.service';
export { JobsModule, JobsWorkerModule } from './jobs.module';
export { Heartbeat } from './heartbeat.service';
export { InstanceRepository, type SeenInstance } from './instance.repository';
export { PURGE_JOB, PurgeRegistry } from './purge.job';
export { QueuesModule } from './queues.module';
export { RedisConnections } from './redis-connections';
export { type WakeUpJob, WakeUps } from './wake-ups.service';
