import { spawn, type ChildProcess } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { nodeArguments } from '../../tools/node-arguments';
import { START_WITHIN_MS } from './settings';

const PROJECT = join(__dirname, '../..');
/** Enough of a program's last words to see why it fell. */
const LINES_KEPT = 30;
/** The folder for the logs of the programs, one file a program. */
const KEEPS_LOGS_IN = process.env['DRILL_LOGS'] ?? '';
const KIB_PER_MIB = 1024;

/** Every child of this process that may still live; the drill ends none but these. */
const living = new Set<ChildProcess>();

/** What to start: a compiled program (`dist/….js`) as in production, or a development tool (`….ts`) from source. */
export interface Program {
  readonly name: string;
  readonly file: string;
  readonly args?: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
  /** A plain JavaScript file of the project that is loaded before it. */
  readonly preload?: string;
  /** A command that starts the program and becomes it; it is followed by the program's own command line. */
  readonly through?: readonly string[];
}

/** A program of this project in a process of its own. */
export class Child {
  readonly ended: Promise<void>;
  /** Whether its end was asked for; another end is a fall. */
  private endWanted = false;
  private readonly last: string[] = [];
  private readonly listeners = new Set<(line: string) => void>();

  private constructor(
    readonly name: string,
    private readonly child: ChildProcess,
  ) {
    living.add(child);
    this.ended = new Promise((resolve) => {
      child.once('exit', () => {
        living.delete(child);
        resolve();
      });
    });
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => this.received(line));
    }
  }

  static start(program: Program): Child {
    const [command = '', ...args] = commandOf(program);
    const child = spawn(command, args, {
      cwd: PROJECT,
      // The settings of the caller must not reach the drill: its servers are its own.
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], NODE_ENV: 'test', ...program.settings },
      stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
    });
    return new Child(program.name, child);
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Its end was asked for. */
  get isEnding(): boolean {
    return this.endWanted;
  }

  /** Ended, and nobody wanted it to. */
  get hasCrashed(): boolean {
    return !this.isRunning && !this.endWanted;
  }

  get lastLines(): readonly string[] {
    return this.last;
  }

  /** The first line from now on of which `read` makes something. */
  firstMatch<T>(read: (line: string) => T | undefined): Promise<T> {
    return new Promise((resolve, reject) => {
      const done = (end: () => void): void => {
        clearTimeout(timer);
        this.listeners.delete(listen);
        end();
      };
      const fail = (why: string): void => done(() => reject(new Error(`${this.name} ${why}`)));
      const listen = (line: string): void => {
        const received = read(line);
        if (received !== undefined) done(() => resolve(received));
      };
      const timer = setTimeout(() => fail('did not say that it is ready.'), START_WITHIN_MS);
      this.listeners.add(listen);
      void this.ended.then(() => fail(`ended at its start:\n${this.last.join('\n')}`));
    });
  }

  /** Listens to every line from now on. */
  onLine(listen: (line: string) => void): void {
    this.listeners.add(listen);
  }

  configure(text: string): void {
    this.child.stdin?.write(text);
  }

  hangUp(): void {
    this.child.stdin?.end();
  }

  /** Sends a signal that does not end it; SIGUSR2 is for programs that were loaded to listen to it. */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGUSR2'): void {
    this.child.kill(signal);
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    this.endWanted = true;
    if (this.isRunning) this.child.kill(signal);
    await this.ended;
  }

  /** What it ended with; null while it runs, or when a signal ended it. */
  get exitCode(): number | null {
    return this.child.exitCode;
  }

  /** Its end is its own, and expected. */
  async leave(): Promise<void> {
    this.endWanted = true;
    await this.ended;
  }

  /** The most memory it ever had, in MiB; 0 when it is gone. */
  peakMemoryMib(): number {
    try {
      const kib = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.pid}/status`, 'utf8'))?.[1];
      return Number(kib ?? 0) / KIB_PER_MIB;
    } catch {
      return 0;
    }
  }

  private received(line: string): void {
    if (KEEPS_LOGS_IN !== '') appendFileSync(join(KEEPS_LOGS_IN, `${this.name}.log`), `${line}\n`);
    this.last.push(line);
    if (this.last.length > LINES_KEPT) this.last.shift();
    for (const listen of [...this.listeners]) listen(line);
  }
}

function commandOf({ file, args = [], preload, through = [] }: Program): string[] {
  const preloads = preload === undefined ? [] : [preload];
  return [...through, process.execPath, ...nodeArguments(file, preloads), ...args];
}

/** For the very end: kills all that are left, also when the drill itself failed. */
export function endAllChildren(): void {
  for (const child of living) child.kill('SIGKILL');
}
