import { setTimeout as wait } from 'node:timers/promises';
import type { INestApplicationContext } from '@nestjs/common';
import { DmsPassportStream } from '../../src/dms-passport';
import { JobRegistry, type JobRun, JobRunRepository, RedisConnections, WakeUps } from '../../src/jobs';
import { RunProgress } from '../../src/cli/run-progress';

export interface RunToWatch {
  readonly app: INestApplicationContext;
  readonly actorId: string;
  readonly stopped: AbortSignal;
  /** Rejects when the program has ended. */
  readonly broken: Promise<never>;
}

const JOB = DmsPassportStream.JOB;
/** Starting a run takes its lease; the demo does not work on the run and releases the lease at once. */
const HOLDER = { worker: 'demo', leaseSeconds: 1 };
const LOOK_EVERY_MS = 100;
const ANYWHERE = { strict: false };

/** Starts a run as an official would, wakes the worker up, and waits until it has done the run. */
export async function runThroughQueue(watched: RunToWatch): Promise<JobRun> {
  return Promise.race([startAndWatch(watched), watched.broken]);
}

async function startAndWatch({ app, actorId, stopped }: RunToWatch): Promise<JobRun> {
  const runs = app.get(JobRunRepository, ANYWHERE);
  const redis = app.get(RedisConnections, ANYWHERE);
  const job = app.get(JobRegistry, ANYWHERE).get(JOB);
  const due = await job.due();
  while (!(await redis.ping())) await wait(LOOK_EVERY_MS, undefined, { signal: stopped });
  const runId = await startRun(runs, actorId, stopped);
  await app.get(WakeUps, ANYWHERE).notify(JOB);
  const progress = new RunProgress({
    label: 'Checking persons',
    runs,
    counters: job.counters,
    due: () => Promise.resolve(due),
  });
  progress.start(runId);
  try {
    return await waitForEnd(runs, runId, stopped);
  } finally {
    await progress.stop();
  }
}

/** In a named database the scheduler may have started a run; that one has to end first. */
async function startRun(runs: JobRunRepository, actorId: string, stopped: AbortSignal): Promise<string> {
  for (;;) {
    const { kind, runId } = await runs.start(JOB, actorId, HOLDER);
    if (kind !== 'already_running') {
      await runs.releaseLease(runId, HOLDER.worker);
      return runId;
    }
    await waitForEnd(runs, runId, stopped);
  }
}

async function waitForEnd(runs: JobRunRepository, runId: string, stopped: AbortSignal): Promise<JobRun> {
  for (;;) {
    const run = await runs.find(runId);
    if (run !== undefined && run.status !== 'RUNNING') return run;
    await wait(LOOK_EVERY_MS, undefined, { signal: stopped });
  }
}
