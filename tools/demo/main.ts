import { parseArgs } from 'node:util';
import { ConfigurationFault } from '../../src/config/read-settings';
import { ownSettingsOrExit } from '../../src/config/own-settings';
import { Log, logUncaughtErrors } from '../../src/observability';
import { DemoFailed, CleanUp } from './clean-up';
import { quietLevel, showDemo } from './demo';
import { announce } from './terminal';
import { ExitStatus, StopOnSignal } from '../../src/cli/command';

const USAGE = 'usage: npm run demo [-- --serve]';

async function main(): Promise<number> {
  const serves = wantsToServe();
  if (serves === undefined) return ExitStatus.WrongUsage;
  const settings = ownSettingsOrExit('demo');
  if (settings.NODE_ENV === 'production') {
    announce('NODE_ENV is production: the demo invents people and does not start there.');
    return ExitStatus.Configuration;
  }
  const log = new Log({ LOG_LEVEL: quietLevel(settings.LOG_LEVEL) });
  logUncaughtErrors(log);
  const signal = new StopOnSignal(0);
  const cleanUp = new CleanUp();
  signal.signals.stop.addEventListener('abort', () => announce('Stopping …'), { once: true });
  try {
    const isRight = await showDemo({ settings, log, cleanUp, serves, stopped: signal.signals.stop });
    return signal.exitStatus ?? (isRight ? ExitStatus.Done : ExitStatus.Failed);
  } catch (error) {
    return signal.exitStatus ?? explain(error, log);
  } finally {
    await cleanUp.endAll();
    if (signal.exitStatus !== undefined)
      announce('Demo stopped: its processes have ended, its data is removed.');
  }
}

function explain(error: unknown, log: Log): number {
  if (error instanceof ConfigurationFault || error instanceof DemoFailed) announce(error.message);
  else log.fatal('demo failed', error);
  return error instanceof ConfigurationFault ? error.exitStatus : ExitStatus.Failed;
}

function wantsToServe(): boolean | undefined {
  try {
    return parseArgs({ options: { serve: { type: 'boolean', default: false } } }).values.serve;
  } catch {
    announce(USAGE);
    return undefined;
  }
}

void main().then((status) => process.exit(status));
