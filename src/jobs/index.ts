export type { HelpEnd, HelpSignals, Job, RunFacts } from './job';
export { JobList } from './job-list';
export { type JobRun, type RunStatus, runSummary } from './job-run';
export { JobRunRepository } from './job-run.repository';
export { JobsModule, RedisModule } from './jobs.module';
export { RedisConnections } from './redis-connections';
export { type ForegroundEnd, RunInForeground } from './run-in-foreground';
export { Tickets } from './tickets';
