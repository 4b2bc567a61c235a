import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { HttpAddresses } from '../../src/http';
import { nodeArguments } from '../../tools/node-arguments';
import { environmentOf, type ProgramChoices } from './program';

const PROJECT = join(__dirname, '../..');

/** The HTTP door, and with `works` the jobs behind it, in a process of its own, which can be killed. */
export class ProgramApart {
  private constructor(
    private readonly child: ChildProcess,
    readonly addresses: HttpAddresses,
  ) {}

  /** Resolves when it listens. */
  static async start(choices: ProgramChoices): Promise<ProgramApart> {
    const program = [
      ...nodeArguments('dist/src/main.js'),
      ...(choices.works === true ? ['--with-worker'] : []),
    ];
    const child = spawn(process.execPath, program, {
      cwd: PROJECT,
      env: { PATH: process.env['PATH'], ...environmentOf(choices), LOG_LEVEL: 'info' },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    if (child.stderr === null) throw new Error('The program has no log.');
    const lines = createInterface(child.stderr);
    const addresses = new Promise<HttpAddresses>((resolve, reject) => {
      lines.on('line', (line) => {
        const found = addressesIn(line);
        if (found !== undefined) resolve(found);
      });
      lines.once('close', () => reject(new Error('The program ended before it listened.')));
    });
    return new ProgramApart(child, await addresses);
  }

  /** At once, without a chance to put anything in order. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }
}

/** Where the program listens, if this line of its log tells. */
function addressesIn(line: string): HttpAddresses | undefined {
  if (!line.startsWith('{')) return undefined;
  const {
    message,
    public_url: publicUrl,
    internal_url: internalUrl,
  } = JSON.parse(line) as Record<string, string>;
  if (message !== 'listening' || publicUrl === undefined || internalUrl === undefined) return undefined;
  return { publicUrl, internalUrl };
}
