import Redis from 'ioredis';
import { inject } from 'vitest';
import { startRedis, type EmbeddedRedis } from '../../tools/embedded';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { askRedis } from '../../tools/embedded/redis';
import { findFreePort } from '../../tools/embedded/free-port';
import { findRedisProgram, REDIS_KINDS, type RedisProgram } from '../../tools/embedded/redis-program';
import { ServerProgram } from '../../tools/embedded/server-program';
import { waitUntil } from './wait-until';

/** A Redis with nothing in it, of one test file's own. */
export interface FreshRedis {
  url: string;
  /** The server itself, to be stopped and started at will; null when it was named from outside. */
  server: EmbeddedRedis | null;
  stop(): Promise<void>;
}

/**
 * Messages reach every numbered database of a Redis, so files that run at the same time get servers
 * of their own. One named from outside is shared: there each worker has a number of its own.
 */
export async function freshRedis(): Promise<FreshRedis> {
  const { redisUrl, redisKind } = inject('servers');
  if (redisUrl) return numberedDatabase(redisUrl);
  const server = await startRedis({
    nodeEnv: 'test',
    cacheHome: process.env['XDG_CACHE_HOME'],
    ...(redisKind ? { kinds: [redisKind] } : {}),
  });
  return { url: server.url, server, stop: () => server.stop() };
}

async function numberedDatabase(redisUrl: string): Promise<FreshRedis> {
  const url = new URL(redisUrl);
  url.pathname = `/${process.env['VITEST_POOL_ID'] ?? 1}`;
  const client = new Redis(url.href);
  await client.flushdb();
  client.disconnect();
  return { url: url.href, server: null, stop: () => Promise.resolve() };
}

/** One server of an installation with several. */
export interface RedisServer {
  readonly port: number;
  ask(...words: string[]): Promise<string>;
  /** As a machine that loses its power. */
  kill(): Promise<void>;
}

/** Redis servers with a configuration of one's own; gone with the test. */
export class RedisServers {
  private readonly running: ServerProgram[] = [];

  private constructor(
    private readonly program: RedisProgram,
    private readonly folder: string,
  ) {}

  /** Undefined on a machine without any Redis. */
  static async find(): Promise<RedisServers | undefined> {
    const program = await findRedisProgram(REDIS_KINDS, process.env['XDG_CACHE_HOME']);
    return program && new RedisServers(program, await mkdtemp(join(tmpdir(), 'redis-apart-')));
  }

  /** Starts one with these lines in its configuration, as a sentinel or as a server. */
  async start(lines: readonly string[], mode: 'server' | 'sentinel' = 'server'): Promise<RedisServer> {
    const port = await findFreePort();
    // A folder of its own: a replica leaves the data of its master there, which another one would take for its own.
    const folder = join(this.folder, String(port));
    await mkdir(folder);
    const file = join(folder, 'redis.conf');
    const own = [`port ${port}`, 'bind 127.0.0.1', 'daemonize no', `dir ${folder}`];
    if (mode === 'server') own.push('save ""');
    // Nodes of a cluster speak on the port 10,000 above unless told otherwise: an outgoing connection may have that one.
    if (lines.includes('cluster-enabled yes')) own.push(`cluster-port ${await findFreePort()}`);
    await writeFile(file, [...own, ...lines].join('\n'));
    const server = await ServerProgram.start({
      command: this.program.command,
      args: mode === 'sentinel' ? [file, '--sentinel'] : [file],
      folder,
      logFile: join(folder, 'redis.log'),
      variables: this.program.variables,
      onOwnerDeath: 'KILL',
    });
    this.running.push(server);
    const ask = (...words: string[]): Promise<string> => askRedis(port, ...words);
    await waitUntil(async () => (await ask('PING').catch(() => '')) !== '' || undefined, {
      what: 'a Redis to answer',
    });
    return { port, ask, kill: () => server.stop([{ signal: 'SIGKILL', withinMs: 5_000 }]) };
  }

  async stop(): Promise<void> {
    await Promise.all(this.running.map((server) => server.stop([{ signal: 'SIGKILL', withinMs: 5_000 }])));
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
