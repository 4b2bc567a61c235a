import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import { parseExpression } from 'cron-parser';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import type { Job } from './job';
import { JobRegistry } from './job-registry';
import { JobRunObserver } from './run-participant.service';
import { JobRunRepository } from './job-run.repository';
import { WakeUps } from './wake-ups.service';

/** Two neighbouring ticks of a schedule: `latest` is the last one until `next` has come. */
interface Ticks {
  readonly latest: Date;
  readonly next: Date;
}

/**
 * Answers what the latest tick of a schedule is, and remembers the next one: the cron expression is evaluated only when
 * that one has come, since an evaluation blocks the process for milliseconds.
 */
export class TickMemory {
  private readonly ticks = new Map<string, Ticks>();

  constructor(private readonly timeZone: string) {}

  /** The last tick of a cron expression with five fields that is not later than now. */
  latestTick(schedule: string, now: Date): Date {
    const known = this.ticks.get(schedule);
    // The clock of the database may be set back, too.
    if (known !== undefined && known.latest <= now && now < known.next) return known.latest;
    const ticks = this.ticksAround(schedule, now);
    this.ticks.set(schedule, ticks);
    return ticks.latest;
  }

  private ticksAround(schedule: string, now: Date): Ticks {
    // A tick at this very millisecond has come.
    const latest = this.lastBefore(schedule, new Date(now.getTime() + 1));
    let next = parseExpression(schedule, { tz: this.timeZone, currentDate: now }).next().toDate();
    // Looking forward, cron-parser passes over an hour that the clock shows twice; looking back, it does not.
    for (;;) {
      const before = this.lastBefore(schedule, next);
      if (before <= latest) return { latest, next };
      next = before;
    }
  }

  private lastBefore(schedule: string, date: Date): Date {
    return parseExpression(schedule, { tz: this.timeZone, currentDate: date }).prev().toDate();
  }
}

/**
 * Starts a run of each job at every tick of its schedule. The cron decorator only sets the pace. Which ticks have come is
 * decided by the clock of the database, and each is one row there: any number of workers may look, a tick runs once, and
 * of the ticks missed while no worker was up the latest is caught up.
 */
@Injectable()
export class JobScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly memory: TickMemory;
  private readonly actorId: string;
  private isRunning = false;

  constructor(
    private readonly jobs: JobRegistry,
    private readonly runs: JobRunRepository,
    private readonly observer: JobRunObserver,
    private readonly wakeUps: WakeUps,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.memory = new TickMemory(settings.SCHEDULE_TIME_ZONE);
    this.actorId = settings.SYSTEM_USER_ID;
  }

  onApplicationBootstrap(): void {
    this.isRunning = true;
  }

  beforeApplicationShutdown(): void {
    this.isRunning = false;
  }

  // A late call asks the same question; skipping it would only leave the question to the next call.
  @Cron('*/10 * * * * *', { waitForCompletion: true, threshold: 9_000 })
  async startDueRuns(): Promise<void> {
    if (!this.isRunning) return;
    for (const job of this.jobs.all()) {
      try {
        await this.startIfDue(job);
      } catch (error) {
        this.observer.failed(job.name, error);
      }
    }
  }

  private async startIfDue(job: Job): Promise<void> {
    const { since, now } = await this.runs.lastTick(job.name);
    const tick = this.memory.latestTick(job.schedule, now);
    if (tick <= since) return;
    const run = await this.runs.insertTick(job.name, tick, this.actorId);
    if (run === undefined) return;
    if (run.status === 'RUNNING') {
      this.observer.started({ id: run.id, job: job.name, startedBy: this.actorId });
      void this.wakeUps.notify(job.name);
    } else this.observer.skipped(job.name, tick);
  }
}
