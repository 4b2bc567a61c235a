import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Errands } from './errand';

/** So many are done at once in one process: people ask for them one by one, and the register has its own limits. */
const MOST_AT_ONCE = 10;

/** A timer may ring a little before its time, and a row that is looked for too early is not due yet. */
const TIMER_MARGIN_MS = 50;

/** How errands are looked after. */
export interface ErrandTimes {
  readonly pollSeconds: number;
  readonly graceSeconds: number;
}

/**
 * The loop of one kind of errands in this process. A ticket, the poll, or a retry that is due wakes it. Whoever finds work calls
 * one more to look for the next, so that any amount of it is done side by side, whatever became of its tickets.
 */
export class ErrandLoop implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private errands: Errands | undefined;
  private readonly stop = new AbortController();
  private readonly abort = new AbortController();
  private readonly workers = new Set<Promise<void>>();
  private readonly timers = new Set<NodeJS.Timeout>();
  private started = false;
  private wokenMeanwhile = false;

  constructor(
    private readonly times: ErrandTimes,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** The room that has the work tells while the program starts how it is done. */
  does(errands: Errands): void {
    this.errands = errands;
  }

  onApplicationBootstrap(): void {
    if (this.errands === undefined) throw new Error('Nobody does the errands.');
    this.started = true;
    this.poll();
    this.wake();
  }

  wake(): void {
    if (!this.started || this.stop.signal.aborted) return;
    if (this.workers.size >= MOST_AT_ONCE) {
      this.wokenMeanwhile = true;
      return;
    }
    const worker: Promise<void> = this.work().finally(() => this.ended(worker));
    this.workers.add(worker);
  }

  /** Takes nothing new, and lets what is under way end until the grace time is over. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stop.abort();
    for (const timer of this.timers) clearTimeout(timer);
    const overdue = setTimeout(() => this.abort.abort(), this.times.graceSeconds * 1000);
    await Promise.all(this.workers);
    clearTimeout(overdue);
  }

  private async work(): Promise<void> {
    try {
      const taken = await this.errands?.takeNext();
      if (taken === undefined) return;
      this.wake();
      const againInMs = await taken.run({ stop: this.stop.signal, abort: this.abort.signal });
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

  /** Jitter keeps workers that started together from asking together for ever. */
  private poll(): void {
    this.after(this.times.pollSeconds * 1000 * (0.75 + Math.random() / 2), () => {
      this.wake();
      this.poll();
    });
  }

  private after(ms: number, ring: () => void): void {
    if (this.stop.signal.aborted) return;
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      ring();
    }, ms);
    this.timers.add(timer);
  }
}
