import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { Log, Metrics, startAtZero, type SpanFacts, tracing } from '../observability';
import type { StopSignals } from './job';
import { BACKGROUND_TASK_QUEUES, type BackgroundTaskQueue } from './job-registry';
import { spanOfWakeUp, type WakeUpJob } from './wake-ups.service';

/** One task that this process has claimed. */
export interface ClaimedTask {
  /** Does it; returns after how many milliseconds it is to be tried again, or null if it is not. */
  run(signals: StopSignals): Promise<number | null>;
}

/**
 * Work without a schedule and without runs: a module writes down what is to be done as rows, at any time, and it is done
 * at once. Any number of workers do it side by side, so claiming a row must keep the others from it.
 */
export interface BackgroundTasks {
  /** Claims what is due next; undefined when nothing is. */
  claimNext(): Promise<ClaimedTask | undefined>;
}

/** Tasks of one queue that a process does at once: people ask for them one by one, and the register has its own limits. */
const MOST_AT_ONCE = 10;

/** A timer may fire a little before its time, and a row that is looked for too early is not due yet. */
const TIMER_MARGIN_MS = 50;

/** A task that the poll found belongs to no trace. */
const TASK_SPAN: SpanFacts = { name: 'background task', kind: 'internal', when: 'in_trace', attributes: {} };

/** How often a loop looks for tasks by itself, and how long tasks may go on after a stop. */
export interface TaskTimes {
  readonly pollSeconds: number;
  readonly graceSeconds: number;
}

/**
 * Does the background tasks of one queue in this process. A wake-up job, the poll, or a retry that is due wakes it. Each
 * worker that finds a task starts one more to look for the next, so that any number of tasks are done side by side, even
 * if their wake-up jobs were lost.
 */
export class BackgroundTaskLoop {
  private readonly stopping = new AbortController();
  private readonly aborting = new AbortController();
  private readonly workers = new Set<Promise<void>>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private started = false;
  private wokenMeanwhile = false;

  constructor(
    private readonly tasks: BackgroundTasks,
    private readonly times: TaskTimes,
    private readonly failed: (error: unknown) => void,
  ) {}

  start(): void {
    this.started = true;
    this.poll();
    this.wake();
  }

  wake(): void {
    if (!this.started || this.stopping.signal.aborted) return;
    if (this.workers.size >= MOST_AT_ONCE) {
      this.wokenMeanwhile = true;
      return;
    }
    const { recorder } = tracing;
    const done = recorder === undefined ? this.doNext() : recorder.inSpan(TASK_SPAN, () => this.doNext());
    const worker: Promise<void> = done.finally(() => this.ended(worker));
    this.workers.add(worker);
  }

  /** Claims nothing new; tasks under way may end until the grace time is over. */
  async stop(): Promise<void> {
    this.stopping.abort();
    for (const timer of this.timers) clearTimeout(timer);
    const overdue = setTimeout(() => this.aborting.abort(), this.times.graceSeconds * 1000);
    await Promise.all(this.workers);
    clearTimeout(overdue);
  }

  private async doNext(): Promise<void> {
    try {
      const task = await this.tasks.claimNext();
      if (task === undefined) return;
      this.wake();
      const againInMs = await task.run({ stop: this.stopping.signal, abort: this.aborting.signal });
      if (againInMs !== null) this.after(againInMs + TIMER_MARGIN_MS, () => this.wake());
    } catch (error) {
      this.failed(error);
    }
  }

  private ended(worker: Promise<void>): void {
    this.workers.delete(worker);
    if (!this.wokenMeanwhile) return;
    this.wokenMeanwhile = false;
    this.wake();
  }

  /** Jitter keeps workers that started together from polling together for ever. */
  private poll(): void {
    this.after(this.times.pollSeconds * 1000 * (0.75 + Math.random() / 2), () => {
      this.wake();
      this.poll();
    });
  }

  private after(ms: number, action: () => void): void {
    if (this.stopping.signal.aborted) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      action();
    }, ms);
    this.timers.add(timer);
  }
}

/** The loops of all background tasks of this process. They start with the application and stop before the database does. */
@Injectable()
export class BackgroundTaskLoops implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly loops = new Map<BackgroundTaskQueue, BackgroundTaskLoop>();

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {
    startAtZero(metrics.jobWakeUps, { job_name: BACKGROUND_TASK_QUEUES });
  }

  /** Called by the module that has the tasks, while the program starts. */
  add(queue: BackgroundTaskQueue, tasks: BackgroundTasks): void {
    if (this.loops.has(queue)) throw new Error(`The tasks of ${queue} are registered twice.`);
    const times = {
      pollSeconds: this.settings.JOB_POLL_SECONDS,
      graceSeconds: this.settings.SHUTDOWN_GRACE_SECONDS,
    };
    const failed = (error: unknown): void => this.log.error('background task failed', error, { job: queue });
    this.loops.set(queue, new BackgroundTaskLoop(tasks, times, failed));
  }

  onApplicationBootstrap(): void {
    const missing = BACKGROUND_TASK_QUEUES.filter((queue) => !this.loops.has(queue));
    if (missing.length > 0) throw new Error(`No module registered the tasks of ${missing.join(', ')}.`);
    for (const loop of this.loops.values()) loop.start();
  }

  /** What the processor of a queue does about a wake-up job. */
  async onWakeUp(queue: BackgroundTaskQueue, wakeUp: WakeUpJob): Promise<void> {
    this.metrics.jobWakeUps.inc({ job_name: queue });
    const wake = (): void => this.loops.get(queue)?.wake();
    const { recorder } = tracing;
    if (recorder === undefined) wake();
    else await recorder.inSpan(spanOfWakeUp(queue, wakeUp), () => Promise.resolve(wake()));
  }

  async beforeApplicationShutdown(): Promise<void> {
    await Promise.all([...this.loops.values()].map((loop) => loop.stop()));
  }
}
