import { ChildProgram } from './child-program';
import type { ServerUrls } from './start-servers';
import type { TearDown } from './tear-down';

/** The program while it runs beside the demo. */
export interface RunningProgram {
  readonly internalUrl: string;
  /** Rejects when the program ends before it is told to. */
  readonly broken: Promise<never>;
  /** From now on everything the program says is passed on, not only its errors. */
  listenToAll(): void;
}

export interface ProgramStart {
  readonly urls: ServerUrls;
  /** With the HTTP door, as `npm start`; else the worker alone. */
  readonly withDoor: boolean;
  readonly graceSeconds: number;
  readonly tearDown: TearDown;
}

/** After its own grace time a program needs a moment more to end. */
const LAST_MOMENT_MS = 10_000;

/** Any free port, so that nobody else's program is in the way; it is told in the log, which must not be silent then. */
const FREE_PORTS = { HTTP_PORT: '0', INTERNAL_PORT: '0', WORKER_INTERNAL_PORT: '0', LOG_LEVEL: 'info' };

/** What concerns a reader even while the run is shown. */
const LOUD = new Set(['error', 'fatal']);

interface LogLine {
  readonly level?: string;
  readonly message?: string;
  readonly internal_url?: string;
}

/** Starts the program as an operator would, and waits until its ports are open. */
export async function startProgram(start: ProgramStart): Promise<RunningProgram> {
  let all = false;
  let heard: (url: string) => void = () => undefined;
  const listening = new Promise<string>((resolve) => (heard = resolve));
  const program = ChildProgram.start({
    file: start.withDoor ? 'src/main.ts' : 'src/worker.ts',
    args: start.withDoor ? ['--with-worker'] : [],
    variables: { ...start.urls, ...FREE_PORTS },
    hearErrors: (line) => {
      const said = read(line);
      if (said?.internal_url !== undefined) heard(said.internal_url);
      if (all || said === undefined || LOUD.has(said.level ?? '')) process.stderr.write(`${line}\n`);
    },
  });
  start.tearDown.later(() => program.stop(start.graceSeconds * 1000 + LAST_MOMENT_MS));
  const broken = program.broken();
  // It ends at last, when nobody waits for it any more.
  broken.catch(() => undefined);
  const internalUrl = await Promise.race([listening, broken]);
  return { internalUrl, broken, listenToAll: () => (all = true) };
}

function read(line: string): LogLine | undefined {
  try {
    return JSON.parse(line) as LogLine;
  } catch {
    return undefined;
  }
}
