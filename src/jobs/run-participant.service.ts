import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS, WORKER_ID } from '../config/settings.module';
import { type HelpEnd, type StopSignals, type Job, type RunFacts, type JobRun, RUN_ENDS } from './job';
import { type Holder, JobRunRepository } from './job-run.repository';
import { JobScheduleRepository } from './job-schedule.repository';
import { Log, Metrics, startAtZero, tracing } from '../observability';
import { JOB_NAMES } from './job-registry';

/** Reports runs to log and metrics: an operator who has only the log finds there what the run's record says. */
@Injectable()
export class JobRunObserver {
  constructor(
    private readonly log: Log,
    private readonly metrics: Metrics,
    schedules: JobScheduleRepository,
  ) {
    startAtZero(metrics.jobRuns, { job_name: JOB_NAMES, status: RUN_ENDS });
    // Read from the database, so that every process reports the same, and one that has just started knows the nights before.
    metrics.refreshBy(async () => {
      for (const { job, lastFinishedSeconds, isPaused } of await schedules.figures(JOB_NAMES)) {
        metrics.jobLastFinished.set({ job_name: job }, lastFinishedSeconds);
        metrics.jobPaused.set({ job_name: job }, Number(isPaused));
      }
    });
  }

  started({ id, job, startedBy }: Pick<JobRun, 'id' | 'job'> & { readonly startedBy: string }): void {
    this.log.info('run started', { run_id: id, job, started_by: startedBy });
  }

  /** A tick fell into the previous run. */
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

  /** The reason is in the audit log and at the schedule: its words are free. */
  paused(job: string, userId: string): void {
    this.log.warn('job paused, nothing of it is claimed until it is resumed', { job, user_id: userId });
  }

  resumed(job: string, userId: string): void {
    this.log.info('job resumed', { job, user_id: userId });
  }

  failed(job: string, error: unknown): void {
    this.log.error('job interrupted, it is tried again', error, { job });
  }
}

/** While other workers still hold persons of the run, its holder looks again after this. */
const LOOK_AGAIN_MS = 250;

/**
 * How a worker's part in a run ended: it ended the run, the run goes on without it, the job is paused, or the worker has to
 * stop. Of a paused run it may still hold the lease.
 */
export type PartEnd = 'FINISHED' | 'FAILED' | 'goes_on' | 'paused' | 'stopped';

/**
 * This process's part in runs. Every worker helps; the one that holds the run's lease stays until nothing is left,
 * neither to take nor claimed by anybody, and it alone ends the run.
 */
@Injectable()
export class RunParticipant {
  /** How this process holds runs: its worker id, and the seconds until a lease expires. */
  readonly holder: Holder;

  constructor(
    private readonly runs: JobRunRepository,
    private readonly observer: JobRunObserver,
    @Inject(WORKER_ID) worker: string,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.holder = { worker, leaseSeconds: settings.VERIFICATION_LEASE_SECONDS };
  }

  takePart(job: Job, run: RunFacts, signals: StopSignals): Promise<PartEnd> {
    const { recorder } = tracing;
    if (recorder === undefined) return this.helpAndHold(job, run, signals);
    const attributes = { 'job.name': run.job, 'job.run_id': run.id };
    return recorder.inSpan({ name: `run ${run.job}`, kind: 'internal', when: 'always', attributes }, () =>
      this.helpAndHold(job, run, signals),
    );
  }

  private async helpAndHold(job: Job, run: RunFacts, signals: StopSignals): Promise<PartEnd> {
    // All that are under way: one may take longer than the pause before the next.
    let renewals = Promise.resolve();
    let counting = Promise.resolve();
    const renew = (): void => {
      const renewal = this.keepLease(run);
      renewals = renewals.then(() => renewal);
    };
    const timer = setInterval(renew, (this.holder.leaseSeconds * 1000) / 3);
    try {
      if ((await this.takeLease(run)) && run.isUncounted) counting = this.countDue(job, run);
      await this.reclaim(job);
      for (;;) {
        const end = await job.help(run, signals);
        if (end === 'stopped' || signals.stop.aborted) return 'stopped';
        if (end === 'paused') return 'paused';
        if (!(await this.takeLease(run))) return 'goes_on';
        const ended = await this.tryToEnd(job, run, end);
        if (ended !== undefined) return ended;
        await wait(LOOK_AGAIN_MS, undefined, { signal: signals.stop }).catch(() => undefined);
        await this.reclaim(job);
      }
    } finally {
      clearInterval(timer);
      // A renewal still under way would take back the lease of a worker that leaves.
      await renewals;
      await counting;
    }
  }

  /** Leaves a run to the other workers: its lease is released, its status stays. */
  async leave(run: RunFacts): Promise<void> {
    await this.runs.releaseLease(run.id, this.holder.worker);
  }

  /** Ends a run as STOPPED if this process holds it. Workers that still help find it over; what they have claimed is written. */
  async stop(run: RunFacts): Promise<void> {
    const unfinished = (): Promise<boolean> => Promise.resolve(false);
    if (await this.runs.end(run.id, this.holder.worker, { status: 'STOPPED', unfinished })) {
      await this.reportEnd(run);
    }
  }

  /** A paused run does not end, whatever its worker found: nothing could be claimed. */
  private async tryToEnd(
    job: Job,
    run: RunFacts,
    end: HelpEnd,
  ): Promise<'FINISHED' | 'FAILED' | 'paused' | undefined> {
    const status = end === 'nothing_due' ? 'FINISHED' : 'FAILED';
    let isPaused = false;
    const ended = await this.runs.end(run.id, this.holder.worker, {
      status,
      unfinished: async (sql) => {
        isPaused = await this.runs.isPaused(sql, run.job);
        return isPaused || job.unfinished(sql, run.id, end);
      },
    });
    if (!ended) return isPaused ? 'paused' : undefined;
    await this.reportEnd(run);
    return status;
  }

  /** The run is over even if it cannot be reported, so a failure here goes no further. */
  private async reportEnd({ id, job }: RunFacts): Promise<void> {
    try {
      const run = await this.runs.find(id);
      if (run !== undefined) this.observer.ended(run);
    } catch (error) {
      this.observer.failed(job, error);
    }
  }

  /** Claims that cannot be taken back now must not keep the other persons from being checked. */
  private async reclaim(job: Job): Promise<void> {
    try {
      await job.reclaim();
    } catch (error) {
      this.observer.failed(job.name, error);
    }
  }

  /** Beside the work, once a run; a run does well without the figure. */
  private async countDue(job: Job, run: RunFacts): Promise<void> {
    try {
      const due = await job.due();
      if (due !== null) await this.runs.recordDue(run.id, due);
    } catch (error) {
      this.observer.failed(job.name, error);
    }
  }

  private takeLease(run: RunFacts): Promise<boolean> {
    return this.runs.takeLease(run.id, this.holder);
  }

  private async keepLease(run: RunFacts): Promise<void> {
    try {
      await this.takeLease(run);
    } catch (error) {
      this.observer.failed(run.job, error);
    }
  }
}
