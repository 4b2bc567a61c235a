import { Refusal } from '../domain/refusal';
import type { Job } from './job';

/** The jobs of the program. Other rooms put theirs in while the program starts. */
export class JobList {
  private readonly jobs = new Map<string, Job>();

  constructor(private readonly names: readonly string[]) {}

  add(job: Job): void {
    if (!this.names.includes(job.name)) throw new Error(`The job ${job.name} is not in the timetable.`);
    if (this.jobs.has(job.name)) throw new Error(`The job ${job.name} has two handlers.`);
    this.jobs.set(job.name, job);
  }

  /** Called once everything is put in: a job nobody handles would tick for ever and do nothing. */
  check(): void {
    const missing = this.names.filter((name) => !this.jobs.has(name));
    if (missing.length > 0) throw new Error(`No handler for the jobs ${missing.join(', ')}.`);
  }

  all(): readonly Job[] {
    return [...this.jobs.values()];
  }

  /** What a run of the job is counted by; nothing for a job that is no more. */
  countersOf(name: string): readonly string[] {
    return this.jobs.get(name)?.counters ?? [];
  }

  get(name: string): Job {
    const job = this.jobs.get(name);
    if (job === undefined) throw new Refusal('job_not_found');
    return job;
  }
}
