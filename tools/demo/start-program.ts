import { ChildProgram } from './child-program';
import type { ServerUrls } from './start-servers';
import type { TearDown } from './tear-down';

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
  readonly tearDown: TearDown;
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
  start.tearDown.later(() => program.stop(start.graceSeconds * 1000 + LAST_MOMENT_MS));
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
