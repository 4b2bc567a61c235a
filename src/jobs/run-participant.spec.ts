import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Settings } from '../config/settings.schema';
import type { Sql } from '../database/transactions';
import { Log } from '../observability';
import type { HelpEnd, Job, RunFacts, JobRun } from './job';
import { JobRegistry } from './job-registry';
import type { JobRunRepository } from './job-run.repository';
import { JobRunner } from './job-runner.service';
import { type JobRunObserver, RunParticipant } from './run-participant.service';
import { WakeUps } from './wake-ups.service';

const RUN: RunFacts = {
  id: 'a run',
  job: 'purge',
  byHand: true,
  activeSince: new Date(0),
  isPaused: false,
  isUncounted: true,
};
const SIGNALS = { stop: new AbortController().signal, abort: new AbortController().signal };

const jobThat = (does: Partial<Job>): Job => ({
  name: RUN.job,
  schedule: '0 1 * * *',
  counters: [],
  help: () => Promise.resolve<HelpEnd>('nothing_due'),
  reclaim: () => Promise.resolve(),
  unfinished: () => Promise.resolve(false),
  due: () => Promise.resolve(null),
  ...does,
});

/** A participant that sees these runs in the database, and the failures it reported. */
function participantOf(stubs: Partial<JobRunRepository>, leaseSeconds = 60) {
  const failures: unknown[] = [];
  const nothing = () => undefined;
  const runs = {
    takeLease: () => Promise.resolve(true),
    end: (_run: string, _worker: string, { unfinished }: { unfinished: (sql: Sql) => Promise<boolean> }) =>
      unfinished({} as Sql).then((is) => !is),
    isPaused: () => Promise.resolve(false),
    recordDue: () => Promise.resolve(),
    find: () => Promise.resolve(undefined),
    running: () => Promise.resolve(RUN),
    start: () => Promise.resolve({ kind: 'started' as const, runId: RUN.id }),
    ...stubs,
  } as unknown as JobRunRepository;
  const observer = {
    started: nothing,
    skipped: nothing,
    ended: nothing,
    failed: (_job: string, error: unknown) => failures.push(error),
  } as unknown as JobRunObserver;
  const settings = { VERIFICATION_LEASE_SECONDS: leaseSeconds } as Settings;
  return { runs, observer, failures, participant: new RunParticipant(runs, observer, 'a worker', settings) };
}

describe('A worker that takes part in a run', () => {
  afterEach(() => void vi.useRealTimers());

  it('works on the run although expired claims cannot be reclaimed', async () => {
    const { participant, failures } = participantOf({});
    const job = jobThat({ reclaim: () => Promise.reject(new Error('a row is held')) });
    expect(await participant.takePart(job, RUN, SIGNALS)).toBe('FINISHED');
    expect(failures).toHaveLength(1);
  });

  it('leaves only when no renewal of its lease is under way: it would take back the lease that was released', async () => {
    const events: string[] = [];
    let renew: () => void = () => undefined;
    const renewed = new Promise<void>((resolve) => (renew = resolve));
    let takes = 0;
    const stubs = {
      takeLease: async () => {
        takes += 1;
        if (takes === 2) {
          renew();
          await new Promise((resolve) => setImmediate(resolve));
          events.push('renewed');
        }
        return true;
      },
    };
    const job = jobThat({ help: () => renewed.then(() => 'stopped' as const) });
    events.push(await participantOf(stubs, 0.01).participant.takePart(job, RUN, SIGNALS));
    expect(events).toEqual(['renewed', 'stopped']);
  });

  it('leaves only when no renewal is under way, also when a later one was faster', async () => {
    vi.useFakeTimers();
    const held: ((isHolder: boolean) => void)[] = [];
    let takes = 0;
    const stubs = {
      takeLease: () => {
        takes += 1;
        // The first renewal waits for its row, the second does not.
        return takes === 2 ? new Promise<boolean>((resolve) => held.push(resolve)) : Promise.resolve(true);
      },
    };
    let stop: (end: HelpEnd) => void = () => undefined;
    const job = jobThat({ help: () => new Promise((resolve) => (stop = resolve)) });
    let hasLeft = false;
    const part = participantOf(stubs, 60)
      .participant.takePart(job, RUN, SIGNALS)
      .then((end) => {
        hasLeft = true;
        return end;
      });
    await vi.advanceTimersByTimeAsync(40_000);
    expect([takes, held.length]).toEqual([3, 1]);
    stop('stopped');
    await vi.advanceTimersByTimeAsync(0);
    expect(hasLeft).toBe(false);
    held[0]?.(true);
    expect(await part).toBe('stopped');
  });
});

