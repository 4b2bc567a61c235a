import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ConfigModule, registerAs } from '@nestjs/config';
import { ConfigurationFault, type Environment, readSettings } from './read-settings';
import type { Program, ReadEnvironment, SettingsFor } from './settings.schema';

/** A developer's file must not reach production or a test. */
const readsEnvFile = ['', 'development'].includes(process.env['NODE_ENV'] ?? '');

let provided: ReadEnvironment | undefined;

/** Sets what `SETTINGS` is in this process. A program calls it with what it has read, before it creates the application. */
export function provideSettings(settings: ReadEnvironment): void {
  provided = settings;
}

/** The configuration `settings` of @nestjs/config. */
export const settingsConfig = registerAs(
  'settings',
  (): ReadEnvironment => provided ?? readSettings(process.env, 'http'),
);

/**
 * Puts `.env` into the environment of this process, in development only, without overwriting what is set. The schema is
 * applied in `settingsConfig`: the option `validate` would print a stack, and write defaults into the environment.
 */
export const CONFIG_MODULE = ConfigModule.forRoot({
  isGlobal: true,
  ignoreEnvFile: !readsEnvFile,
  load: [settingsConfig],
});

/** The environment of this process, for child processes. Settings are read by the function below. */
export function ownEnvironment(): Environment {
  return process.env;
}

/**
 * The settings of this process. With a fault the process ends: one fault a line on standard error, exit status 78.
 * Called before Nest starts, so that nothing else is printed.
 */
export function ownSettingsOrExit<P extends Program>(program: P): SettingsFor<P> {
  try {
    return readSettings(process.env, program);
  } catch (error) {
    if (!(error instanceof ConfigurationFault)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(error.exitStatus);
  }
}

/** The version of this program. package.json is its only source; compiled code is deeper below it than the sources. */
export const VERSION = versionIn(__dirname);

function versionIn(folder: string): string {
  const file = join(folder, 'package.json');
  if (!existsSync(file)) return versionIn(dirname(folder));
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
