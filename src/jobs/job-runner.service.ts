import { setTimeout as wait } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { isPermanent } from '../database/sql-errors';
import { Refusal } from '../domain/refusal';
import type { StopSignals, Job, JobRun } from './job';
import { JobRegistry } from './job-registry';
import { JobRunObserver, type PartEnd, RunParticipant } from './run-participant.service';
import { JobRunRepository } from './job-run.repository';
import { WakeUps } from './wake-ups.service';

/** A database that is being restarted is back within seconds. */
const TRY_AGAIN_MS = 1_000;

/** How a run in the foreground ended. */
export type ForegroundEnd =
  | { readonly kind: 'ended'; readonly run: JobRun }
  | { readonly kind: 'already_running'; readonly runId: string };

export interface ForegroundRun {
  readonly job: string;
  readonly startedBy: string;
  readonly signals: StopSignals;
  /** Called once the run has started. */
  readonly onStart: (runId: string) => void;
}

/** Starts runs by hand. */
@Injectable()
export class JobRunner {
  constructor(
    private readonly jobs: JobRegistry,
    private readonly runs: JobRunRepository,
    private readonly participant: RunParticipant,
    private readonly observer: JobRunObserver,
    private readonly wakeUps: WakeUps,
  ) {}

  /**
   * Starts a run and leaves it to the workers. Refuses an unknown job, a paused one, and one that is running, even if its
   * holder is dead: the workers go on with such a run anyway.
   */
  async startRun(name: string, startedBy: string): Promise<JobRun> {
    const job = this.jobs.get(name).name;
    const started = await this.runs.startOnRequest(job, startedBy);
    if (started === undefined) throw new Refusal('job_already_running');
    this.observer.started({ id: started.id, job, startedBy });
    // The run is committed by now, so that a worker that is woken finds it.
    await this.wakeUps.notify(job);
    return started;
  }

  /**
   * Does one whole run in this process, without Redis. Unlike a worker that leaves, it ends its run when it is stopped, and
   * waits for the end of a pause. Refuses an unknown job, and one that is paused at the start.
   */
  async runInForeground({ job: name, startedBy, signals, onStart }: ForegroundRun): Promise<ForegroundEnd> {
    const job = this.jobs.get(name);
    const started = await this.runs.start(name, startedBy, this.participant.holder);
    if (started.kind === 'already_running') return started;
    if (started.kind === 'started') this.observer.started({ id: started.runId, job: name, startedBy });
    onStart(started.runId);
    await this.takePart(job, started.runId, signals);
    const run = await this.runs.find(started.runId);
    if (run === undefined) throw new Error('A run that was just ended is missing.');
    return { kind: 'ended', run };
  }

  /**
   * Returns when the run is over. PostgreSQL may be restarted while it goes on: it then goes on where it was. If a worker
   * took the lease meanwhile, that worker ends the run, and this process helps until it does.
   */
  private async takePart(job: Job, runId: string, signals: StopSignals): Promise<void> {
    for (;;) {
      try {
        if (await this.isOverAfter(job, runId, signals)) return;
      } catch (error) {
        if (isPermanent(error) || signals.stop.aborted) throw error;
        this.observer.failed(job.name, error);
      }
      await wait(TRY_AGAIN_MS, undefined, { signal: signals.stop }).catch(() => undefined);
    }
  }

  /** Takes part once, unless the job is paused. Reads the run anew: after a pause its time of giving up is a later one. */
  private async isOverAfter(job: Job, runId: string, signals: StopSignals): Promise<boolean> {
    const run = await this.runs.running(job.name);
    if (run?.id !== runId) return true;
    let end: PartEnd = signals.stop.aborted ? 'stopped' : 'paused';
    if (end === 'paused' && !run.isPaused) end = await this.participant.takePart(job, run, signals);
    if (end === 'stopped') await this.participant.stop(run);
    return end !== 'paused' && end !== 'goes_on';
  }
}
