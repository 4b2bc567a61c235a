import type { Job } from './job';
import { type PartPorts, TakePart } from './take-part';

/** How often the bells ring that need no Redis. */
export interface LoopTimes {
  readonly pollSeconds: number;
  readonly leaseSeconds: number;
}

/**
 * The one loop of a job in this process, single-flight. A ticket or the poll wakes it; it takes part in the running run,
 * if there is one. Waking it twice does nothing twice.
 */
export class RunLoop {
  private readonly part: TakePart;
  private readonly stop = new AbortController();
  private readonly abort = new AbortController();
  private current: Promise<void> | undefined;
  private wokenMeanwhile = false;
  private started = false;
  private timers: NodeJS.Timeout[] = [];

  constructor(
    private readonly job: Job,
    private readonly ports: PartPorts,
    private readonly times: LoopTimes,
  ) {
    this.part = new TakePart(job, ports);
  }

  /** Begins to listen to the bells. Before that a ticket finds nobody at home; it is not missed, the poll comes. */
  start(): void {
    this.started = true;
    this.every(this.times.pollSeconds, () => this.wake());
    // Twice in a lease: whoever died is rescued within one and a half leases.
    this.every(this.times.leaseSeconds / 2, () => void this.sweep());
    this.wake();
  }

  wake(): void {
    if (!this.started || this.stop.signal.aborted) return;
    if (this.current !== undefined) {
      this.wokenMeanwhile = true;
      return;
    }
    this.current = this.turns().finally(() => {
      this.current = undefined;
    });
  }

  /** Resolves when the loop has nothing to do; at once when it is idle. */
  async idle(): Promise<void> {
    await this.current;
  }

  /** Takes nothing new, lets calls end until the grace time is over, writes and gives back what is held. */
  async shutDown(graceMs: number): Promise<void> {
    for (const timer of this.timers) clearTimeout(timer);
    this.stop.abort();
    const overdue = setTimeout(() => this.abort.abort(), graceMs);
    await this.current;
    clearTimeout(overdue);
  }

  private async turns(): Promise<void> {
    do {
      this.wokenMeanwhile = false;
      try {
        await this.turn();
      } catch (error) {
        this.ports.observer.failed(error);
      }
    } while (this.wokenMeanwhile && !this.stop.signal.aborted);
  }

  private async turn(): Promise<void> {
    const run = await this.ports.runs.running(this.job.name);
    if (run === undefined) return;
    const end = await this.part.run(run, { stop: this.stop.signal, abort: this.abort.signal });
    if (end === 'stopped') await this.part.leave(run);
  }

  private async sweep(): Promise<void> {
    try {
      await this.job.sweep();
    } catch (error) {
      this.ports.observer.failed(error);
    }
  }

  /** Jitter keeps workers that started together from asking together for ever. */
  private every(seconds: number, ring: () => void): void {
    const slot = this.timers.length;
    const next = (): void => {
      const waitMs = seconds * 1000 * (0.75 + Math.random() / 2);
      this.timers[slot] = setTimeout(() => {
        ring();
        next();
      }, waitMs);
    };
    next();
  }
}
