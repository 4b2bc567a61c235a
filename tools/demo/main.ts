import { parseArgs } from 'node:util';
import { ConfigurationFault } from '../../src/config/read-settings';
import { ownSettingsOrExit } from '../../src/config/own-settings';
import { Log, logUncaughtErrors } from '../../src/observability';
import { DemoFailed, CleanUp } from './clean-up';
import { showDemo } from './demo';
import { ExitStatus, StopOnSignal } from '../../src/cli/command';

const USAGE = 'usage: npm run demo [-- --serve]';

async function run(): Promise<number> {
  const serves = wantsToServe();
  if (serves === undefined) return ExitStatus.WrongUsage;
  const settings = ownSettingsOrExit('demo');
  if (settings.NODE_ENV === 'production') {
    tell('NODE_ENV is production: the demo makes people and answers up and does not start there.');
    return ExitStatus.Configuration;
  }
  // The demo tells what happens in sentences; of its own log only what goes wrong is worth a line between them.
  const log = new Log({ LOG_LEVEL: settings.LOG_LEVEL === 'silent' ? 'silent' : 'error' });
  logUncaughtErrors(log);
  const signal = new StopOnSignal(0);
  const cleanUp = new CleanUp();
  try {
    const isRight = await showDemo({ settings, log, cleanUp, serves, stopped: signal.signals.stop });
    return signal.exitStatus ?? (isRight ? ExitStatus.Done : ExitStatus.Failed);
  } catch (error) {
    return signal.exitStatus ?? explain(error, log);
  } finally {
    await cleanUp.run();
  }
}

function explain(error: unknown, log: Log): number {
  if (error instanceof ConfigurationFault || error instanceof DemoFailed) tell(error.message);
  else log.fatal('demo failed', error);
  return error instanceof ConfigurationFault ? error.exitStatus : ExitStatus.Failed;
}

function wantsToServe(): boolean | undefined {
  try {
    return parseArgs({ options: { serve: { type: 'boolean', default: false } } }).values.serve;
  } catch {
    tell(USAGE);
    return undefined;
  }
}

function tell(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

void run().then((status) => process.exit(status));
