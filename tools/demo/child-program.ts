import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ownEnvironment } from '../../src/config/own-settings';
import { nodeArguments } from '../node-arguments';
import { DemoFailed } from './demo-failed';

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
