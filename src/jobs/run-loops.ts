import type { Job } from './job';
import type { JobList } from './job-list';
import { type LoopTimes, RunLoop } from './run-loop';
import type { PartPorts } from './take-part';

/** One loop a job. */
export class RunLoops {
  private readonly loops = new Map<string, RunLoop>();

  constructor(
    private readonly jobs: JobList,
    private readonly ports: PartPorts,
    private readonly times: LoopTimes,
  ) {}

  start(): void {
    for (const job of this.jobs.all()) {
      const loop = new RunLoop(job, this.ports, this.times);
      this.loops.set(job.name, loop);
      loop.start();
    }
  }

  wake(job: Job['name']): void {
    this.loops.get(job)?.wake();
  }

  /** Resolves with `idle` when the loop has nothing to do, with `busy` when it still has after so long. */
  async idleWithin(job: Job['name'], ms: number): Promise<'idle' | 'busy'> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<'busy'>((resolve) => (timer = setTimeout(() => resolve('busy'), ms)));
    const idle = (this.loops.get(job)?.idle() ?? Promise.resolve()).then(() => 'idle' as const);
    return Promise.race([idle, late]).finally(() => clearTimeout(timer));
  }

  async shutDown(graceMs: number): Promise<void> {
    await Promise.all([...this.loops.values()].map((loop) => loop.shutDown(graceMs)));
  }
}
