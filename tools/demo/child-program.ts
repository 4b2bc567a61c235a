import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ownEnvironment } from '../../src/config/own-settings';
import { nodeArguments } from '../node-arguments';
import { DemoFailed, type CleanUp } from './clean-up';

/** The addresses of the demo's servers. */
export interface ServerUrls {
  readonly DATABASE_URL: string;
  readonly REDIS_URL: string;
  readonly TREMBITA_URL: string;
}

const PROJECT = join(__dirname, '../..');

export interface ProgramToStart {
  /** Path inside the project. */
  readonly file: string;
  readonly args: readonly string[];
  /** Override the environment of the demo. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly onOutput?: (line: string) => void;
  readonly onError: (line: string) => void;
}

/**
 * A program of this project as a child process. It has its own session, so Ctrl-C reaches only the demo, which ends
 * everything in order; and it ends when the demo ends, even if that is killed.
 */
export class ChildProgram {
  private constructor(
    private readonly child: ChildProcess,
    /** Resolves with a sentence when it has ended. */
    readonly ended: Promise<string>,
  ) {}

  static start({ file, args, variables, onOutput, onError }: ProgramToStart): ChildProgram {
    const child = spawn(process.execPath, [...nodeArguments(file), ...args], {
      cwd: PROJECT,
      detached: true,
      env: { ...ownEnvironment(), ...variables },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    if (child.stdout) createInterface(child.stdout).on('line', onOutput ?? ignore);
    if (child.stderr) createInterface(child.stderr).on('line', onError);
    const ended = Promise.race([once(child, 'exit'), once(child, 'error')]).then(
      ([why]) => `${file} ended${typeof why === 'number' ? ` with status ${why}` : ''}`,
      () => `${file} could not be started`,
    );
    return new ChildProgram(child, ended);
  }

  /** Rejects when the program ends; for `Promise.race` with something that only a running program does. */
  async broken(): Promise<never> {
    throw new DemoFailed(`${await this.ended}.`);
  }

  /** Asks it to end, and kills it after `withinMs`. */
  async stop(withinMs: number): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const overdue = setTimeout(() => this.child.kill('SIGKILL'), withinMs);
    this.child.kill('SIGTERM');
    await this.ended;
    clearTimeout(overdue);
  }
}

function ignore(): void {
  // The output must be read: a full pipe would stop the program.
}

/** The program while it runs beside the demo. */
export interface RunningProgram {
  readonly publicUrl: string;
  readonly internalUrl: string;
  /** Rejects when the program ends by itself. */
  readonly broken: Promise<never>;
  /** From now on all log lines of the program are printed, not only errors. */
  listenToAll(): void;
}

export interface ProgramStart {
  readonly urls: ServerUrls;
  /** More settings of the program; they override the environment of the demo. */
  readonly variables: Readonly<Record<string, string>>;
  readonly graceSeconds: number;
  readonly cleanUp: CleanUp;
}

/** A program needs this long after its grace time to end. */
const LAST_MOMENT_MS = 10_000;

/** Any free port. The program logs it, so its log must not be silent. */
const FREE_PORTS = { HTTP_PORT: '0', INTERNAL_PORT: '0', LOG_LEVEL: 'info' };

/** Levels that are printed even during the run. */
const LOUD = new Set(['error', 'fatal']);

interface LogLine {
  readonly level?: string;
  readonly message?: string;
  readonly public_url?: string;
  readonly internal_url?: string;
}

type Addresses = Pick<RunningProgram, 'publicUrl' | 'internalUrl'>;

/** Starts the program as `npm start` does, API and worker in one process, and waits until it listens. */
export async function startProgram(start: ProgramStart): Promise<RunningProgram> {
  let all = false;
  let heard: (addresses: Addresses) => void = () => undefined;
  const listening = new Promise<Addresses>((resolve) => (heard = resolve));
  const program = ChildProgram.start({
    file: 'dist/src/main.js',
    args: ['--with-worker'],
    variables: { ...start.urls, ...start.variables, ...FREE_PORTS },
    onError: (line) => {
      const logLine = read(line);
      const { public_url: publicUrl, internal_url: internalUrl } = logLine ?? {};
      if (publicUrl !== undefined && internalUrl !== undefined) heard({ publicUrl, internalUrl });
      if (all || logLine === undefined || LOUD.has(logLine.level ?? '')) process.stderr.write(`${line}\n`);
    },
  });
  start.cleanUp.later(() => program.stop(start.graceSeconds * 1000 + LAST_MOMENT_MS));
  const broken = program.broken();
  // At the end it is stopped, and nothing waits for this promise any more.
  broken.catch(() => undefined);
  const addresses = await Promise.race([listening, broken]);
  return { ...addresses, broken, listenToAll: () => (all = true) };
}

function read(line: string): LogLine | undefined {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}
