/** Where a Redis comes from, in the order in which they are tried. */
export const REDIS_KINDS = ['redis-server', 'valkey-server', 'private copy', 'in-process'] as const;

/** One of the four; only the last is not the real program. */
export type RedisKind = (typeof REDIS_KINDS)[number];

/** A real Redis that can be started. */
export interface RedisProgram {
  kind: Exclude<RedisKind, 'in-process'>;
  command: string;
  variables: Record<string, string>;
}
