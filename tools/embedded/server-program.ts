import { spawn, spawnSync, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import type { Account } from './account';

/** A program to start, its account, and its log. */
export interface ProgramToStart {
  command: string;
  args: string[];
  /** Its working directory; leftovers are recognised by it. */
  folder: string;
  logFile: string;
  account?: Account | undefined;
  /** Added to the environment of this process. */
  variables?: Record<string, string>;
  /** What the kernel sends it when this program dies, however it dies. */
  onOwnerDeath: 'QUIT' | 'KILL';
}

let bindsToOwner: boolean | undefined;

/** Small systems have a `setpriv` without this option, so it is tried. */
function canBindToOwner(): boolean {
  bindsToOwner ??= spawnSync('setpriv', ['--pdeathsig', 'KILL', '--', 'true']).status === 0;
  return bindsToOwner;
}

/**
 * A running server. It has its own session, so Ctrl-C reaches only the program that started it, and the kernel ends it
 * when the thread that started it ends: start servers from the main thread, never from a worker thread.
 */
export class ServerProgram {
  private constructor(
    private readonly child: ChildProcess,
    private readonly ended: Promise<void>,
  ) {}

  /** Starts the program; the caller finds out when it answers. */
  static async start(program: ProgramToStart): Promise<ServerProgram> {
    const log = openSync(program.logFile, 'a', 0o600);
    try {
      const child = spawnBound(program, { detached: true, stdio: ['ignore', log, log] });
      const ended = new Promise<void>((resolve) => {
        child.once('exit', () => resolve());
        child.once('error', () => resolve());
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      child.unref();
      return new ServerProgram(child, ended);
    } finally {
      closeSync(log);
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Sends each signal in turn and waits for its time, until the program has ended. */
  async stop(steps: { signal: NodeJS.Signals; withinMs: number }[]): Promise<void> {
    this.child.ref();
    for (const { signal, withinMs } of steps) {
      if (!this.isRunning) return;
      this.child.kill(signal);
      const timer = new AbortController();
      const waited = pause(withinMs, undefined, { signal: timer.signal }).catch(() => undefined);
      await Promise.race([this.ended, waited]);
      timer.abort();
    }
  }
}

/** Runs a program to its end; rejects when it fails. */
export async function runToEnd(program: ProgramToStart): Promise<void> {
  const log = openSync(program.logFile, 'a', 0o600);
  try {
    const child = spawnBound(program, { detached: true, stdio: ['ignore', log, log] });
    const status = await new Promise<number | null>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', resolve);
    });
    if (status !== 0) throw new Error(`${program.command} ended with status ${status}.`);
  } finally {
    closeSync(log);
  }
}

/** `setpriv` and `env` replace themselves, so the process id of the child is that of the server. */
function spawnBound(program: ProgramToStart, options: SpawnOptions): ChildProcess {
  const bond = canBindToOwner() ? ['setpriv', '--pdeathsig', program.onOwnerDeath, '--'] : [];
  const variables = Object.entries({ LC_ALL: 'C', ...program.variables }).map((pair) => pair.join('='));
  const [first = 'env', ...rest] = [...bond, 'env', ...variables, program.command, ...program.args];
  return spawn(first, rest, { ...options, cwd: program.folder, ...program.account });
}
