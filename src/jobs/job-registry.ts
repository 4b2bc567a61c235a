import { Injectable } from '@nestjs/common';
import { Refusal } from '../domain/refusal';
import type { Job } from './job';

/** The scheduled jobs. Each has a queue of the same name. */
export const JOB_NAMES = [
  'dms-passport-persons',
  'dms-passport-parties',
  'mvs-passport-persons',
  'unzr-persons',
  'purge',
] as const;

/** Background tasks with a queue: they have no schedule and no runs, only rows. */
export const BACKGROUND_TASK_QUEUES = ['unzr-info', 'checks-at-once'] as const;

export const QUEUE_NAMES = [...JOB_NAMES, ...BACKGROUND_TASK_QUEUES] as const;

export type JobName = (typeof JOB_NAMES)[number];
export type BackgroundTaskQueue = (typeof BACKGROUND_TASK_QUEUES)[number];
export type QueueName = (typeof QUEUE_NAMES)[number];

/** The jobs of the program. Each module adds its own while the program starts. */
@Injectable()
export class JobRegistry {
  private readonly jobs = new Map<string, Job>();

  add(job: Job): void {
    if (!JOB_NAMES.some((name) => name === job.name)) throw new Error(`The job ${job.name} has no queue.`);
    if (this.jobs.has(job.name)) throw new Error(`The job ${job.name} is registered twice.`);
    this.jobs.set(job.name, job);
  }

  /** Called once all modules have added theirs: a job that is missing would tick for ever and do nothing. */
  checkComplete(): void {
    const missing = JOB_NAMES.filter((name) => !this.jobs.has(name));
    if (missing.length > 0) throw new Error(`No module registered the jobs ${missing.join(', ')}.`);
  }

  all(): readonly Job[] {
    return [...this.jobs.values()];
  }

  /** The counters of a job; none for a job that no longer exists. */
  countersOf(name: string): readonly string[] {
    return this.jobs.get(name)?.counters ?? [];
  }

  /** Refuses an unknown job. */
  get(name: string): Job {
    const job = this.jobs.get(name);
    if (job === undefined) throw new Refusal('job_not_found');
    return job;
  }
}