describe('How many were due when a run started', () => {
  it('is counted once, by the worker that holds the run, and a failure stops nobody', async () => {
    const recorded: unknown[] = [];
    const recordDue = (...args: unknown[]) => Promise.resolve(void recorded.push(args));
    const job = jobThat({ due: () => Promise.resolve(7) });
    await participantOf({ recordDue }).participant.takePart(job, RUN, SIGNALS);
    await participantOf({ recordDue }).participant.takePart(job, { ...RUN, isUncounted: false }, SIGNALS);
    const helper = participantOf({ recordDue, takeLease: () => Promise.resolve(false) });
    await helper.participant.takePart(job, RUN, SIGNALS);
    expect(recorded).toEqual([[RUN.id, 7]]);
    const { participant, failures } = participantOf({ recordDue });
    const failing = jobThat({ due: () => Promise.reject(new Error('a statement took too long')) });
    expect(await participant.takePart(failing, RUN, SIGNALS)).toBe('FINISHED');
    expect(failures).toHaveLength(1);
  });
});

describe('A run in the foreground', () => {
  function inForeground(job: Job, stubs: Partial<JobRunRepository>) {
    const { runs, observer, participant } = participantOf(stubs);
    const jobs = new JobRegistry();
    jobs.add(job);
    const wakeUps = new WakeUps(new Log({ LOG_LEVEL: 'silent' }));
    return new JobRunner(jobs, runs, participant, observer, wakeUps).runInForeground({
      job: RUN.job,
      startedBy: 'an official',
      signals: SIGNALS,
      onStart: () => undefined,
    });
  }

  it('whose lease went to a worker is over when that worker has ended it, not before', async () => {
    const readings: (RunFacts | undefined)[] = [RUN, RUN, undefined];
    const helped: string[] = [];
    const job = jobThat({ help: ({ id }) => (helped.push(id), Promise.resolve('nothing_due')) });
    const end = await inForeground(job, {
      takeLease: () => Promise.resolve(false),
      running: () => Promise.resolve(readings.shift()),
      find: () => Promise.resolve({ ...RUN, status: 'FINISHED' } as unknown as JobRun),
    });
    expect(end).toMatchObject({ kind: 'ended', run: { status: 'FINISHED' } });
    expect([helped, readings]).toEqual([[RUN.id, RUN.id], []]);
  });

  it('takes no part in it during a pause, counts who is due once, and goes on with the time of the end of the pause', async () => {
    const resumed = { ...RUN, isUncounted: false, activeSince: new Date(60_000) };
    const readings: RunFacts[] = [RUN, { ...RUN, isPaused: true }, resumed];
    const recorded: unknown[] = [];
    const helped: Date[] = [];
    let reclaims = 0;
    const job = jobThat({
      help: ({ activeSince }) => Promise.resolve(helped.push(activeSince) === 1 ? 'paused' : 'nothing_due'),
      reclaim: () => Promise.resolve(void (reclaims += 1)),
      due: () => Promise.resolve(7),
    });
    const end = await inForeground(job, {
      running: () => Promise.resolve(readings.shift()),
      recordDue: (...args: unknown[]) => Promise.resolve(void recorded.push(args)),
      find: () => Promise.resolve({ ...RUN, status: 'FINISHED' } as unknown as JobRun),
    });
    expect(end).toMatchObject({ kind: 'ended', run: { status: 'FINISHED' } });
    expect(helped).toEqual([RUN.activeSince, resumed.activeSince]);
    expect([recorded, reclaims, readings]).toEqual([[[RUN.id, 7]], 2, []]);
  });
});
