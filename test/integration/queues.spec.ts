import { getQueueToken } from '@nestjs/bull';
import type { Queue } from 'bull';
import { describe, expect, it } from 'vitest';
import { BACKGROUND_TASK_QUEUES, JOB_NAMES, QUEUE_NAMES } from '../../src/jobs/job-registry';
import { WakeUps } from '../../src/jobs';
import { Metrics } from '../../src/observability';
import { Program } from '../support/program';
import { TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

const env = TestEnvironment.forThisFile();

/** Wake-up jobs that this program has taken, by queue. */
async function wakeUpsOf(program: Program): Promise<Record<string, number>> {
  const lines = (await program.get(Metrics).text()).matchAll(
    /^job_wake_ups_total\{job_name="([^"]+)"\} (\d+)$/gm,
  );
  return Object.fromEntries([...lines].map(([, queue = '', n]): [string, number] => [queue, Number(n)]));
}

async function notifyAll(program: Program): Promise<void> {
  for (const queue of QUEUE_NAMES) await program.get(WakeUps).notify(queue);
}

const each = (n: number) => Object.fromEntries(QUEUE_NAMES.map((queue) => [queue, n]));

describe('The queues', () => {
  it('are those of the scheduled jobs and of the background tasks', () => {
    expect([...QUEUE_NAMES]).toEqual([...JOB_NAMES, ...BACKGROUND_TASK_QUEUES]);
  });

  it('each have a processor in a worker, which takes its wake-up job', async () => {
    expect(await wakeUpsOf(env.program)).toEqual(each(0));
    await notifyAll(env.program);
    await waitUntil(
      async () => Object.values(await wakeUpsOf(env.program)).every((n) => n === 1) || undefined,
      { what: 'a wake-up of each queue' },
    );
  });

  it('have no processor in the API process: what it sends waits for a worker', async () => {
    await env.stopProgram(env.program);
    const api = await Program.start({ ...env.servers, works: false });
    try {
      await notifyAll(api);
      for (const name of QUEUE_NAMES) {
        expect(await api.get<Queue>(getQueueToken(name)).getWaitingCount(), name).toBe(1);
      }
      expect(await wakeUpsOf(api)).toEqual({});
    } finally {
      await api.stop();
    }
    const worker = await env.startProgram();
    await waitUntil(async () => Object.values(await wakeUpsOf(worker)).every((n) => n === 1) || undefined, {
      what: 'the worker to take what waited',
    });
  });

  it('get no wake-up job of a worker that ends: it would be reported as lost', async () => {
    const worker = await env.startProgram();
    await env.stopProgram(worker);
    await worker.get(WakeUps).notify('purge');
    expect(worker.logged.filter((line) => line.includes('wake-up not sent'))).toEqual([]);
  });
});
