import { describe, expect, it } from 'vitest';
import type { HelpEnd, Job, RunFacts } from './job';
import { JobList } from './job-list';
import type { JobRun, RunStatus } from './job-run';
import type { JobRunRepository } from './job-run.repository';
import { RunInForeground } from './run-in-foreground';
import { type PartPorts, TakePart } from './take-part';

const RUN: RunFacts = { id: 'a run', job: 'a job', byHand: true, startedAt: new Date(0) };
const SIGNALS = { stop: new AbortController().signal, abort: new AbortController().signal };

const jobThat = (does: Partial<Job>): Job => ({
  name: RUN.job,
  schedule: '0 1 * * *',
  counters: [],
  help: () => Promise.resolve<HelpEnd>('nothing_due'),
  sweep: () => Promise.resolve(),
  unfinished: () => Promise.resolve(false),
  due: () => Promise.resolve(null),
  ...does,
});

/** Runs as they stand in the database, and what was told of them. */
function portsWith(runs: Partial<JobRunRepository>): PartPorts & { readonly failures: unknown[] } {
  const failures: unknown[] = [];
  const nothing = () => undefined;
  return {
    runs: {
      takeLease: () => Promise.resolve(true),
      end: () => Promise.resolve(true),
      find: () => Promise.resolve(undefined),
      running: () => Promise.resolve(RUN),
      start: () => Promise.resolve({ kind: 'started' as const, runId: RUN.id }),
      ...runs,
    } as JobRunRepository,
    holder: { worker: 'a worker', leaseSeconds: 60 },
    observer: { began: nothing, skipped: nothing, ended: nothing, failed: (error) => failures.push(error) },
    failures,
  };
}

describe('A worker that takes part in a run', () => {
  it('asks people although somebody else cannot be rescued', async () => {
    const ports = portsWith({});
    const job = jobThat({ sweep: () => Promise.reject(new Error('a row is held')) });
    expect(await new TakePart(job, ports).run(RUN, SIGNALS)).toBe('FINISHED');
    expect(ports.failures).toHaveLength(1);
  });

  it('leaves only when no renewal of its lease is under way: it would take back what is given up', async () => {
    const told: string[] = [];
    let renew: () => void = () => undefined;
    const renewed = new Promise<void>((resolve) => (renew = resolve));
    let lookedAt = 0;
    const ports = portsWith({
      takeLease: async () => {
        lookedAt += 1;
        if (lookedAt === 2) {
          renew();
          await new Promise((resolve) => setImmediate(resolve));
          told.push('renewed');
        }
        return true;
      },
    });
    const job = jobThat({ help: () => renewed.then(() => 'stopped' as const) });
    const holder = { ...ports.holder, leaseSeconds: 0.01 };
    told.push(await new TakePart(job, { ...ports, holder }).run(RUN, SIGNALS));
    expect(told).toEqual(['renewed', 'stopped']);
  });
});

describe('A run in the foreground whose lease went to a worker', () => {
  it('is over when that worker has ended it, not before', async () => {
    const standings: RunStatus[] = ['RUNNING', 'FINISHED', 'FINISHED'];
    const ports = portsWith({
      takeLease: () => Promise.resolve(false),
      find: () => Promise.resolve({ ...RUN, status: standings.shift() } as unknown as JobRun),
    });
    const jobs = new JobList([RUN.job]);
    jobs.add(jobThat({}));
    const end = await new RunInForeground(jobs, ports).run({
      job: RUN.job,
      startedBy: 'somebody',
      signals: SIGNALS,
      begun: () => undefined,
    });
    expect(end).toMatchObject({ kind: 'ended', run: { status: 'FINISHED' } });
    expect(standings).toEqual([]);
  });
});
