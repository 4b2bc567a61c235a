import { setTimeout as wait } from 'node:timers/promises';
import type { HelpEnd, HelpSignals, Job, RunFacts } from './job';
import type { Holder, JobRunRepository } from './job-run.repository';
import type { RunObserver } from './observe-runs';

/** While others still hold people of the run, its holder looks again after this. */
const LOOK_AGAIN_MS = 250;

/** How a worker's part in a run ended: it ended the run, the run goes on without it, or the worker has to stop. */
export type PartEnd = 'FINISHED' | 'FAILED' | 'goes_on' | 'stopped';

export interface PartPorts {
  readonly runs: JobRunRepository;
  readonly holder: Holder;
  readonly observer: RunObserver;
}

/**
 * One worker's part in a run. Everybody helps; the one who holds the run's lease stays until nothing is left, neither
 * to take nor in anybody's hands, and alone ends the run.
 */
export class TakePart {
  constructor(
    private readonly job: Job,
    private readonly ports: PartPorts,
  ) {}

  async run(run: RunFacts, signals: HelpSignals): Promise<PartEnd> {
    let renewal = Promise.resolve();
    const renew = (): void => void (renewal = this.keepLease(run));
    const timer = setInterval(renew, (this.ports.holder.leaseSeconds * 1000) / 3);
    try {
      await this.takeLease(run);
      await this.sweep();
      for (;;) {
        const end = await this.job.help(run, signals);
        if (end === 'stopped' || signals.stop.aborted) return 'stopped';
        if (!(await this.takeLease(run))) return 'goes_on';
        const ended = await this.end(run, end);
        if (ended !== undefined) return ended;
        await wait(LOOK_AGAIN_MS, undefined, { signal: signals.stop }).catch(() => undefined);
        await this.sweep();
      }
    } finally {
      clearInterval(timer);
      // One still under way would take back the lease of a worker that leaves.
      await renewal;
    }
  }

  /** A run that others may go on with: its lease is given up, its status stays. */
  async leave(run: RunFacts): Promise<void> {
    await this.ports.runs.giveUpLease(run.id, this.ports.holder.worker);
  }

  private async end(run: RunFacts, end: HelpEnd): Promise<'FINISHED' | 'FAILED' | undefined> {
    const status = end === 'nothing_due' ? 'FINISHED' : 'FAILED';
    const ended = await this.ports.runs.end(run.id, this.ports.holder.worker, {
      status,
      unfinished: (sql) => this.job.unfinished(sql, run.id, end),
    });
    if (!ended) return undefined;
    await tellEnd(this.ports, run.id);
    return status;
  }

  /** Whom nobody can rescue for now must not keep anybody from being asked. */
  private async sweep(): Promise<void> {
    try {
      await this.job.sweep();
    } catch (error) {
      this.ports.observer.failed(error);
    }
  }

  private takeLease(run: RunFacts): Promise<boolean> {
    return this.ports.runs.takeLease(run.id, this.ports.holder);
  }

  private async keepLease(run: RunFacts): Promise<void> {
    try {
      await this.takeLease(run);
    } catch (error) {
      this.ports.observer.failed(error);
    }
  }
}

/** The run is over whatever becomes of these words about it, so a failure here is told and goes no further. */
export async function tellEnd({ runs, observer }: PartPorts, runId: string): Promise<void> {
  try {
    const run = await runs.find(runId);
    if (run !== undefined) observer.ended(run);
  } catch (error) {
    observer.failed(error);
  }
}
