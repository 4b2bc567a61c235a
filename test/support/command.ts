import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { environmentOf, type ProgramChoices } from './program';

const PROJECT = join(__dirname, '../..');

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
