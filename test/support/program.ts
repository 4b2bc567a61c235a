import type { Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { ApiModule, ApiWithWorkerModule } from '../../src/api.module';
import { type Clock, CLOCK, SYSTEM_CLOCK, SETTINGS } from '../../src/config/settings.module';
import type { Settings } from '../../src/config/settings.schema';
import { readSettings } from '../../src/config/read-settings';
import { configureApplication, type HttpAddresses, startListening, OpenApi } from '../../src/http';
import { Log, NestLog } from '../../src/observability';
import { nodeArguments } from '../../tools/node-arguments';
import { checkAnswersOf, stopCheckingAnswersOf } from './openapi-check';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Where the servers are that a program works with, and settings that depart from those below. */
export interface ProgramChoices {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  readonly registerUrl: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** False for the HTTP server alone. */
  readonly works?: boolean;
  /** For sign-ups on somebody's birthday. */
  readonly clock?: Clock;
}

/**
 * Chosen so that nothing happens by itself: wake-ups are sent through Redis or not at all, no tick of a schedule is
 * near, no claim is reclaimed, no call to the register takes too long and the circuit stays closed. A test about one of
 * these changes it.
 */
const QUIET: Readonly<Record<string, string>> = {
  NODE_ENV: 'test',
  LOG_LEVEL: 'debug',
  HTTP_PORT: '0',
  INTERNAL_PORT: '0',
  WORKER_INTERNAL_PORT: '0',
  DATABASE_POOL_SIZE: '6',
  JOB_POLL_SECONDS: '3600',
  VERIFICATION_LEASE_SECONDS: '3600',
  DMS_PERSON_SYNCHRONIZATION_SCHEDULE: '0 0 29 2 *',
  DMS_PARTY_SYNCHRONIZATION_SCHEDULE: '0 0 29 2 *',
  MVS_PERSON_SYNCHRONIZATION_SCHEDULE: '0 0 29 2 *',
  UNZR_PERSON_SYNCHRONIZATION_SCHEDULE: '0 0 29 2 *',
  RETENTION_SCHEDULE: '0 0 29 2 *',
  TREMBITA_TIMEOUT_MS: '60000',
  SHUTDOWN_GRACE_SECONDS: '66',
  TREMBITA_BREAKER_MIN_CALLS: '10000',
};

/** The environment of a program that works with these servers. */
export function environmentOf({ databaseUrl, redisUrl, registerUrl, environment }: ProgramChoices) {
  const urls = { DATABASE_URL: databaseUrl, REDIS_URL: redisUrl, TREMBITA_URL: registerUrl };
  return { ...QUIET, ...urls, ...environment };
}

/** As far as we look into the framework below: a call it knows, or something that is asked on the way to one. */
interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
}

interface Routed {
  readonly router: { readonly stack: readonly Layer[] };
}

/** The whole program with its HTTP servers, in the process of the test. */
export class Program {
  private constructor(
    private readonly app: NestExpressApplication,
    readonly addresses: HttpAddresses,
    /** What it has logged so far, line by line. */
    readonly logged: readonly string[],
  ) {}

  static async start(choices: ProgramChoices): Promise<Program> {
    const settings = readSettings(environmentOf(choices), 'http');
    const logged: string[] = [];
    const log = new Log(settings, { write: (line) => void logged.push(line) });
    const app = await createProgram(choices, settings, log);
    try {
      const addresses = await startListening(app, settings, 'http');
      checkAnswersOf(addresses, () => app.get(OpenApi, { strict: false }).document());
      return new Program(app, addresses, logged);
    } catch (error) {
      await app.close();
      throw error;
    }
  }

  /** Anything the program is made of. */
  get<Part>(token: Type<Part> | symbol | string): Part {
    return this.app.get<Part>(token, { strict: false });
  }

  /** Every call, as it was declared: `GET /health/live`. */
  routes(): string[] {
    return this.handlers().filter((route) => !isOfConsole(route));
  }

  /** Every handler of the console: `GET /console/sign-in`. */
  consoleRoutes(): string[] {
    // The middleware of the console is on the way to all of them.
    return this.handlers().filter((route) => isOfConsole(route) && !route.endsWith('{/*path}'));
  }

  private handlers(): string[] {
    const { router } = this.app.getHttpAdapter().getInstance() as unknown as Routed;
    return router.stack.flatMap(({ route }) =>
      Object.keys(route?.methods ?? {}).map((method) => `${method.toUpperCase()} ${route?.path ?? ''}`),
    );
  }

  /** What the internal port answers. */
  internal(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(this.addresses.internalUrl + path, { headers });
  }

