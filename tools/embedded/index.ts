/** PostgreSQL and Redis for a machine that has neither. */
export { startPostgres } from './postgres';
export type { EmbeddedPostgres, PostgresOptions, PostgresStop } from './postgres';
export { startRedis } from './redis';
export type { EmbeddedRedis, RedisOptions } from './redis';
export { REDIS_KINDS } from './redis-program';
export type { RedisKind } from './redis-program';
export { createOwnFolder } from './server-folder';
