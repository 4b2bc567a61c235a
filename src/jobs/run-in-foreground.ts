import { setTimeout as wait } from 'node:timers/promises';
import { isPermanent } from '../database/failure';
import type { HelpSignals, Job, RunFacts } from './job';
import type { JobList } from './job-list';
import type { JobRun } from './job-run';
import { type PartEnd, type PartPorts, TakePart, tellEnd } from './take-part';

/** A database that is being restarted is back within seconds. */
const TRY_AGAIN_MS = 1_000;

/** What a run started by hand came to. */
export type ForegroundEnd =
  | { readonly kind: 'ended'; readonly run: JobRun }
  | { readonly kind: 'already_running'; readonly runId: string };

export interface ForegroundRun {
  readonly job: string;
  readonly startedBy: string;
  readonly signals: HelpSignals;
  /** Told once the run has begun. */
  readonly begun: (runId: string) => void;
}

/** One whole run in this process. Needs no Redis. Unlike a worker that leaves, it ends its run when it is stopped. */
export class RunInForeground {
  constructor(
    private readonly jobs: JobList,
    private readonly ports: PartPorts,
  ) {}

  /** Refuses an unknown job. */
  async run({ job: name, startedBy, signals, begun }: ForegroundRun): Promise<ForegroundEnd> {
    const job = this.jobs.get(name);
    const { runs, holder } = this.ports;
    const started = await runs.start(name, startedBy, holder);
    if (started.kind === 'already_running') return started;
    if (started.kind === 'started') this.ports.observer.began({ id: started.runId, job: name, startedBy });
    begun(started.runId);
    const facts = await runs.running(name);
    if (facts !== undefined && facts.id === started.runId) {
      const end = await this.takePart(job, facts, signals);
      if (end === 'stopped') await this.stop(facts);
    }
    const run = await runs.find(started.runId);
    if (run === undefined) throw new Error('A run that was just ended is missing.');
    return { kind: 'ended', run };
  }

  private async stop({ id }: RunFacts): Promise<void> {
    const { runs, holder } = this.ports;
    if (await runs.end(id, holder.worker, { status: 'STOPPED', unfinished: nobody })) {
      await tellEnd(this.ports, id);
    }
  }

  /**
   * PostgreSQL may be restarted while a run goes on: what failed then goes on where it was. If a worker took the lease
   * meanwhile it ends the run, and whoever started it waits for that, helping.
   */
  private async takePart(job: Job, run: RunFacts, signals: HelpSignals): Promise<PartEnd> {
    for (;;) {
      try {
        const end = await new TakePart(job, this.ports).run(run, signals);
        if (end !== 'goes_on' || (await this.isOver(run))) return end;
      } catch (error) {
        if (isPermanent(error) || signals.stop.aborted) throw error;
        this.ports.observer.failed(error);
      }
      await wait(TRY_AGAIN_MS, undefined, { signal: signals.stop }).catch(() => undefined);
    }
  }

  private async isOver({ id }: RunFacts): Promise<boolean> {
    return (await this.ports.runs.find(id))?.status !== 'RUNNING';
  }
}

/** Stopped by hand, a run ends whoever else still helps: they find it over, and what they hold is written all the same. */
const nobody = (): Promise<boolean> => Promise.resolve(false);
