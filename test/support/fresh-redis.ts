import Redis from 'ioredis';
import { inject } from 'vitest';
import { startRedis, type EmbeddedRedis } from '../../tools/embedded';

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
