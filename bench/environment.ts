import { availableParallelism, totalmem } from 'node:os';
import { Client } from 'pg';
import { ownEnvironment } from '../src/config/own-settings';
import { migrate } from '../src/database/data-source';
import { type EmbeddedPostgres, type EmbeddedRedis, startPostgres, startRedis } from '../tools/embedded';
import { startRegister, type Register } from './register';

/** The servers all measurements share, and databases for each of them. */
export interface BenchEnvironment {
  readonly cores: number;
  readonly redis: EmbeddedRedis;
  /** Printed in one line of the output. */
  readonly settings: Readonly<Record<string, string>>;
  readonly redisKind: string;
  /** The server's first process; all others are its children. */
  readonly postgresPid: number;
  /** A register of its own process. */
  register(latencyMs: number): Promise<Register>;
  /** An empty migrated database, or a copy of another one; gives its address as superuser. */
  database(name: string, copyOf?: string): Promise<string>;
  url(name: string): string;
  drop(name: string): Promise<void>;
  stop(): Promise<void>;
}

const MIB = 1024 * 1024;
const EMPTY = 'bench_empty';

/**
 * What somebody who runs this for millions of persons would set, cut to the machine: a quarter of the memory for
 * pages, rare checkpoints. What is written stays written: durability is not traded for figures.
 */
function serverSettings(): Record<string, string> {
  const memoryMib = Math.floor(totalmem() / MIB);
  return {
    shared_buffers: `${Math.min(4096, Math.floor(memoryMib / 4))}MB`,
    effective_cache_size: `${Math.floor(memoryMib / 2)}MB`,
    maintenance_work_mem: '512MB',
    max_wal_size: '16GB',
    checkpoint_timeout: '30min',
    random_page_cost: '1.1',
    synchronous_commit: 'on',
  };
}

/**
 * Starts servers of its own, whatever addresses are set: no measurement may reach somebody's register or database.
 * Further settings of PostgreSQL are printed like the others.
 */
export async function openEnvironment(
  say: (sentence: string) => void,
  further: Readonly<Record<string, string>> = {},
): Promise<BenchEnvironment> {
  const environment = ownEnvironment();
  const nodeEnv = environment['NODE_ENV'] ?? 'development';
  const settings = { ...serverSettings(), ...further };
  const binaries = environment['EMBEDDED_POSTGRES_BIN'];
  const postgres = await startPostgres({ nodeEnv, settings, durable: true, log: say, binaries });
  try {
    const cacheHome = environment['XDG_CACHE_HOME'];
    const redis = await startRedis({ nodeEnv, log: say, cacheHome });
    await asAdmin(postgres, `CREATE DATABASE ${EMPTY}`);
    await migrate(postgres.databaseUrl(EMPTY));
    return environmentOf({ postgres, redis, settings });
  } catch (error) {
    await postgres.stop();
    throw error;
  }
}

interface Servers {
  readonly postgres: EmbeddedPostgres;
  readonly redis: EmbeddedRedis;
  readonly settings: Readonly<Record<string, string>>;
}

function environmentOf({ postgres, redis, settings }: Servers): BenchEnvironment {
  const registers = new Set<Register>();
  return {
    cores: availableParallelism(),
    redis,
    settings,
    redisKind: redis.kind,
    postgresPid: postgres.pid,
    register: async (latencyMs) => {
      const register = await startRegister(latencyMs);
      registers.add(register);
      return register;
    },
    database: async (name, copyOf = EMPTY) => {
      await asAdmin(postgres, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await asAdmin(postgres, `CREATE DATABASE ${name} TEMPLATE ${copyOf} STRATEGY FILE_COPY`);
      return postgres.databaseUrl(name);
    },
    url: (name) => postgres.databaseUrl(name),
    drop: (name) => asAdmin(postgres, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`),
    stop: async () => {
      await Promise.all([...registers].map((register) => register.stop()));
      await redis.stop();
      await postgres.stop();
    },
  };
}

async function asAdmin(postgres: EmbeddedPostgres, statement: string): Promise<void> {
  await onDatabase(postgres.url, (client) => client.query(statement).then(() => undefined));
}

/** One connection for a piece of work. */
export async function onDatabase<Result>(
  url: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  const client = new Client(url);
  // A server that is stopped under a measurement fails its statement, and must not end this program before it has tidied.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}
