import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ownEnvironment } from '../../src/config/own-settings';
import { nodeArguments } from '../node-arguments';
import { DemoFailed, type CleanUp } from './clean-up';
import type { ServerUrls } from './servers';

const PROJECT = join(__dirname, '../..');

export interface ProgramToStart {
  /** Path inside the project. */
  readonly file: string;
  readonly args: readonly string[];
  /** Stronger than the environment of the demo. */
  readonly variables?: Readonly<Record<string, string>>;
  readonly hearOutput?: (line: string) => void;
  readonly hearErrors: (line: string) => void;
}

/**
 * A program of this project as a process of its own. It stands in a session of its own, so Ctrl-C reaches only the
 * demo, which ends everything in order; and it ends when the demo does, also when that is killed.
 */
export class ChildProgram {
  private constructor(
    private readonly child: ChildProcess,
    /** Resolves with a sentence when it has ended, by itself or because it was told to. */
    readonly ended: Promise<string>,
  ) {}

  static start({ file, args, variables, hearOutput, hearErrors }: ProgramToStart): ChildProgram {
    const child = spawn(process.execPath, [...nodeArguments(file), ...args], {
      cwd: PROJECT,
      detached: true,
      env: { ...ownEnvironment(), ...variables },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    if (child.stdout) createInterface(child.stdout).on('line', hearOutput ?? ignore);
    if (child.stderr) createInterface(child.stderr).on('line', hearErrors);
    const ended = Promise.race([once(child, 'exit'), once(child, 'error')]).then(
      ([why]) => `${file} ended${typeof why === 'number' ? ` with status ${why}` : ''}`,
      () => `${file} could not be started`,
    );
    return new ChildProgram(child, ended);
  }

  /** Rejects when the program ends: for waiting on something that only a running program does. */
  async broken(): Promise<never> {
    throw new DemoFailed(`${await this.ended}.`);
  }

  /** Asks it to end, and ends it when it has not after so long. */
  async stop(withinMs: number): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const overdue = setTimeout(() => this.child.kill('SIGKILL'), withinMs);
    this.child.kill('SIGTERM');
    await this.ended;
    clearTimeout(overdue);
  }
}

function ignore(): void {
  // Nobody reads it, but a full pipe would stop the program.
}

/** The program while it runs beside the demo. */
export interface RunningProgram {
  readonly publicUrl: string;
  readonly internalUrl: string;
  /** Rejects when the program ends before it is told to. */
  readonly broken: Promise<never>;
  /** From now on everything the program says is passed on, not only its errors. */
  listenToAll(): void;
}

export interface ProgramStart {
  readonly urls: ServerUrls;
  /** What else the program is told, stronger than the environment of the demo. */
  readonly variables: Readonly<Record<string, string>>;
  readonly graceSeconds: number;
  readonly cleanUp: CleanUp;
}

/** After its own grace time a program needs a moment more to end. */
const LAST_MOMENT_MS = 10_000;

/** Any free port, so that nobody else's program is in the way; it is told in the log, which must not be silent then. */
const FREE_PORTS = { HTTP_PORT: '0', INTERNAL_PORT: '0', LOG_LEVEL: 'info' };

/** What concerns a reader even while the run is shown. */
const LOUD = new Set(['error', 'fatal']);

interface LogLine {
  readonly level?: string;
  readonly message?: string;
  readonly public_url?: string;
  readonly internal_url?: string;
}

type Addresses = Pick<RunningProgram, 'publicUrl' | 'internalUrl'>;

/** Starts the program as `npm start` does, both doors in one process, and waits until its ports are open. */
export async function startProgram(start: ProgramStart): Promise<RunningProgram> {
  let all = false;
  let heard: (addresses: Addresses) => void = () => undefined;
  const listening = new Promise<Addresses>((resolve) => (heard = resolve));
  const program = ChildProgram.start({
    file: 'dist/src/main.js',
    args: ['--with-worker'],
    variables: { ...start.urls, ...start.variables, ...FREE_PORTS },
    hearErrors: (line) => {
      const said = read(line);
      const { public_url: publicUrl, internal_url: internalUrl } = said ?? {};
      if (publicUrl !== undefined && internalUrl !== undefined) heard({ publicUrl, internalUrl });
      if (all || said === undefined || LOUD.has(said.level ?? '')) process.stderr.write(`${line}\n`);
    },
  });
  start.cleanUp.later(() => program.stop(start.graceSeconds * 1000 + LAST_MOMENT_MS));
  const broken = program.broken();
  // It ends at last, when nobody waits for it any more.
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
