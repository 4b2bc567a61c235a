import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Metrics } from '../observability';
import { Heartbeat } from './heartbeat.service';
import type { InstanceRepository } from './instance.repository';
import { PurgeRegistry } from './purge.job';
import type { RunProgressRepository } from './run-progress.repository';

const ID = '5a5b1c9e-0000-4000-8000-000000000006';
const SECOND = 1_000;

let beats: { id: string; role: string }[];
let removed: string[];
let samples: number;
let answer: () => Promise<void>;
let heartbeat: Heartbeat;

beforeEach(() => {
  vi.useFakeTimers();
  [beats, removed, samples] = [[], [], 0];
  answer = async () => undefined;
  const processes = {
    beat: ({ id, role }: { id: string; role: string }) => (beats.push({ id, role }), answer()),
    remove: async (id: string) => (removed.push(id), answer()),
  } as unknown as InstanceRepository;
  const progress = {
    sample: async () => ((samples += 1), answer()),
  } as unknown as RunProgressRepository;
  const settings = { RETENTION_BATCH_SIZE: 10 } as never;
  heartbeat = new Heartbeat(ID, settings, processes, progress, new PurgeRegistry(), new Metrics());
});
afterEach(() => vi.useRealTimers());

describe('The heartbeat of a process', () => {
  it('gives a sign of life at the start and every ten seconds, and samples the running runs', async () => {
    await heartbeat.start('worker');
    expect(beats).toEqual([{ id: ID, role: 'worker' }]);
    await vi.advanceTimersByTimeAsync(20 * SECOND);
    expect([beats.length, samples]).toEqual([3, 3]);
  });

  it('goes on after a failure, its own or that of the sample', async () => {
    answer = () => Promise.reject(new Error('the database is away'));
    await heartbeat.start('api');
    await vi.advanceTimersByTimeAsync(10 * SECOND);
    expect([beats.length, samples]).toEqual([2, 2]);
  });

  it('sends one sign at a time, however long the database does not answer', async () => {
    const ends: (() => void)[] = [];
    answer = () => new Promise((resolve) => ends.push(resolve));
    void heartbeat.start('api');
    await vi.advanceTimersByTimeAsync(60 * SECOND);
    expect([beats.length, samples]).toEqual([1, 1]);
    for (const end of ends) end();
    await vi.advanceTimersByTimeAsync(10 * SECOND);
    expect(beats).toHaveLength(2);
  });

  it('removes the row at the end, and no sign comes after it', async () => {
    await heartbeat.start('api');
    await heartbeat.onApplicationShutdown();
    await vi.advanceTimersByTimeAsync(60 * SECOND);
    expect([removed, beats.length]).toEqual([[ID], 1]);
  });

  it('leaves no row of a process that is ended while it starts', async () => {
    await heartbeat.onApplicationShutdown();
    await heartbeat.start('api');
    await vi.advanceTimersByTimeAsync(60 * SECOND);
    expect([beats, removed]).toEqual([[], []]);
  });

  it('ends in order though the row cannot be removed', async () => {
    await heartbeat.start('api');
    answer = () => Promise.reject(new Error('the database is away'));
    await expect(heartbeat.onApplicationShutdown()).resolves.toBeUndefined();
  });

  it('writes nothing in a program that did not start it', async () => {
    await heartbeat.onApplicationShutdown();
    expect([beats, removed]).toEqual([[], []]);
  });
});
