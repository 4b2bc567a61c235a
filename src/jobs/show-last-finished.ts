import type { Metrics } from '../observability';
import type { JobRunRepository } from './job-run.repository';

/**
 * Shows at each collection when each job last finished. It is read from the runs, so that every process tells the same
 * and one that has just started knows of the nights before it.
 */
export function showLastFinished(
  runs: Pick<JobRunRepository, 'lastFinished'>,
  jobs: readonly string[],
  metrics: Metrics,
): void {
  metrics.refreshBy(async () => {
    for (const { job, seconds } of await runs.lastFinished(jobs)) {
      metrics.jobLastFinished.set({ job_name: job }, seconds);
    }
  });
}
