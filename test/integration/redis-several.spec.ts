import Bull, { type Queue } from 'bull';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { RedisConnections, Tickets } from '../../src/jobs';
import type { RedisPlace } from '../../src/jobs/redis-place';
import { RedisServers } from '../support/redis-apart';
import { waitUntil } from '../support/wait-until';

const PASSWORD = 'of the servers';
const SENTINEL_PASSWORD = 'of the sentinels';
const NO_REDIS = 'this machine has no Redis that could be one of several';

let servers: RedisServers | undefined;
const open: { connections: RedisConnections; queues: Queue[] }[] = [];

beforeAll(async () => {
  servers = await RedisServers.find();
});
afterAll(async () => {
  for (const { connections, queues } of open) {
    const closed = Promise.all(queues.map((queue) => queue.close(true))).catch(() => undefined);
    connections.closeAll();
    await closed;
  }
  await servers?.stop();
});

/** A queue as the program opens it, and how often its bell was heard. */
function aBell(place: RedisPlace): {
  connections: RedisConnections;
  ring: () => Promise<void>;
  heard: () => number;
} {
  const connections = new RedisConnections(place, () => undefined);
  const queue = new Bull('bell', { createClient: connections.create, prefix: '{verification}' });
  queue.on('error', () => undefined);
  open.push({ connections, queues: [queue] });
  let heard = 0;
  void queue.process(1, () => Promise.resolve(void (heard += 1)));
  const tickets = new Tickets(new Map([['bell', queue]]), () => undefined);
  return { connections, ring: () => tickets.ring('bell'), heard: () => heard };
}

/** Rings until somebody has heard it: a ticket may be lost, the next one is as good. */
async function isHeard(bell: ReturnType<typeof aBell>, what: string): Promise<void> {
  const before = bell.heard();
  await waitUntil(
    async () => {
      await bell.ring();
      return bell.heard() > before;
    },
    { what, timeoutMs: 25_000 },
  );
}

function serversOr(context: TestContext): RedisServers {
  if (servers === undefined) context.skip(NO_REDIS);
  return servers;
}

describe('Redis as several servers', () => {
  it('watched by sentinels: the bell is heard again once another server is the master', async (context) => {
    const all = serversOr(context);
    const locked = [`requirepass "${PASSWORD}"`, `masterauth "${PASSWORD}"`];
    const master = await all.start(locked);
    await all.start([...locked, `replicaof 127.0.0.1 ${master.port}`]);
    const sentinel = await all.start(
      [
        `requirepass "${SENTINEL_PASSWORD}"`,
        `sentinel monitor the-bell 127.0.0.1 ${master.port} 1`,
        `sentinel auth-pass the-bell "${PASSWORD}"`,
        'sentinel down-after-milliseconds the-bell 500',
        'sentinel failover-timeout the-bell 3000',
      ],
      'sentinel',
    );
    const bell = aBell({
      kind: 'sentinels',
      sentinels: [{ host: '127.0.0.1', port: sentinel.port }],
      master: 'the-bell',
      sentinelPassword: SENTINEL_PASSWORD,
      credentials: { password: PASSWORD, tls: false },
    });
    await isHeard(bell, 'the bell before the failover');
    expect(await bell.connections.ping()).toBe(true);
    await waitUntil(async () => (await sentinelsKnow(sentinel.port)) || undefined, {
      what: 'the sentinel to find the replica',
      timeoutMs: 15_000,
    });
    await master.kill();
    await isHeard(bell, 'the bell after the failover');
    expect(await bell.connections.ping()).toBe(true);
  });

  it('as a cluster: all keys of a queue belong to one node, so its scripts run', async (context) => {
    const node = await serversOr(context).start(NODE);
    // All slots there are: a cluster of one node, which refuses a script over two slots like any other.
    expect(await node.ask('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')).toBe('+OK\r\n');
    const bell = aBell({
      kind: 'cluster',
      nodes: [{ host: '127.0.0.1', port: node.port }],
      credentials: { tls: false },
    });
    await isHeard(bell, 'the bell in the cluster');
    expect(await bell.connections.ping()).toBe(true);
  });
});

async function sentinelsKnow(port: number): Promise<boolean> {
  const { default: Redis } = await import('ioredis');
  const redis = new Redis({ port, host: '127.0.0.1', password: SENTINEL_PASSWORD });
  try {
    const replicas = (await redis.call('SENTINEL', 'replicas', 'the-bell')) as unknown[][];
    return replicas.some((replica) => replica.includes('slave') && replica.includes('ok'));
  } finally {
    redis.disconnect();
  }
}

/** A node that has met no other one does not know its own address. */
const NODE = ['cluster-enabled yes', 'cluster-config-file nodes.conf', 'cluster-announce-ip 127.0.0.1'];
