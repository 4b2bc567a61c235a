import { chown, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isRoot, nobody } from './account';
import { onFreePort, PortTaken } from './free-port';
import { findPostgresBinaries } from './postgres-binaries';
import { createCluster, type ClusterPlace } from './postgres-cluster';
import { refuseProduction } from './refuse-production';
import { createOwnFolder, lastLines, sweepLeftovers } from './server-folder';
import { ServerProgram } from './server-program';

const HOST = '127.0.0.1';
/** Recovery after a crash of a large benchmark database is the slowest start. */
const START_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 15_000;

/**
 * `smart` is left out on purpose: it waits for clients, and pools never leave.
 * `fast` ends sessions and writes everything down; `immediate` is what a crash leaves behind.
 */
export type PostgresStop = 'fast' | 'immediate';

/** How an embedded PostgreSQL is to be started. */
export interface PostgresOptions {
  /** Refused when it says `production`. */
  nodeEnv: string;
  /** Keeps the data here; without it they live in a temporary folder and go with the server. */
  directory?: string | undefined;
  /** Without it a free one is found. */
  port?: number | undefined;
  /** Told in sentences what is being done. */
  log?: ((sentence: string) => void) | undefined;
  /** False gives up the data when the machine itself fails, and is faster: for tests. A crash of the server loses nothing. */
  durable?: boolean | undefined;
  /** Added to the server's settings, and stronger than those given here. */
  settings?: Record<string, string> | undefined;
  /** A folder with `postgres` and `initdb` of another version. */
  binaries?: string | undefined;
}

/** A running PostgreSQL of this program's own, reachable from this machine only. */
export interface EmbeddedPostgres {
  readonly host: string;
  readonly port: number;
  /** As superuser, to the database `postgres`. */
  readonly url: string;
  /** What the server itself writes; values from statements are kept out of it. */
  readonly logFile: string;
  readonly pid: number;
  databaseUrl(name: string, user?: string): string;
  /** Ends it for good; a temporary data folder goes with it. */
  stop(): Promise<void>;
  /** Ends it as a power cut of the server alone would; `restart` brings it back. */
  crash(): Promise<void>;
  /** Stops it, if it runs, and starts it on the same port and data. */
  restart(stop?: PostgresStop): Promise<void>;
}

/** Starts a PostgreSQL that belongs to this program and ends with it. */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  refuseProduction(options.nodeEnv, 'The embedded PostgreSQL');
  await sweepLeftovers();
  const folder = await createOwnFolder();
  try {
    const server = await startIn(folder, options);
    options.log?.(`Embedded PostgreSQL listens on ${HOST}:${server.port}.`);
    return server;
  } catch (error) {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    throw error;
  }
}

async function startIn(folder: string, options: PostgresOptions): Promise<PostgresServer> {
  const binaries = options.binaries ?? (await findPostgresBinaries());
  options.log?.(`Starting embedded PostgreSQL from ${binaries}.`);
  const dataFolder = options.directory ?? join(folder, 'data');
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  const account = isRoot() ? await nobody() : undefined;
  if (account) await chown(dataFolder, account.uid, account.gid);
  const place = { binaries, folder, dataFolder, logFile: join(folder, 'postgres.log'), account };
  await createCluster(place, options.durable !== false && options.directory !== undefined);
  return onFreePort(options.port, async (port) => {
    const server = new PostgresServer(place, port, options);
    await server.start();
    return server;
  });
}

class PostgresServer implements EmbeddedPostgres {
  readonly host = HOST;
  private program: ServerProgram | undefined;

  constructor(
    private readonly place: ClusterPlace,
    readonly port: number,
    private readonly options: PostgresOptions,
  ) {}

  get url(): string {
    return this.databaseUrl('postgres');
  }

  get logFile(): string {
    return this.place.logFile;
  }

  get pid(): number {
    return this.program?.pid ?? 0;
  }

  databaseUrl(name: string, user = 'postgres'): string {
    return `postgres://${user}@${this.host}:${this.port}/${name}`;
  }

  async start(): Promise<void> {
    this.program = await ServerProgram.start({
      ...this.place,
      command: join(this.place.binaries, 'postgres'),
      args: ['-D', this.place.dataFolder, ...settingArguments(this.port, this.options)],
      // This signal also gives back what the kernel keeps for the server; KILL would leave it behind.
      onOwnerDeath: 'QUIT',
    });
    await this.waitUntilReady(this.program);
  }

  async stop(): Promise<void> {
    await this.end('fast');
    await rm(this.place.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  async crash(): Promise<void> {
    await this.end('immediate');
  }

  async restart(stop: PostgresStop = 'fast'): Promise<void> {
    await this.end(stop);
    await this.start();
  }

  private async end(how: PostgresStop): Promise<void> {
    const gently = how === 'fast' ? [{ signal: 'SIGINT' as const, withinMs: STOP_WITHIN_MS }] : [];
    await this.program?.stop([
      ...gently,
      { signal: 'SIGQUIT', withinMs: STOP_WITHIN_MS },
      { signal: 'SIGKILL', withinMs: STOP_WITHIN_MS },
    ]);
  }

  /** The server's own note tells: line 1 is its number, line 8 its state. */
  private async waitUntilReady(program: ServerProgram): Promise<void> {
    const deadline = Date.now() + START_WITHIN_MS;
    while (Date.now() < deadline) {
      const note = await readFile(join(this.place.dataFolder, 'postmaster.pid'), 'utf8').catch(() => '');
      const lines = note.split('\n').map((line) => line.trim());
      if (lines[0] === String(program.pid) && lines[7] === 'ready') return;
      if (!program.isRunning) throw await this.whyItEnded();
      await pause(10);
    }
    await this.end('immediate');
    throw new Error(
      `PostgreSQL was not ready within ${START_WITHIN_MS} ms:\n${await lastLines(this.logFile)}`,
    );
  }

  private async whyItEnded(): Promise<Error> {
    const said = await lastLines(this.logFile);
    if (said.includes('Address already in use')) return new PortTaken(`Port ${this.port} is taken.`);
    return new Error(`PostgreSQL did not start:\n${said}`);
  }
}

function settingArguments(port: number, { durable, settings }: PostgresOptions): string[] {
  const wanted: Record<string, string> = {
    port: String(port),
    listen_addresses: HOST,
    // A socket file would be a second door, and its path is soon too long for the kernel.
    unix_socket_directories: '',
    // Test files, pools and workers of several programs side by side.
    max_connections: '200',
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Refused statements and casts carry the values of persons, so nothing of the level ERROR is written.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...(durable === false ? { fsync: 'off', full_page_writes: 'off' } : {}),
    ...settings,
  };
  return Object.entries(wanted).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
