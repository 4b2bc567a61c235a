import Queue from 'bull';
import Redis from 'ioredis';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { REDIS_KINDS, startRedis, type EmbeddedRedis, type RedisKind } from '../../tools/embedded';
import { waitUntil } from '../support/wait-until';

const options = { nodeEnv: 'test', cacheHome: process.env['XDG_CACHE_HOME'] };

/** The kind that this machine uses; the others may be missing. */
const obtainable = REDIS_KINDS.filter((kind) => kind === (inject('servers').redisKind ?? 'private copy'));

describe.each(obtainable)('The embedded Redis (%s)', (kind: RedisKind) => {
  let redis: EmbeddedRedis;
  beforeAll(async () => {
    redis = await startRedis({ ...options, kinds: [kind] });
  });
  afterAll(() => redis.stop());

  it('reports its kind and listens below the ports of outgoing connections', () => {
    expect(redis.kind).toBe(kind);
    expect(redis.pid).toBeGreaterThan(0);
    expect(redis.url).toBe(`redis://127.0.0.1:${redis.port}`);
    expect(redis.port).toBeLessThan(32_768);
  });

  it('carries jobs of Bull: at once, delayed, tried again, failed and counted', async () => {
    const queue = new Queue<{ n: number }>('embedded', redis.url, { prefix: '{test}' });
    const tries: number[] = [];
    try {
      void queue.process('double', 2, (job) => {
        tries.push(job.data.n);
        if (job.data.n === 13) throw new Error('refused');
        return Promise.resolve(job.data.n * 2);
      });
      const plain = await queue.add('double', { n: 2 });
      const delayed = await queue.add('double', { n: 3 }, { delay: 50 });
      const failing = await queue.add('double', { n: 13 }, { attempts: 2, backoff: 10 });
      const ended = await waitUntil(
        async () => {
          const counts = await queue.getJobCounts();
          return counts.completed + counts.failed === 3 && counts;
        },
        { what: 'three jobs to end' },
      );
      expect(ended).toMatchObject({ completed: 2, failed: 1, waiting: 0, active: 0, delayed: 0 });
      expect((await queue.getJob(plain.id))?.returnvalue).toBe(4);
      expect((await queue.getJob(delayed.id))?.returnvalue).toBe(6);
      expect((await queue.getJob(failing.id))?.failedReason).toBe('refused');
      expect(tries.toSorted((a, b) => a - b)).toEqual([2, 3, 13, 13]);
    } finally {
      await queue.close();
    }
  });

  it('wakes a worker that was already waiting, and serves a job given again under its own name', async () => {
    const queue = new Queue('waiting', redis.url, { prefix: '{test}' });
    try {
      const served: unknown[] = [];
      void queue.process('wake', (job) => Promise.resolve(served.push(job.data)));
      await queue.isReady();
      for (const round of [1, 2]) {
        await queue.add('wake', { round }, { jobId: 'wake-up', removeOnComplete: true });
        await waitUntil(async () => (await queue.getJob('wake-up')) === null, {
          what: `round ${round} to end`,
        });
      }
      expect(served).toEqual([{ round: 1 }, { round: 2 }]);
    } finally {
      await queue.close();
    }
  });

  it('gives no job to a client that left while it waited for one', async () => {
    const watcher = new Redis(redis.url);
    const leaver = new Redis(redis.url);
    try {
      void leaver.brpoplpush('waiting-list', 'taken-list', 0).catch(() => undefined);
      const connections = async (): Promise<number> =>
        String(await watcher.client('LIST'))
          .trim()
          .split('\n').length;
      await waitUntil(async () => (await connections()) === 2, { what: 'the second client to come' });
      leaver.disconnect();
      await waitUntil(async () => (await connections()) === 1, { what: 'the second client to go' });
      await watcher.lpush('waiting-list', 'job');
      expect(await watcher.lrange('waiting-list', 0, -1)).toEqual(['job']);
      expect(await watcher.exists('taken-list')).toBe(0);
    } finally {
      watcher.disconnect();
      leaver.disconnect();
    }
  });

  it('forgets everything on request', async () => {
    const client = new Redis(redis.url);
    try {
      await client.set('a', '1');
      await redis.flushAll();
      expect(await client.get('a')).toBeNull();
    } finally {
      client.disconnect();
    }
  });

  it('restarts on the same port, and a worker continues without a restart', async () => {
    const queue = new Queue('outage', redis.url, { prefix: '{test}' });
    queue.on('error', () => undefined);
    try {
      void queue.process('wake', () => Promise.resolve('done'));
      await queue.isReady();
      await redis.stop();
      await redis.restart();
      const job = await queue.add('wake', {});
      await waitUntil(async () => (await queue.getJob(job.id))?.returnvalue === 'done', {
        what: 'a job of after the outage',
      });
    } finally {
      await queue.close();
    }
  });
});

describe('Starting a Redis', () => {
  it('allows a second server beside the first, and reports a given port that is taken', async () => {
    const first = await startRedis(options);
    const second = await startRedis(options);
    try {
      expect(second.port).not.toBe(first.port);
      await expect(startRedis({ ...options, port: first.port })).rejects.toThrow(`${first.port} is taken`);
    } finally {
      await Promise.all([first.stop(), second.stop()]);
    }
  });

  it('fails with the way out when no Redis can be had', async () => {
    await expect(startRedis({ ...options, kinds: [] })).rejects.toThrow(
      /^No Redis was found.*\n.*apt-get install redis-server.*\n.*REDIS_URL/,
    );
  });

  it('is refused in production', async () => {
    await expect(startRedis({ ...options, nodeEnv: 'production' })).rejects.toThrow('production');
  });
});
