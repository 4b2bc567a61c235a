import { chown, mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { isRoot, nobody } from './account';
import { onFreePort, PortTaken } from './free-port';
import { findPostgresBinaries, createCluster, type ClusterPlace } from './postgres-program';
import { refuseProduction, createOwnFolder, lastLines, removeLeftovers } from './server-folder';
import { ServerProgram } from './server-program';

const HOST = '127.0.0.1';
/** Recovery after a crash of a large benchmark database is the slowest start. */
const START_WITHIN_MS = 120_000;
const STOP_WITHIN_MS = 15_000;

/**
 * `smart` is left out on purpose: it waits for clients, and pools never disconnect. `fast` ends sessions and writes
 * everything to disk; `immediate` leaves the data as a crash does.
 */
export type PostgresStop = 'fast' | 'immediate';

/** How to start an embedded PostgreSQL. */
export interface PostgresOptions {
  /** `production` is refused. */
  nodeEnv: string;
  /** Stores the data here; without it they are in a temporary folder that is removed with the server. */
  directory?: string | undefined;
  /** A free one unless given. */
  port?: number | undefined;
  /** Receives sentences about the progress. */
  log?: ((sentence: string) => void) | undefined;
  /** False is faster and may lose data if the machine fails: for tests. A crash of the server loses nothing. */
  durable?: boolean | undefined;
  /** Added to the server's settings; they override the defaults. */
  settings?: Record<string, string> | undefined;
  /** A folder with `postgres` and `initdb` of another version. */
  binaries?: string | undefined;
}

/** A running PostgreSQL that belongs to this program, reachable from this machine only. */
export interface EmbeddedPostgres {
  readonly host: string;
  readonly port: number;
  /** As superuser, to the database `postgres`. */
  readonly url: string;
  /** The server's log; it has no values from statements. */
  readonly logFile: string;
  readonly pid: number;
  databaseUrl(name: string, user?: string): string;
  /** Stops it and removes its temporary data folder. */
  stop(): Promise<void>;
  /** Ends it without a checkpoint; `restart` starts it again. */
  crash(): Promise<void>;
  /** Stops it, if it runs, and starts it on the same port and data. */
  restart(stop?: PostgresStop): Promise<void>;
}

/** Starts a PostgreSQL that belongs to this program and ends with it. */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  refuseProduction(options.nodeEnv, 'The embedded PostgreSQL');
  await removeLeftovers();
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
      // QUIT also releases the server's shared memory; KILL would leave it behind.
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

  /** The server writes `postmaster.pid`: line 1 is its process id, line 8 its state. */
  private async waitUntilReady(program: ServerProgram): Promise<void> {
    const deadline = Date.now() + START_WITHIN_MS;
    while (Date.now() < deadline) {
      const note = await readFile(join(this.place.dataFolder, 'postmaster.pid'), 'utf8').catch(() => '');
      const entries = note.split('\n').map((line) => line.trim());
      if (entries[0] === String(program.pid) && entries[7] === 'ready') return;
      if (!program.isRunning) throw await this.whyItEnded();
      await pause(10);
    }
    await this.end('immediate');
    throw new Error(
      `PostgreSQL was not ready within ${START_WITHIN_MS} ms:\n${await lastLines(this.logFile)}`,
    );
  }

  private async whyItEnded(): Promise<Error> {
    const lines = await lastLines(this.logFile);
    if (lines.includes('Address already in use')) return new PortTaken(`Port ${this.port} is taken.`);
    return new Error(`PostgreSQL did not start:\n${lines}`);
  }
}

function settingArguments(port: number, { durable, settings }: PostgresOptions): string[] {
  const wanted: Record<string, string> = {
    port: String(port),
    listen_addresses: HOST,
    // A socket file is a second way in, and its path may be too long for the kernel.
    unix_socket_directories: '',
    // Test files, pools and workers of several programs side by side.
    max_connections: '200',
    shared_buffers: '128MB',
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Messages of the level ERROR may quote values of persons, so they are not written.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_error_verbosity: 'terse',
    ...(durable === false ? { fsync: 'off', full_page_writes: 'off' } : {}),
    ...settings,
  };
  return Object.entries(wanted).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
