import { mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { onFreePort, PortTaken } from './free-port';
import { REDIS_KINDS, type RedisKind, type RedisProgram, findRedisProgram } from './redis-program';
import { refuseProduction, createOwnFolder, lastLines, removeLeftovers } from './server-folder';
import { ServerProgram } from './server-program';

const START_WITHIN_MS = 15_000;

const STOP_WITHIN_MS = 5_000;

/** How to start an embedded Redis. */
export interface RedisOptions {
  /** `production` is refused. */
  nodeEnv: string;
  /** Stores the data here, append by append; without it a restart loses everything. */
  directory?: string | undefined;
  /** A free one unless given. */
  port?: number | undefined;
  /** Receives sentences about the progress. */
  log?: ((sentence: string) => void) | undefined;
  /** The kinds that may be used; all of them unless given. */
  kinds?: readonly RedisKind[] | undefined;
  /** The folder where a fetched copy is kept; `~/.cache` unless given. */
  cacheHome?: string | undefined;
}

/** A running Redis that belongs to this program, reachable from this machine only. */
export interface EmbeddedRedis {
  readonly url: string;
  readonly port: number;
  readonly kind: RedisKind;
  readonly pid: number | null;
  /** Ends it; `restart` brings it back on the same port. */
  stop(): Promise<void>;
  restart(): Promise<void>;
  flushAll(): Promise<void>;
}

/** Starts a Redis that belongs to this program and ends with it. */
export async function startRedis(options: RedisOptions): Promise<EmbeddedRedis> {
  refuseProduction(options.nodeEnv, 'The embedded Redis');
  await removeLeftovers();
  const kinds = options.kinds ?? REDIS_KINDS;
  const program = await findRedisProgram(kinds, options.cacheHome);
  if (!program) throw new Error(noRedis(kinds));
  const server = await onFreePort(options.port, async (port) => {
    const started = new RedisServer(program, port, options.directory);
    await started.start();
    return started;
  });
  options.log?.(`Embedded Redis (${server.kind}) listens on 127.0.0.1:${server.port}.`);
  return server;
}

/** Lines short enough for a terminal of 80 columns. */
function noRedis(kinds: readonly RedisKind[]): string {
  return [
    `No Redis was found (tried: ${kinds.join(', ')}).`,
    'Install one, for example: apt-get install redis-server, dnf install valkey.',
    'Or set REDIS_URL to a running one, for example redis://127.0.0.1:6379.',
  ].join('\n');
}

class RedisServer implements EmbeddedRedis {
  private server: ServerProgram | undefined;
  private folder: string | undefined;

  constructor(
    private readonly program: RedisProgram,
    readonly port: number,
    private readonly directory: string | undefined,
  ) {}

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  get kind(): RedisKind {
    return this.program.kind;
  }

  get pid(): number | null {
    return this.server?.isRunning ? this.server.pid : null;
  }

  async start(): Promise<void> {
    this.folder ??= await createOwnFolder();
    if (this.directory) await mkdir(this.directory, { recursive: true });
    const logFile = join(this.folder, 'redis.log');
    this.server = await ServerProgram.start({
      command: this.program.command,
      args: redisArguments(this.port, this.directory),
      folder: this.directory ?? this.folder,
      logFile,
      variables: this.program.variables,
      onOwnerDeath: 'KILL',
    });
    await this.waitUntilReady(this.server, logFile);
  }

  async stop(): Promise<void> {
    await this.server?.stop([
      { signal: 'SIGTERM', withinMs: STOP_WITHIN_MS },
      { signal: 'SIGKILL', withinMs: STOP_WITHIN_MS },
    ]);
    if (this.folder) await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
    this.folder = undefined;
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async flushAll(): Promise<void> {
    const answer = await askRedis(this.port, 'FLUSHALL');
    if (!answer.startsWith('+OK')) throw new Error(`Redis on port ${this.port} refused FLUSHALL.`);
  }

  /** Another Redis may hold the port: only an answer from the program just started counts. */
  private async waitUntilReady(server: ServerProgram, logFile: string): Promise<void> {
    const deadline = Date.now() + START_WITHIN_MS;
    while (Date.now() < deadline) {
      if (!server.isRunning) throw await this.whyItEnded(logFile);
      const answer = await askRedis(this.port, 'INFO', 'server').catch(() => '');
      if (answer.includes(`process_id:${server.pid}\r`)) return;
      await pause(10);
    }
    await this.stop();
    throw new Error(`Redis was not ready within ${START_WITHIN_MS} ms.`);
  }

  private async whyItEnded(logFile: string): Promise<Error> {
    const lines = await lastLines(logFile);
    await this.stop();
    if (lines.includes('Address already in use')) return new PortTaken(`Port ${this.port} is taken.`);
    return new Error(`Redis did not start:\n${lines}`);
  }
}

function redisArguments(port: number, directory: string | undefined): string[] {
  const keep = directory ? ['--appendonly', 'yes', '--dir', directory] : ['--appendonly', 'no', '--dir', '.'];
  const listen = ['--port', String(port), '--bind', '127.0.0.1', '--protected-mode', 'yes'];
  // A full memory must refuse new jobs, not delete old ones.
  return [...listen, '--daemonize', 'no', '--save', '', '--maxmemory-policy', 'noeviction', ...keep];
}

const ANSWER_WITHIN_MS = 2_000;

/** Sends one command to a Redis on this machine and returns the beginning of its answer. */
export function askRedis(port: number, ...words: string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, timeout: ANSWER_WITHIN_MS });
    socket.once('connect', () => socket.write(encode(words)));
    socket.once('data', (answer) => {
      resolve(answer.toString('utf8'));
      socket.destroy();
    });
    socket.once('timeout', () => socket.destroy(new Error('Redis did not answer in time.')));
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('Redis closed the connection without an answer.')));
  });
}

function encode(words: string[]): string {
  const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
  return `*${words.length}\r\n${parts.join('')}`;
}
