import { type Log, type Metrics, startAtZero } from '../observability';
import { type JobRun, RUN_ENDS } from './job-run';

/** Hears of runs and of what goes wrong in them. */
export interface RunObserver {
  began(run: { readonly id: string; readonly job: string; readonly startedBy: string }): void;
  /** A tick came while the run before was still going. */
  skipped(job: string, tick: Date): void;
  ended(run: JobRun): void;
  failed(error: unknown): void;
}

/** Tells metrics and log of runs of these jobs: an operator who has only the log finds there what the run's record says. */
export function observeRuns(log: Log, metrics: Metrics, jobs: readonly string[]): RunObserver {
  startAtZero(metrics.jobRuns, { job_name: jobs, status: RUN_ENDS });
  return {
    began: ({ id, job, startedBy }) => log.info('run began', { run_id: id, job, started_by: startedBy }),
    skipped: (job, tick) => log.warn('tick skipped, a run is still going', { job, tick }),
    ended: (run) => {
      const { id, job, status, startedBy, startedAt, finishedAt, counts } = run;
      metrics.jobRuns.inc({ job_name: job, status });
      const fields = {
        run_id: id,
        job,
        state: status,
        started_by: startedBy ?? undefined,
        duration_ms: (finishedAt ?? startedAt).getTime() - startedAt.getTime(),
        counts,
      };
      if (status === 'FINISHED') log.info('run ended', fields);
      else log.warn('run ended', fields);
    },
    failed: (error) => log.error('job interrupted', error),
  };
}
