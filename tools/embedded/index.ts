/** PostgreSQL and Redis for a machine that has neither. */
export { type EmbeddedPostgres, type PostgresOptions, type PostgresStop, startPostgres } from './postgres';
export { type EmbeddedRedis, type RedisOptions, startRedis } from './redis';
export { REDIS_KINDS, type RedisKind } from './redis-program';
export { createOwnFolder } from './server-folder';
