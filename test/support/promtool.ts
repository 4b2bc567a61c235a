import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/**
 * Runs Prometheus's own checker. Rejects with what it reports, or with what to install when it is missing: a proof that did
 * not run is not a proof.
 */
export async function promtool(...args: readonly string[]): Promise<string> {
  try {
    const { stdout } = await run('promtool', args);
    return stdout;
  } catch (error) {
    const { code, stdout, stderr } = error as { code?: unknown; stdout?: string; stderr?: string };
    if (code === 'ENOENT') {
      throw new Error('promtool is missing. It is in the package "prometheus" of Debian and of Homebrew.', {
        cause: error,
      });
    }
    throw new Error(`${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}
