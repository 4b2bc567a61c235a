import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Client } from 'pg';
import type { TestProject } from 'vitest/node' with { 'resolution-mode': 'import' };
import { migrate } from '../../src/database/data-source';
import { startPostgres, startRedis, type RedisKind } from '../../tools/embedded';
import { asAdmin, onDatabase } from './sql-session';

/** What test files need to know about the servers that were started for all of them. */
export interface TestServers {
  /** Superuser of PostgreSQL. */
  adminUrl: string;
  /** The migrated database that every test file gets a copy of. */
  template: string;
  /** May do nothing of its own: its sessions run as `app`. */
  login: { name: string; password: string };
  /** A Redis named from outside; null when each test file starts its own. */
  redisUrl: string | null;
  /** The kind found when it was looked for; null with a Redis named from outside. */
  redisKind: RedisKind | null;
}

declare module 'vitest' {
  interface ProvidedContext {
    servers: TestServers;
  }
}

interface RunningServers {
  servers: TestServers;
  stop: () => Promise<void>;
}

/** Both projects with servers call this module, each with a copy of its own; the servers are shared here. */
const shared = globalThis as { testServers?: { users: number; started: Promise<RunningServers> } };

/** Runs once for a project before its first test; what it returns runs after the last one. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  shared.testServers ??= { users: 0, started: startServers() };
  shared.testServers.users += 1;
  project.provide('servers', (await shared.testServers.started).servers);
  return leave;
}

async function leave(): Promise<void> {
  const current = shared.testServers;
  if (!current) return;
  current.users -= 1;
  if (current.users > 0) return;
  delete shared.testServers;
  await (await current.started).stop();
}

async function startServers(): Promise<RunningServers> {
  buildIfStale();
  const postgres = await postgresToTestWith();
  const redis = await redisToTestWith();
  const template = `test_${randomBytes(4).toString('hex')}`;
  await asAdmin(postgres.url, `CREATE DATABASE ${template}`);
  await migrate(onDatabase(postgres.url, template));
  const login = await createLogin(postgres.url, template);
  return {
    servers: { adminUrl: postgres.url, template, login, ...redis },
    stop: async () => {
      await dropEverything(postgres.url, template, login.name);
      await postgres.stop();
    },
  };
}

/** Tests start compiled programs and threads, and never stale ones. */
function buildIfStale(): void {
  execFileSync('npm', ['run', '-s', 'build:if-stale'], {
    cwd: join(__dirname, '../..'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

async function postgresToTestWith(): Promise<{ url: string; stop: () => Promise<void> }> {
  const named = process.env['DATABASE_URL'];
  if (named) return { url: named, stop: () => Promise.resolve() };
  return startPostgres({
    nodeEnv: 'test',
    durable: false,
    binaries: process.env['EMBEDDED_POSTGRES_BIN'],
    log: log,
  });
}

/** One start finds out, and fetches if need be, what the test files then start in no time. */
async function redisToTestWith(): Promise<Pick<TestServers, 'redisUrl' | 'redisKind'>> {
  const named = process.env['REDIS_URL'];
  if (named) return { redisUrl: named, redisKind: null };
  const redis = await startRedis({ nodeEnv: 'test', log: log, cacheHome: process.env['XDG_CACHE_HOME'] });
  await redis.stop();
  return { redisUrl: null, redisKind: redis.kind };
}

/** The name carries the run's own, so that runs sharing a server do not share a password. */
async function createLogin(adminUrl: string, template: string): Promise<TestServers['login']> {
  const login = { name: `${template}_login`, password: randomBytes(12).toString('hex') };
  await asAdmin(
    adminUrl,
    `CREATE ROLE ${login.name} LOGIN NOINHERIT PASSWORD '${login.password}'`,
    `GRANT app TO ${login.name}`,
    `ALTER ROLE ${login.name} SET role = 'app'`,
  );
  return login;
}

async function dropEverything(adminUrl: string, template: string, login: string): Promise<void> {
  const client = new Client(adminUrl);
  await client.connect();
  try {
    const { rows } = await client.query<{ datname: string }>(
      `SELECT datname FROM pg_database WHERE datname = $1 OR starts_with(datname, $1 || '_')`,
      [template],
    );
    for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS ${datname} WITH (FORCE)`);
    await client.query(`DROP ROLE IF EXISTS ${login}`);
  } finally {
    await client.end();
  }
}

function log(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}
