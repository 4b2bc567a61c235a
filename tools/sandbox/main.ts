import { ExitStatus } from '../../src/cli/command';
import { ownSettingsOrExit } from '../../src/config/own-settings';
import { argumentsOrExit, end } from '../command-line';
import { readSandboxArguments, SANDBOX_USAGE } from './arguments';
import { startSandbox } from '.';

async function main(): Promise<void> {
  const options = argumentsOrExit(readSandboxArguments, SANDBOX_USAGE);
  if (ownSettingsOrExit('sandbox').NODE_ENV === 'production') {
    end(
      ExitStatus.Configuration,
      'NODE_ENV is production: the sandbox invents its answers and does not start in production.',
    );
  }
  const sandbox = await startSandbox(options);
  process.once('SIGINT', () => void sandbox.stop().then(() => process.exit(ExitStatus.Interrupted)));
  process.once('SIGTERM', () => void sandbox.stop().then(() => process.exit(ExitStatus.Terminated)));
  process.stdout.write(`${sandbox.url}\n`);
  process.stderr.write('The sandbox register is ready; its answers are invented. Stop it with Ctrl-C.\n');
}

main().catch((error: NodeJS.ErrnoException) => {
  end(
    ExitStatus.Failed,
    `The sandbox cannot listen on 127.0.0.1 (${error.code ?? 'unknown reason'}). Try another --port.`,
  );
});