  /** What the public port answers. */
  public(path: string, headers: Record<string, string> = {}): Promise<Response> {
    return fetch((this.addresses.publicUrl ?? '') + path, { headers });
  }

  /** What the public port answers to a caller with a token. */
  withToken(token: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
    return this.public(path, { authorization: `Bearer ${token}`, ...headers });
  }

  /** In order, as a signal would end it. */
  async stop(): Promise<void> {
    await this.app.close();
    stopCheckingAnswersOf(this.addresses);
  }
}

const isOfConsole = (route: string): boolean => / \/console(?:$|[/{])/.test(route);

async function createProgram(
  { works = true, clock }: ProgramChoices,
  settings: Settings,
  log: Log,
): Promise<NestExpressApplication> {
  const module = await Test.createTestingModule({ imports: [works ? ApiWithWorkerModule : ApiModule] })
    .setLogger(new NestLog(log))
    .overrideProvider(SETTINGS)
    .useValue(settings)
    .overrideProvider(Log)
    .useValue(log)
    .overrideProvider(CLOCK)
    .useValue(clock ?? SYSTEM_CLOCK)
    .compile();
  const app = module.createNestApplication<NestExpressApplication>({ bodyParser: false });
  configureApplication(app);
  return app;
}

const PROJECT = join(__dirname, '../..');

/** The HTTP server, and with `works` the jobs behind it, in a process of its own, which can be killed. */
export class ChildProgram {
  private constructor(
    private readonly child: ChildProcess,
    readonly addresses: HttpAddresses,
    /** What it has logged so far, line by line. */
    readonly logged: readonly string[],
  ) {}

  /** Resolves when it listens. */
  static async start(choices: ProgramChoices): Promise<ChildProgram> {
    const program = [
      ...nodeArguments('dist/src/main.js'),
      ...(choices.works === true ? ['--with-worker'] : []),
    ];
    const child = spawn(process.execPath, program, {
      cwd: PROJECT,
      env: { PATH: process.env['PATH'], ...environmentOf(choices), LOG_LEVEL: 'info' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    if (child.stderr === null) throw new Error('The program has no log.');
    const logged: string[] = [];
    const lines = createInterface(child.stderr).on('line', (line) => void logged.push(line));
    const addresses = new Promise<HttpAddresses>((resolve, reject) => {
      lines.on('line', (line) => {
        const found = addressesIn(line);
        if (found !== undefined) resolve(found);
      });
      lines.once('close', () => reject(new Error('The program ended before it listened.')));
    });
    return new ChildProgram(child, await addresses, logged);
  }

  /** As an orchestrator ends it: a signal, and time to put everything in order. */
  async end(): Promise<number | NodeJS.Signals | null> {
    // Not at its exit: what it logged last may come after that.
    const exited = once(this.child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
    this.child.kill('SIGTERM');
    const [code, signal] = await exited;
    return code ?? signal;
  }

  /** At once, without a chance to put anything in order. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

/** The addresses of the program, if this line of its log has them. */
function addressesIn(line: string): HttpAddresses | undefined {
  if (!line.startsWith('{')) return undefined;
  const {
    message,
    public_url: publicUrl,
    internal_url: internalUrl,
  } = JSON.parse(line) as Record<string, string>;
  if (message !== 'listening' || publicUrl === undefined || internalUrl === undefined) return undefined;
  return { publicUrl, internalUrl };
}

/** How a command ended, as its caller sees it. */
export interface CommandEnd {
  /** The exit status, or the signal that killed it. */
  readonly status: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command in a process of its own, without a terminal. */
export interface RunningCommand {
  readonly child: ChildProcess;
  readonly ended: Promise<CommandEnd>;
}

/** Starts the command `job` or `migrate` of the service, or one of `tools/`, with this environment and nothing of the caller's but the path. */
export function startCommand(
  name: string,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): RunningCommand {
  const child = spawn(process.execPath, [...startOf(name), ...args], {
    cwd: PROJECT,
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<CommandEnd>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ status: code ?? signal, stdout, stderr }));
  });
  return { child, ended };
}

/** The commands of the service run compiled, those of `tools/` from source. */
function startOf(name: string): string[] {
  return name === 'job' || name === 'migrate'
    ? ['--enable-source-maps', `dist/src/cli/${name}.js`]
    : ['-r', '@swc-node/register', `tools/${name}.ts`];
}

/** The environment of a command that needs no Redis. */
export function withoutRedis(servers: ProgramChoices): Record<string, string | undefined> {
  return { ...environmentOf(servers), REDIS_URL: undefined };
}
