import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { Refusal } from '../domain/refusal';
import type { Job } from './job';
import { JOB_NAMES, JobRegistry } from './job-registry';
import { JobScheduleRepository, type ScheduleState } from './job-schedule.repository';
import { JobRunObserver } from './run-participant.service';
import { TickMemory } from './tick-memory';
import { WakeUps } from './wake-ups.service';

/** One job of the timetable. */
export interface TimetableEntry extends ScheduleState {
  /** Cron expression with five fields, in the time zone. */
  readonly schedule: string;
  readonly timeZone: string;
  /** The next ticks, soonest first. While the job is paused they start nothing. */
  readonly nextTicks: readonly Date[];
}

/** When jobs run, and whether they are paused. */
@Injectable()
export class JobTimetable {
  private readonly memory: TickMemory;
  private readonly timeZone: string;

  constructor(
    private readonly jobs: JobRegistry,
    private readonly schedules: JobScheduleRepository,
    private readonly observer: JobRunObserver,
    private readonly wakeUps: WakeUps,
    @Inject(SETTINGS) { SCHEDULE_TIME_ZONE: timeZone }: Settings,
  ) {
    this.timeZone = timeZone;
    this.memory = new TickMemory(timeZone);
  }

  async all(): Promise<readonly TimetableEntry[]> {
    const states = await this.schedules.states(JOB_NAMES);
    return states.map((state) => this.entry(this.jobs.get(state.job), state));
  }

  /** Refuses an unknown job. */
  async find(name: string): Promise<TimetableEntry> {
    const job = this.jobs.get(name);
    const [state] = await this.schedules.states([name]);
    if (state === undefined) throw new Refusal('job_not_found');
    return this.entry(job, state);
  }

  /**
   * Pauses a job; the pause of a paused job stays as it is. Nothing is claimed any more, by no process; what is claimed is
   * finished and written. Refuses an unknown job.
   */
  async pause(name: string, userId: string, reason: string): Promise<TimetableEntry> {
    const job = this.jobs.get(name).name;
    if (await this.schedules.pause(job, userId, reason)) this.observer.paused(job, userId);
    return this.find(job);
  }

  /**
   * Ends the pause of a job, and does nothing to one that is not paused. Refuses an unknown job and, if the pause that was
   * seen is named by its beginning, the end of another one.
   */
  async resume(name: string, userId: string, seen?: Date): Promise<TimetableEntry> {
    const job = this.jobs.get(name).name;
    const isResumed = await this.schedules.resume(job, userId, seen);
    if (isResumed) {
      this.observer.resumed(job, userId);
      await this.wakeUps.notify(job);
    }
    const entry = await this.find(job);
    if (!isResumed && seen !== undefined && entry.pausedAt !== null) throw new Refusal('changed_meanwhile');
    return entry;
  }

  private entry({ schedule }: Job, state: ScheduleState): TimetableEntry {
    const nextTicks = this.memory.nextTicks(schedule, state.now);
    return { ...state, schedule, timeZone: this.timeZone, nextTicks };
  }
}
