import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RedisConnections } from '../../src/jobs';
import { freshRedis, type FreshRedis } from '../support/redis';
import { RedisServers } from '../support/redis';
import { logTo } from '../support/test-queue';
import { TlsProxy } from '../support/network-proxies';

const PROJECT = join(__dirname, '../..');
const TLS = join(PROJECT, 'test/fixtures/trembita/tls');
/** About the address 127.0.0.1 alone, signed by `ca.pem`. */
const BY_ADDRESS = join(TLS, 'server');
/** About the name localhost alone, and its own authority. */
const BY_NAME = join(TLS, 'named');
const AUTHORITIES = [join(TLS, 'ca.pem'), `${BY_NAME}.pem`];

type Environment = Readonly<Record<string, string>>;

let redis: FreshRedis;
let servers: RedisServers | undefined;
let single: TlsProxy;
/** The outcome of a wake-up with an address, with sentinels, and with a cluster. */
let received: readonly string[];
const fronts: TlsProxy[] = [];

beforeAll(async () => {
  [redis, servers] = await Promise.all([freshRedis(), RedisServers.find()]);
  const several = servers === undefined ? [] : await Promise.all([watched(servers), clustered(servers)]);
  received = await notifyInChild([await addressed(), ...several]);
});
afterAll(async () => {
  for (const front of fronts) await front.close();
  await Promise.all([redis.stop(), servers?.stop()]);
});

async function frontWith(certified: string): Promise<TlsProxy> {
  const front = await TlsProxy.open(certified);
  fronts.push(front);
  return front;
}

async function addressed(): Promise<Environment> {
  single = await frontWith(BY_ADDRESS);
  const url = new URL(redis.url);
  single.leadTo(Number(url.port), url.hostname);
  url.protocol = 'rediss:';
  url.hostname = '127.0.0.1';
  url.port = String(single.port);
  return { REDIS_URL: url.href };
}

/** A sentinel behind a front, which names as the master the front of a server. */
async function watched(all: RedisServers): Promise<Environment> {
  const [ofMaster, ofSentinel] = await Promise.all([frontWith(BY_ADDRESS), frontWith(BY_ADDRESS)]);
  const master = await all.start([]);
  ofMaster.leadTo(master.port);
  const sentinel = await all.start([`sentinel monitor mymaster 127.0.0.1 ${ofMaster.port} 1`], 'sentinel');
  ofSentinel.leadTo(sentinel.port);
  return { REDIS_SENTINELS: `127.0.0.1:${ofSentinel.port}`, REDIS_TLS: 'true' };
}

/** A cluster of one node, which announces its name and the port of its proxy. */
async function clustered(all: RedisServers): Promise<Environment> {
  const front = await frontWith(BY_NAME);
  const node = await all.start([
    'cluster-enabled yes',
    'cluster-config-file nodes.conf',
    'cluster-announce-ip 127.0.0.1',
    'cluster-announce-hostname localhost',
    'cluster-preferred-endpoint-type hostname',
    `cluster-announce-port ${front.port}`,
  ]);
  expect(await node.ask('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')).toBe('+OK\r\n');
  front.leadTo(node.port);
  return { REDIS_CLUSTER_NODES: `localhost:${front.port}`, REDIS_TLS: 'true' };
}

/** In a process of its own, as Node reads but once, at its start, whom it believes beside the well-known authorities. */
async function notifyInChild(environments: readonly Environment[]): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'authorities-'));
  try {
    const file = join(folder, 'authorities.pem');
    const believed = await Promise.all(AUTHORITIES.map((authority) => readFile(authority, 'utf8')));
    await writeFile(file, believed.join(''));
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [
        '-r',
        '@swc-node/register',
        join('test', 'support', 'children', 'notify-queues.ts'),
        JSON.stringify(environments),
      ],
      { cwd: PROJECT, env: { PATH: process.env['PATH'], NODE_EXTRA_CA_CERTS: file } },
    );
    return JSON.parse(stdout) as string[];
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe('TLS between the program and Redis', () => {
  it('is spoken by each of the three connections of a queue, with an address of rediss', () => {
    expect(received[0]).toBe('heard');
    expect(single.secured).toBeGreaterThanOrEqual(3);
  });

  it('is spoken to sentinels, and to the server they name', (context) => {
    if (servers === undefined) context.skip('this machine has no Redis that knows sentinels');
    expect(received[1]).toBe('heard');
  });

  it('is spoken to a cluster whose certificates are about the names of its nodes', (context) => {
    if (servers === undefined) context.skip('this machine has no Redis that knows clusters');
    expect(received[2]).toBe('heard');
  });

  it.each(['client', 'subscriber', 'bclient'] as const)(
    'is refused by the connection called %s with a certificate of an authority nobody named',
    async (kind) => {
      const front = await frontWith(BY_ADDRESS);
      const settings = {
        REDIS_URL: `rediss://127.0.0.1:${front.port}`,
        REDIS_MASTER_NAME: 'mymaster',
        REDIS_TLS: false,
      };
      const trouble = await new Promise((resolve) => {
        const log = logTo((error) => {
          connections.closeAll();
          resolve(error);
        });
        const connections = new RedisConnections(settings, log);
        connections.create(kind);
      });
      expect(trouble).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' });
    },
  );
});
