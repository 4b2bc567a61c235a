import { Cron } from '@nestjs/schedule';
import type { Job } from './job';
import type { JobList } from './job-list';
import type { JobRunRepository } from './job-run.repository';
import { latestTick } from './latest-tick';
import type { RunObserver } from './observe-runs';

export interface TimetablePorts {
  readonly jobs: JobList;
  readonly runs: JobRunRepository;
  readonly ring: (job: string) => void;
  readonly observer: RunObserver;
  readonly timeZone: string;
  readonly actorId: string;
}

/**
 * The cron only beats. Which ticks have come is asked of the database, by its clock, and each is one row there: any
 * number of instances beat, a tick runs once, and of those missed while nobody beat the latest is caught up.
 */
export class Timetable {
  private beating = false;

  constructor(private readonly ports: TimetablePorts) {}

  start(): void {
    this.beating = true;
  }

  stop(): void {
    this.beating = false;
  }

  // A beat that comes late asks the same question; skipping it would only make the next one ask it.
  @Cron('*/10 * * * * *', { waitForCompletion: true, threshold: 9_000 })
  async beat(): Promise<void> {
    if (!this.beating) return;
    for (const job of this.ports.jobs.all()) {
      try {
        await this.look(job);
      } catch (error) {
        this.ports.observer.failed(error);
      }
    }
  }

  private async look(job: Job): Promise<void> {
    const { since, now } = await this.ports.runs.lastTick(job.name);
    const tick = latestTick({ schedule: job.schedule, timeZone: this.ports.timeZone, now });
    if (tick <= since) return;
    const run = await this.ports.runs.insertTick(job.name, tick, this.ports.actorId);
    if (run === undefined) return;
    if (run.status === 'RUNNING') {
      this.ports.observer.began({ id: run.id, job: job.name, startedBy: this.ports.actorId });
      this.ports.ring(job.name);
    } else this.ports.observer.skipped(job.name, tick);
  }
}
