import type { BeforeApplicationShutdown, OnApplicationBootstrap } from '@nestjs/common';
import type { Log } from '../observability';
import type { SweepOrphans } from './sweep-orphans';

/** What is swept, how often, and who is told when it fails. */
export interface SweepPlan {
  readonly sweep: SweepOrphans;
  readonly pauseSeconds: number;
  readonly log: Log;
}

/**
 * Sweeps again and again while the process works, one sweep at a time. Sweeps need no timetable: they are harmless
 * however many processes make them, and one that is left out is made up for by the next.
 */
export class SweepAtTimes implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> = Promise.resolve();
  private isOver = false;

  constructor(private readonly plan: SweepPlan) {}

  /** The first pause is cut short by chance, so that processes started together do not all sweep at once. */
  onApplicationBootstrap(): void {
    this.rest(Math.random());
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.isOver = true;
    clearTimeout(this.timer);
    this.plan.sweep.stop();
    await this.underWay;
  }

  private rest(share = 1): void {
    if (this.isOver) return;
    const sweep = (): void => {
      this.underWay = this.sweepOnce();
    };
    this.timer = setTimeout(sweep, share * this.plan.pauseSeconds * 1000);
    this.timer.unref();
  }

  private async sweepOnce(): Promise<void> {
    try {
      await this.plan.sweep.run();
    } catch (error) {
      this.plan.log.error('orphans not swept', error);
    }
    this.rest();
  }
}
