import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { askRedis } from './ask-redis';
import { onFreePort, PortTaken } from './free-port';
import { listenInMemory, type InMemoryRedis } from './redis-in-memory';
import { REDIS_KINDS, type RedisKind, type RedisProgram } from './redis-kinds';
import { findRedisProgram } from './redis-program';
import { refuseProduction } from './refuse-production';
import { createOwnFolder, lastLines, sweepLeftovers } from './server-folder';
import { ServerProgram } from './server-program';

const START_WITHIN_MS = 15_000;
const STOP_WITHIN_MS = 5_000;

/** How an embedded Redis is to be started. */
export interface RedisOptions {
  /** Refused when it says `production`. */
  nodeEnv: string;
  /** Keeps what was written here, append by append; without it a restart forgets everything. */
  directory?: string | undefined;
  /** Without it a free one is found. */
  port?: number | undefined;
  /** Told in sentences what is being done. */
  log?: ((sentence: string) => void) | undefined;
  /** The kinds that may be used; all of them unless given. */
  kinds?: readonly RedisKind[] | undefined;
  /** The user's folder for caches, where a fetched copy is kept; `~/.cache` unless given. */
  cacheHome?: string | undefined;
}

/** A running Redis of this program's own, reachable from this machine only. */
export interface EmbeddedRedis {
  readonly url: string;
  readonly port: number;
  readonly kind: RedisKind;
  /** Whether it is the real program; the other lives in this program's memory. */
  readonly real: boolean;
  readonly pid: number | null;
  /** Ends it; `restart` brings it back on the same port. */
  stop(): Promise<void>;
  restart(): Promise<void>;
  flushAll(): Promise<void>;
}

/** Starts a Redis that belongs to this program and ends with it. */
export async function startRedis(options: RedisOptions): Promise<EmbeddedRedis> {
  refuseProduction(options.nodeEnv, 'The embedded Redis');
  await sweepLeftovers();
  const kinds = options.kinds ?? REDIS_KINDS;
  const program = await findRedisProgram(kinds, options.cacheHome);
  if (!program && !kinds.includes('in-process')) {
    throw new Error(`This machine has no Redis of the kind ${kinds.join(', ')}.`);
  }
  const server = await onFreePort(options.port, async (port) => {
    const started = program ? new RealRedis(program, port, options.directory) : new RedisInMemory(port);
    await started.start();
    return started;
  });
  options.log?.(`Embedded Redis (${server.kind}) listens on 127.0.0.1:${server.port}.`);
  return server;
}

abstract class LocalRedis implements EmbeddedRedis {
  abstract readonly kind: RedisKind;
  abstract readonly real: boolean;
  abstract readonly pid: number | null;

  constructor(readonly port: number) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  abstract start(): Promise<void>;
  abstract stop(): Promise<void>;

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async flushAll(): Promise<void> {
    const answer = await askRedis(this.port, 'FLUSHALL');
    if (!answer.startsWith('+OK')) throw new Error('Redis refused to forget everything.');
  }
}

class RedisInMemory extends LocalRedis {
  readonly kind = 'in-process';
  readonly real = false;
  readonly pid = null;
  private server: InMemoryRedis | undefined;

  async start(): Promise<void> {
    this.server = await listenInMemory(this.port);
  }

  async stop(): Promise<void> {
    await this.server?.close();
    this.server = undefined;
  }
}

class RealRedis extends LocalRedis {
  readonly real = true;
  private program: ServerProgram | undefined;
  private folder: string | undefined;

  constructor(
    private readonly source: RedisProgram,
    port: number,
    private readonly directory: string | undefined,
  ) {
    super(port);
  }

  get kind(): RedisKind {
    return this.source.kind;
  }

  get pid(): number | null {
    return this.program?.isRunning ? this.program.pid : null;
  }

  async start(): Promise<void> {
    this.folder ??= await createOwnFolder();
    if (this.directory) await mkdir(this.directory, { recursive: true });
    const logFile = join(this.folder, 'redis.log');
    this.program = await ServerProgram.start({
      command: this.source.command,
      args: redisArguments(this.port, this.directory),
      folder: this.directory ?? this.folder,
      logFile,
      variables: this.source.variables,
      onOwnerDeath: 'KILL',
    });
    await this.waitUntilReady(this.program, logFile);
  }

  async stop(): Promise<void> {
    await this.program?.stop([
      { signal: 'SIGTERM', withinMs: STOP_WITHIN_MS },
      { signal: 'SIGKILL', withinMs: STOP_WITHIN_MS },
    ]);
    if (this.folder) await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
    this.folder = undefined;
  }

  /** Another Redis may hold the port: only an answer from the program just started counts. */
  private async waitUntilReady(program: ServerProgram, logFile: string): Promise<void> {
    const deadline = Date.now() + START_WITHIN_MS;
    while (Date.now() < deadline) {
      if (!program.isRunning) throw await this.whyItEnded(logFile);
      const answer = await askRedis(this.port, 'INFO', 'server').catch(() => '');
      if (answer.includes(`process_id:${program.pid}\r`)) return;
      await pause(10);
    }
    await this.stop();
    throw new Error(`Redis was not ready within ${START_WITHIN_MS} ms.`);
  }

  private async whyItEnded(logFile: string): Promise<Error> {
    const said = await lastLines(logFile);
    await this.stop();
    if (said.includes('Address already in use')) return new PortTaken(`Port ${this.port} is taken.`);
    return new Error(`Redis did not start:\n${said}`);
  }
}

function redisArguments(port: number, directory: string | undefined): string[] {
  const keep = directory ? ['--appendonly', 'yes', '--dir', directory] : ['--appendonly', 'no', '--dir', '.'];
  const listen = ['--port', String(port), '--bind', '127.0.0.1', '--protected-mode', 'yes'];
  // A full memory must refuse new jobs, not forget old ones.
  return [...listen, '--daemonize', 'no', '--save', '', '--maxmemory-policy', 'noeviction', ...keep];
}
