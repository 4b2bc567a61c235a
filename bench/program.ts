import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { scripts } from '../package.json';
import { ownEnvironment } from '../src/config/own-settings';
import { nodeArguments } from '../tools/node-arguments';

/** A program of this project, started as a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  /** Resolves with the first line of an output for which the reader gives something. */
  line<Found>(output: 'stdout' | 'stderr', read: (line: string) => Found | undefined): Promise<Found>;
  stop(): Promise<void>;
}

const ROOT = join(__dirname, '..');
/** The slowest line to wait for is the end of a measurement of a few seconds. */
const LINE_WITHIN_MS = 60_000;
const STOP_WITHIN_MS = 60_000;

export interface ProgramToStart {
  /** `dist/….js` for a compiled program, `….ts` for a development tool. */
  readonly file: string;
  readonly args?: readonly string[];
  readonly variables?: Readonly<Record<string, string>>;
  /** A plain JavaScript file that is loaded into the process before the program. */
  readonly preload?: string;
  readonly nodeOptions?: readonly string[];
}

/** How a script starts the compiled program: the options between `node` and the program, and the program. */
export function startOf(script: 'start:http' | 'start:worker'): Pick<ProgramToStart, 'file' | 'nodeOptions'> {
  const [, options, file] = /\bnode (.*?)(\S+\.js)\b/.exec(scripts[script]) ?? [];
  if (options === undefined || file === undefined) throw new Error(`npm run ${script} starts no program.`);
  return { file, nodeOptions: options.split(' ').filter((option) => option !== '') };
}

/** The address of a server in our own environment must not reach a program that is to be measured on ours. */
function environmentFor(variables: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const kept = ['PATH', 'HOME', 'TMPDIR', 'LANG', 'XDG_CACHE_HOME'];
  const own = ownEnvironment();
  return { ...Object.fromEntries(kept.map((name) => [name, own[name]])), ...variables };
}

export function startProgram({
  file,
  args = [],
  variables = {},
  preload,
  nodeOptions = [],
}: ProgramToStart): Program {
  const preloads = preload === undefined ? [] : [preload];
  const child = spawn(process.execPath, [...nodeOptions, ...nodeArguments(file, preloads), ...args], {
    cwd: ROOT,
    env: environmentFor(variables),
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const ended = once(child, 'exit');
  const lines = { stdout: new Lines(child.stdout), stderr: new Lines(child.stderr) };
  return {
    child,
    line: (output, read) => lines[output].first(read, ended),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Reads an output to its end, so that the program never waits for us; remembers the last words for an error. */
class Lines {
  private readonly listeners = new Set<(line: string) => void>();
  private readonly last: string[] = [];

  constructor(stream: NodeJS.ReadableStream | null) {
    if (stream === null) return;
    createInterface({ input: stream }).on('line', (line) => {
      this.last.push(line);
      if (this.last.length > 20) this.last.shift();
      for (const listener of this.listeners) listener(line);
    });
  }

  async first<Found>(read: (line: string) => Found | undefined, ended: Promise<unknown>): Promise<Found> {
    let listener: ((line: string) => void) | undefined;
    let timer: NodeJS.Timeout | undefined;
    const found = new Promise<Found>((resolve) => {
      listener = (line) => {
        const given = read(line);
        if (given !== undefined) resolve(given);
      };
      for (const line of this.last) listener(line);
      this.listeners.add(listener);
    });
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(this.silent('was silent')), LINE_WITHIN_MS);
      void ended.then(() => reject(this.silent('ended')));
    });
    try {
      return await Promise.race([found, late]);
    } finally {
      clearTimeout(timer);
      if (listener !== undefined) this.listeners.delete(listener);
    }
  }

  private silent(how: string): Error {
    return new Error(`A measured program ${how}. Its last words:\n${this.last.join('\n')}`);
  }
}
