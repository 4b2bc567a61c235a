import type { Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Settings } from './config/settings.schema';
import { ownSettingsOrExit, provideSettings } from './config/own-settings';
import type { ProgramRole } from './database/mpi/program-instance.entity';
import { logFatal, warnIfNotMigrated } from './database/start-failure';
import { createApplication, startListening } from './http';
import { Heartbeat } from './jobs';
import { Log, logUncaughtErrors } from './observability';
import { reportStart } from './start-report';

/** After the grace time everything is written or released; what still hangs then is a connection. */
const LAST_MOMENT_MS = 5_000;

/** The exit status of a process that was asked to end and did not close everything. */
const NOT_CLOSED = 1;

/** Starts a process of the service. It runs until a signal ends it. */
export async function bootstrap(root: Type, role: Exclude<ProgramRole, 'command'>): Promise<void> {
  const server = role === 'worker' ? 'worker' : 'http';
  const settings = ownSettingsOrExit(server);
  provideSettings(settings);
  const log = new Log(settings);
  logUncaughtErrors(log);
  try {
    const app = await createApplication(root, log);
    const starting = start(app, settings, role);
    closeOnSignal(app, { settings, log, starting });
    await starting;
  } catch (error) {
    process.exit(logFatal(log, error, settings));
  }
}

async function start(
  app: NestExpressApplication,
  settings: Settings,
  role: Exclude<ProgramRole, 'command'>,
): Promise<void> {
  await warnIfNotMigrated(app, settings);
  await startListening(app, settings, role === 'worker' ? 'worker' : 'http');
  reportStart(app, settings, role);
  await app.get(Heartbeat, { strict: false }).start(role);
}

/** What a process has when it is asked to end. */
interface Closing {
  readonly settings: Pick<Settings, 'SHUTDOWN_GRACE_SECONDS'>;
  readonly log: Log;
  /** Settled when the process has started, or could not. */
  readonly starting: Promise<void>;
}

/**
 * Closes in order; a server that does not answer delays the end by the grace time and five seconds at most. Exit status
 * 0 means that everything was closed; otherwise it is 1, and the log says why.
 */
export function closeOnSignal(
  app: Pick<NestExpressApplication, 'close'>,
  { settings, log, starting }: Closing,
): void {
  let isClosing = false;
  // Not `once`: an impatient second signal would end the process before it has released what it holds.
  const close = (): void => {
    if (isClosing) return;
    isClosing = true;
    const forceEnd = (): never => {
      log.warn('The process ended before it was closed', { why: 'timeout', exit_status: NOT_CLOSED });
      process.exit(NOT_CLOSED);
    };
    setTimeout(forceEnd, settings.SHUTDOWN_GRACE_SECONDS * 1000 + LAST_MOMENT_MS).unref();
    // Nest does not wait for the start: workers that start after they were told to stop would be cut off in their work.
    const started = starting.catch(() => undefined);
    void started
      .then(() => app.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          log.error('The process ended before it was closed', error, { exit_status: NOT_CLOSED });
          process.exit(NOT_CLOSED);
        },
      );
  };
  process.on('SIGTERM', close);
  process.on('SIGINT', close);
}
