import { ConfigurationFault } from './configuration-fault';
import type { SettingsFor } from './env';
import type { Program } from './needs';
import { readSettings, type Environment } from './read-settings';

/** The environment of this process, for handing on to child processes. Settings are read by the functions below. */
export function ownEnvironment(): Environment {
  return process.env;
}

/** The settings of this process; throws `ConfigurationFault`. */
export function ownSettings<P extends Program>(program: P): SettingsFor<P> {
  return readSettings(process.env, program);
}

/** The settings of this process, or its end: one fault a line on standard error, and the exit status for it. */
export function ownSettingsOrExit<P extends Program>(program: P): SettingsFor<P> {
  try {
    return ownSettings(program);
  } catch (error) {
    if (!(error instanceof ConfigurationFault)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error.exitStatus);
  }
}
