import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';

/** The output of a demo so far, or in all. */
export interface DemoOutput {
  readonly out: string;
  readonly err: string;
}

export interface StartedDemo {
  readonly pid: number;
  output(): DemoOutput;
  readonly ended: Promise<DemoOutput & { readonly status: number | null }>;
  kill(signal: NodeJS.Signals): void;
  /** Programs seen below it so far, looked up once more now. */
  descendants(): readonly Seen[];
  /** Those of them that still run. */
  descendantsAlive(): readonly Seen[];
}

/** A program by its number and the moment it began; the number alone is soon given to another one. */
interface Seen {
  readonly pid: number;
  readonly parent: number;
  readonly startedTick: string;
}

/** However slow the machine is, no signature is refused for the time that its check takes. */
const PATIENT = { SIGNATURE_TIMEOUT_MS: '60000', SIGNATURE_SECONDS_PER_MINUTE: '600' };

/** So often the programs below the demo are noted; every one of them lives for seconds. */
const LOOK_EVERY_MS = 250;

/** Starts the demo as `npm run demo` does, without addresses of servers unless they are given. */
export function startDemo(args: readonly string[], variables: Record<string, string>): StartedDemo {
  const { DATABASE_URL: _1, REDIS_URL: _2, TREMBITA_URL: _3, ...environment } = process.env;
  const program = ['-r', '@swc-node/register', 'tools/demo/main.ts', ...args];
  const child = spawn(process.execPath, program, { env: { ...environment, ...PATIENT, ...variables } });
  const output = { out: '', err: '' };
  child.stdout.on('data', (chunk: Buffer) => (output.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output.err += chunk.toString()));
  const seen = new Map<string, Seen>();
  const note = (): void => {
    for (const one of below(child.pid ?? 0)) seen.set(`${one.pid} ${one.startedTick}`, one);
  };
  const timer = setInterval(note, LOOK_EVERY_MS);
  const ended = once(child, 'close').then(([status]) => {
    clearInterval(timer);
    return { status: status as number | null, ...output };
  });
  return {
    pid: child.pid ?? 0,
    output: () => ({ ...output }),
    ended,
    kill: (signal) => child.kill(signal),
    descendants: () => {
      note();
      return [...seen.values()];
    },
    descendantsAlive: () => [...seen.values()].filter(isAlive),
  };
}

function below(root: number): Seen[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => look(Number(name)))
    .filter((one) => one !== undefined);
  const found: Seen[] = [];
  let parents = new Set([root]);
  while (parents.size > 0) {
    const children = all.filter(({ parent }) => parents.has(parent));
    found.push(...children);
    parents = new Set(children.map(({ pid }) => pid));
  }
  return found;
}

function isAlive({ pid, startedTick }: Seen): boolean {
  return look(pid)?.startedTick === startedTick;
}

/** Fields 3, 4 and 22 of the kernel's record; one that only waits for its parent to notice its end is gone. */
function look(pid: number): Seen | undefined {
  try {
    const record = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = record.slice(record.lastIndexOf(')') + 2).split(' ');
    const [state, parent, startedTick] = [fields[0], Number(fields[1]), fields[19] ?? ''];
    return state === 'Z' ? undefined : { pid, parent, startedTick };
  } catch {
    return undefined;
  }
}
