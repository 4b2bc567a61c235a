import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { Metrics, startAtZero, tracing } from '../observability';
import type { Job } from './job';
import { JOB_NAMES, type JobName, JobRegistry } from './job-registry';
import { JobRunObserver, RunParticipant } from './run-participant.service';
import { JobRunRepository } from './job-run.repository';
import { spanOfWakeUp, type WakeUpJob, WakeUps } from './wake-ups.service';

/** Well below Bull's lock of 30 s, so that the queue never takes the worker for dead. */
const WAKE_UP_LASTS_MS = 20_000;

/**
 * Of a lease, so that with the jitter half of one passes at most: the claims of a dead worker are released within one and a
 * half leases after its last renewal.
 */
const RECLAIM_AFTER = 0.4;

/** What a job worker needs of the process. */
interface WorkerServices {
  readonly runs: JobRunRepository;
  readonly participant: RunParticipant;
  readonly observer: JobRunObserver;
}

/**
 * The one worker of a job in this process, single-flight. A wake-up job or the poll wakes it; it takes part in the
 * running run, if there is one. Waking it twice does nothing twice.
 */
class JobWorker {
  private readonly stopping = new AbortController();
  private readonly aborting = new AbortController();
  private current: Promise<void> | undefined;
  private wokenMeanwhile = false;
  /** All that are under way. */
  private reclaims = Promise.resolve();
  private readonly timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly job: Job,
    private readonly services: WorkerServices,
  ) {}

  start(pollSeconds: number, leaseSeconds: number): void {
    this.every(pollSeconds, () => this.wake());
    this.every(leaseSeconds * RECLAIM_AFTER, () => {
      const reclaim = this.reclaim();
      this.reclaims = this.reclaims.then(() => reclaim);
    });
    this.wake();
  }

  wake(): void {
    if (this.stopping.signal.aborted) return;
    if (this.current !== undefined) {
      this.wokenMeanwhile = true;
      return;
    }
    this.current = this.turns();
  }

  /** Resolves when the worker has nothing to do; at once when it is idle. */
  async idle(): Promise<void> {
    await this.current;
  }

  /** Takes nothing new, lets calls end until the grace time is over, writes and releases what is claimed. */
  async stop(graceMs: number): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    this.stopping.abort();
    const overdue = setTimeout(() => this.aborting.abort(), graceMs);
    await Promise.all([this.current, this.reclaims]);
    clearTimeout(overdue);
  }

  private async turns(): Promise<void> {
    do {
      this.wokenMeanwhile = false;
      try {
        await this.turn();
      } catch (error) {
        this.services.observer.failed(this.job.name, error);
      }
    } while (this.wokenMeanwhile && !this.stopping.signal.aborted);
    // Here and not after the promise: what wakes the worker in between would be seen by nobody.
    this.current = undefined;
  }

  private async turn(): Promise<void> {
    const { runs, participant } = this.services;
    const run = await runs.running(this.job.name);
    if (run === undefined || run.isPaused) return;
    const signals = { stop: this.stopping.signal, abort: this.aborting.signal };
    const end = await participant.takePart(this.job, run, signals);
    if (end === 'stopped' || end === 'paused') await participant.leave(run);
  }

  private async reclaim(): Promise<void> {
    try {
      await this.job.reclaim();
    } catch (error) {
      this.services.observer.failed(this.job.name, error);
    }
  }

  /** Jitter keeps workers that started together from polling together for ever. */
  private every(seconds: number, action: () => void): void {
    const slot = this.timers.length;
    const next = (): void => {
      const waitMs = seconds * 1000 * (0.75 + Math.random() / 2);
      this.timers[slot] = setTimeout(() => {
        action();
        next();
      }, waitMs);
    };
    next();
  }
}

/** The workers of all jobs of this process. They start with the application and stop before the database does. */
@Injectable()
export class JobWorkers implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly workers = new Map<string, JobWorker>();
  private readonly services: WorkerServices;

  constructor(
    private readonly jobs: JobRegistry,
    runs: JobRunRepository,
    participant: RunParticipant,
    observer: JobRunObserver,
    private readonly wakeUps: WakeUps,
    private readonly metrics: Metrics,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    this.services = { runs, participant, observer };
    startAtZero(metrics.jobWakeUps, { job_name: JOB_NAMES });
  }

  onApplicationBootstrap(): void {
    this.jobs.checkComplete();
    for (const job of this.jobs.all()) {
      const worker = new JobWorker(job, this.services);
      this.workers.set(job.name, worker);
      worker.start(this.settings.JOB_POLL_SECONDS, this.settings.VERIFICATION_LEASE_SECONDS);
    }
  }

  /**
   * What the processor of a queue does about a wake-up job: wakes the worker, stays while it works, and sends a new
   * wake-up job if it still does. Before the start it does nothing; the poll finds the work.
   */
  onWakeUp(job: JobName, wakeUp: WakeUpJob): Promise<void> {
    this.metrics.jobWakeUps.inc({ job_name: job });
    const { recorder } = tracing;
    if (recorder === undefined) return this.wake(job);
    return recorder.inSpan(spanOfWakeUp(job, wakeUp), () => this.wake(job));
  }

  private async wake(job: JobName): Promise<void> {
    const worker = this.workers.get(job);
    worker?.wake();
    if (worker !== undefined && (await isBusyAfter(worker, WAKE_UP_LASTS_MS))) await this.wakeUps.notify(job);
  }

  /** Resolves when no worker of this process has anything to do; at once when all are idle. */
  async idle(): Promise<void> {
    await Promise.all([...this.workers.values()].map((worker) => worker.idle()));
  }

  async beforeApplicationShutdown(): Promise<void> {
    const graceMs = this.settings.SHUTDOWN_GRACE_SECONDS * 1000;
    await Promise.all([...this.workers.values()].map((worker) => worker.stop(graceMs)));
  }
}

async function isBusyAfter(worker: JobWorker, ms: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(true), ms)));
  const idle = worker.idle().then(() => false);
  return Promise.race([idle, late]).finally(() => clearTimeout(timer));
}
