import { afterEach, expect, it, vi } from 'vitest';
import type { Settings } from '../config/settings.schema';
import { Metrics } from '../observability';
import { JOB_NAMES, type JobRegistry } from './job-registry';
import type { JobRunRepository } from './job-run.repository';
import { JobWorkers } from './job-worker.service';
import type { JobRunObserver, RunParticipant } from './run-participant.service';
import type { WakeUps } from './wake-ups.service';

const SETTINGS = { JOB_POLL_SECONDS: 3600, VERIFICATION_LEASE_SECONDS: 3600 } as Settings;
const [JOB] = JOB_NAMES;

/** Workers of one job, and how often they have looked for a run. They never find one. */
function workers(reclaim: () => Promise<void> = () => Promise.resolve()) {
  let looks = 0;
  const runs = { running: () => Promise.resolve(void (looks += 1)) } as unknown as JobRunRepository;
  const jobs = {
    checkComplete: () => undefined,
    all: () => [{ name: JOB, reclaim }],
  } as unknown as JobRegistry;
  const [participant, observer, wakeUps] = [{} as RunParticipant, {} as JobRunObserver, {} as WakeUps];
  const made = new JobWorkers(jobs, runs, participant, observer, wakeUps, new Metrics(), SETTINGS);
  return { made, looks: () => looks };
}

afterEach(() => void vi.useRealTimers());

it.each(Array.from({ length: 20 }, (_, steps) => steps))(
  'A wake-up is seen however far the look before it has come: %i steps',
  async (steps) => {
    const { made, looks } = workers();
    made.onApplicationBootstrap();
    expect(looks()).toBe(1);
    // A step of the look is one turn of the microtask queue.
    for (let step = 0; step < steps; step += 1) await Promise.resolve();
    await made.onWakeUp(JOB, { data: {} });
    expect(looks()).toBe(2);
    await made.beforeApplicationShutdown();
  },
);

it('A worker looks for claims that expired at least twice in a lease', async () => {
  vi.useFakeTimers();
  const times = [Date.now()];
  const { made } = workers(() => Promise.resolve(void times.push(Date.now())));
  made.onApplicationBootstrap();
  const leaseMs = SETTINGS.VERIFICATION_LEASE_SECONDS * 1000;
  await vi.advanceTimersByTimeAsync(100 * leaseMs);
  const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
  expect(pauses.length).toBeGreaterThanOrEqual(200);
  expect(Math.max(...pauses)).toBeLessThanOrEqual(leaseMs / 2);
  await made.beforeApplicationShutdown();
});

it('A worker stops after every reclaim that is under way: the database closes next', async () => {
  vi.useFakeTimers();
  const ends: (() => void)[] = [];
  const { made } = workers(() => new Promise((resolve) => ends.push(resolve)));
  made.onApplicationBootstrap();
  await vi.advanceTimersByTimeAsync((SETTINGS.VERIFICATION_LEASE_SECONDS / 2) * 1000);
  expect(ends).toHaveLength(1);
  let hasStopped = false;
  const stopped = made.beforeApplicationShutdown().then(() => (hasStopped = true));
  await vi.advanceTimersByTimeAsync(0);
  expect(hasStopped).toBe(false);
  ends[0]?.();
  await stopped;
  expect(vi.getTimerCount()).toBe(0);
});
