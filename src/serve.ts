import type { NestExpressApplication } from '@nestjs/platform-express';
import { AppModule } from './app.module';
import { ConfigurationFault } from './config/configuration-fault';
import type { Settings } from './config/env';
import { createApplication, type ServerRole, startListening } from './http';
import { openLog, watchForStrayErrors } from './observability';

/** Which doors a process opens, and whether it works on jobs. */
export interface Serving {
  readonly settings: Settings;
  readonly door: ServerRole;
  readonly works: boolean;
}

/** After the grace time everything is written or given back; what still hangs then is a connection. */
const LAST_MOMENT_MS = 5_000;

/** Runs the program until a signal ends it. */
export async function serve({ settings, door, works }: Serving): Promise<void> {
  const log = openLog(settings);
  watchForStrayErrors(log);
  try {
    const app = await createApplication(AppModule.of({ settings, log, works, rings: true }), log);
    endOnSignal(app, settings);
    await startListening(app, settings, door);
  } catch (error) {
    if (error instanceof ConfigurationFault) {
      process.stderr.write(`${error.message}\n`);
      process.exit(error.exitStatus);
    }
    log.fatal('start failed', error);
    process.exit(1);
  }
}

/** Closes in order; a server that is away cannot hold the process longer than its grace time and a moment. */
function endOnSignal(app: NestExpressApplication, settings: Settings): void {
  let ends = false;
  // Not `once`: an impatient second signal would end the process before it has given back what it holds.
  const end = (): void => {
    if (ends) return;
    ends = true;
    setTimeout(() => process.exit(0), settings.SHUTDOWN_GRACE_SECONDS * 1000 + LAST_MOMENT_MS).unref();
    void app.close().finally(() => process.exit(0));
  };
  process.on('SIGTERM', end);
  process.on('SIGINT', end);
}
