import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { RedisKind, RedisProgram } from './redis-kinds';
import { privateCopyOfRedis } from './redis-private-copy';

/** The first of the given kinds that this machine can have; undefined leaves the one in memory. */
export async function findRedisProgram(
  kinds: readonly RedisKind[],
  cacheHome?: string,
): Promise<RedisProgram | undefined> {
  for (const kind of kinds) {
    const found = await findKind(kind, cacheHome);
    if (found) return found;
  }
  return undefined;
}

async function findKind(kind: RedisKind, cacheHome?: string): Promise<RedisProgram | undefined> {
  if (kind === 'in-process') return undefined;
  if (kind === 'private copy') return privateCopyOfRedis(cacheHome);
  const isInstalled = await promisify(execFile)(kind, ['--version']).then(
    () => true,
    () => false,
  );
  return isInstalled ? { kind, command: kind, variables: {} } : undefined;
}
