import type { Fault } from './configuration-fault';
import type { ReadEnvironment } from './env';

/** The three ways to name Redis. */
export const REDIS_WAYS = ['REDIS_URL', 'REDIS_SENTINELS', 'REDIS_CLUSTER_NODES'] as const;

/** Two places of the bell: some would ring the one and listen at the other. */
export function redisNamedTwice(settings: ReadEnvironment): Fault | undefined {
  const [, second] = REDIS_WAYS.filter((way) => settings[way] !== undefined);
  if (second === undefined) return undefined;
  return {
    name: second,
    says: 'must not stand beside another way to name Redis, for example REDIS_URL alone',
  };
}

/** A password that nobody uses would let an operator believe in a protection that is not there. */
export function redisCredentialsUnused(settings: ReadEnvironment): Fault | undefined {
  if (settings.REDIS_URL === undefined) return undefined;
  const says = 'belongs into REDIS_URL, for example rediss://name:password@redis.example.org:6379';
  if (settings.REDIS_USERNAME !== undefined) return { name: 'REDIS_USERNAME', says };
  if (settings.REDIS_PASSWORD !== undefined) return { name: 'REDIS_PASSWORD', says };
  return settings.REDIS_TLS ? { name: 'REDIS_TLS', says } : undefined;
}
