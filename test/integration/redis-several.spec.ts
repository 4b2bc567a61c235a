import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import type { RedisSettings } from '../../src/jobs/redis-connections';
import { RedisServers } from '../support/redis';
import { TestQueue } from '../support/test-queue';
import { waitUntil } from '../support/wait-until';

const PASSWORD = 'of the servers';
const SENTINEL_PASSWORD = 'of the sentinels';
const NO_REDIS = 'this machine has no Redis that could be one of several';
/** Generous: a failover is under way, on a machine that has other things to do. */
const HEARD_WITHIN_MS = 25_000;

let servers: RedisServers | undefined;
const open: TestQueue[] = [];

beforeAll(async () => {
  servers = await RedisServers.find();
});
afterAll(async () => {
  for (const queue of open) await queue.close();
  await servers?.stop();
});

function aQueue(settings: Partial<RedisSettings>): TestQueue {
  const queue = new TestQueue(settings);
  open.push(queue);
  return queue;
}

function serversOr(context: TestContext): RedisServers {
  if (servers === undefined) context.skip(NO_REDIS);
  return servers;
}

describe('Redis as several servers', () => {
  it('watched by sentinels: wake-ups are delivered again once another server is the master', async (context) => {
    const all = serversOr(context);
    const locked = [`requirepass "${PASSWORD}"`, `masterauth "${PASSWORD}"`];
    const master = await all.start(locked);
    await all.start([...locked, `replicaof 127.0.0.1 ${master.port}`]);
    const sentinel = await all.start(
      [
        `requirepass "${SENTINEL_PASSWORD}"`,
        `sentinel monitor the-queue 127.0.0.1 ${master.port} 1`,
        `sentinel auth-pass the-queue "${PASSWORD}"`,
        'sentinel down-after-milliseconds the-queue 500',
        'sentinel failover-timeout the-queue 3000',
      ],
      'sentinel',
    );
    const queue = aQueue({
      REDIS_SENTINELS: [{ host: '127.0.0.1', port: sentinel.port }],
      REDIS_MASTER_NAME: 'the-queue',
      REDIS_SENTINEL_PASSWORD: SENTINEL_PASSWORD,
      REDIS_PASSWORD: PASSWORD,
    });
    await queue.deliversWakeUp('a wake-up before the failover', HEARD_WITHIN_MS);
    expect(await queue.connections.ping()).toBe(true);
    await waitUntil(async () => (await sentinelsKnow(sentinel.port)) || undefined, {
      what: 'the sentinel to find the replica',
    });
    await master.kill();
    await queue.deliversWakeUp('a wake-up after the failover', HEARD_WITHIN_MS);
    expect(await queue.connections.ping()).toBe(true);
  });

  it('as a cluster: all keys of a queue belong to one node, so its scripts run', async (context) => {
    const node = await serversOr(context).start(NODE);
    // All slots there are: a cluster of one node, which refuses a script over two slots like any other.
    expect(await node.ask('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')).toBe('+OK\r\n');
    const queue = aQueue({
      REDIS_CLUSTER_NODES: [{ host: '127.0.0.1', port: node.port }],
    });
    await queue.deliversWakeUp('a wake-up in the cluster', HEARD_WITHIN_MS);
    expect(await queue.connections.ping()).toBe(true);
  });
});

async function sentinelsKnow(port: number): Promise<boolean> {
  const { default: Redis } = await import('ioredis');
  const redis = new Redis({ port, host: '127.0.0.1', password: SENTINEL_PASSWORD });
  try {
    const replicas = (await redis.call('SENTINEL', 'replicas', 'the-queue')) as unknown[][];
    return replicas.some((replica) => replica.includes('slave') && replica.includes('ok'));
  } finally {
    redis.disconnect();
  }
}

/** A node that has met no other one does not know its own address. */
const NODE = ['cluster-enabled yes', 'cluster-config-file nodes.conf', 'cluster-announce-ip 127.0.0.1'];
