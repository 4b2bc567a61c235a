import { Injectable } from '@nestjs/common';
import { Log, Metrics, startAtZero } from '../observability';
import { type JobRun, RUN_ENDS } from './job';
import { JOB_NAMES } from './job-registry';
import { JobRunRepository } from './job-run.repository';

/** Reports runs to log and metrics: an operator who has only the log finds there what the run's record says. */
@Injectable()
export class JobRunObserver {
  constructor(
    private readonly log: Log,
    private readonly metrics: Metrics,
    runs: JobRunRepository,
  ) {
    startAtZero(metrics.jobRuns, { job_name: JOB_NAMES, status: RUN_ENDS });
    // Read from the runs, so that every process reports the same, and one that has just started knows the nights before.
    metrics.refreshBy(async () => {
      for (const { job, seconds } of await runs.lastFinished(JOB_NAMES)) {
        metrics.jobLastFinished.set({ job_name: job }, seconds);
      }
    });
  }

  started({ id, job, startedBy }: Pick<JobRun, 'id' | 'job'> & { readonly startedBy: string }): void {
    this.log.info('run started', { run_id: id, job, started_by: startedBy });
  }

  /** A tick came while the run before it was still going. */
  skipped(job: string, tick: Date): void {
    this.log.warn('tick skipped, the run before it is still going', { job, tick });
  }

  ended({ id, job, status, startedBy, startedAt, finishedAt, counts }: JobRun): void {
    this.metrics.jobRuns.inc({ job_name: job, status });
    const fields = {
      run_id: id,
      job,
      state: status,
      started_by: startedBy ?? undefined,
      duration_ms: (finishedAt ?? startedAt).getTime() - startedAt.getTime(),
      counts,
    };
    if (status === 'FINISHED') this.log.info('run ended', fields);
    else this.log.warn('run ended', fields);
  }

  failed(job: string, error: unknown): void {
    this.log.error('job interrupted, it goes on with the next poll', error, { job });
  }
}
