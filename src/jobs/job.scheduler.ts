import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Cron } from '@nestjs/schedule';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import type { Job } from './job';
import { JobRegistry } from './job-registry';
import { JobRunObserver } from './run-participant.service';
import { JobRunRepository } from './job-run.repository';
import { JobScheduleRepository } from './job-schedule.repository';
import { TickMemory } from './tick-memory';
import { WakeUps } from './wake-ups.service';

/**
 * Starts a run of each job at every tick of its schedule. The cron decorator only sets the pace. Which ticks have come is
 * decided by the clock of the database, and each is one row there: any number of workers may look, a tick runs once, and
 * of the ticks missed while no worker was up, or while the job was paused, the latest is caught up.
 */
@Injectable()
export class JobScheduler implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly memory: TickMemory;
  private readonly actorId: string;
  private isRunning = false;
  private look: Promise<void> = Promise.resolve();

  constructor(
    private readonly jobs: JobRegistry,
    private readonly runs: JobRunRepository,
    private readonly schedules: JobScheduleRepository,
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

  /** Nothing is started any more; a start under way ends first, since the database closes after this. */
  async beforeApplicationShutdown(): Promise<void> {
    this.isRunning = false;
    await this.look;
  }

  // A late call asks the same question; skipping it would only leave the question to the next call.
  @Cron('*/10 * * * * *', { waitForCompletion: true, threshold: 9_000 })
  startDueRuns(): Promise<void> {
    this.look = this.lookAtAll();
    return this.look;
  }

  private async lookAtAll(): Promise<void> {
    for (const job of this.jobs.all()) {
      if (!this.isRunning) return;
      try {
        await this.startIfDue(job);
      } catch (error) {
        this.observer.failed(job.name, error);
      }
    }
  }

  private async startIfDue(job: Job): Promise<void> {
    const { since, now } = await this.schedules.lastTick(job.name);
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
