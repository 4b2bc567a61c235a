import { Refusal } from '../domain/refusal';
import type { JobList } from './job-list';
import type { JobRun } from './job-run';
import type { JobRunRepository } from './job-run.repository';
import type { RunObserver } from './observe-runs';
import type { Tickets } from './tickets';

/** What a start needs of its room. */
export interface StartRunPorts {
  readonly jobs: JobList;
  readonly runs: JobRunRepository;
  readonly tickets: Tickets;
  readonly observer: RunObserver;
}

/** Starts a run for somebody who does not wait for its end: the workers do it. */
export class StartRun {
  constructor(private readonly ports: StartRunPorts) {}

  /**
   * Refuses an unknown job, and one that is running, were its holder dead: the workers go on with such a run anyway.
   */
  async run(name: string, startedBy: string): Promise<JobRun> {
    const { jobs, runs, tickets, observer } = this.ports;
    const job = jobs.get(name).name;
    const started = await runs.startOnRequest(job, startedBy);
    if (started === undefined) throw new Refusal('job_already_running');
    observer.began({ id: started.id, job, startedBy });
    // The run is saved by now, so that whoever hears the bell finds it.
    await tickets.ring(job);
    return started;
  }
}
