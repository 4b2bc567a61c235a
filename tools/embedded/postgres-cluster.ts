import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Account } from './account';
import { lastLines } from './server-folder';
import { runToEnd } from './server-program';

/** The first major version that can order and change case by itself, whatever the machine knows. */
const FIRST_WITH_BUILTIN_LOCALE = 17;

/** Everything that stays the same for one embedded PostgreSQL, however often it is started again. */
export interface ClusterPlace {
  binaries: string;
  /** Where the programs work and write their log. */
  folder: string;
  dataFolder: string;
  logFile: string;
  account?: Account | undefined;
}

/** Makes an empty cluster unless the folder holds one. */
export async function createCluster(place: ClusterPlace, durable: boolean): Promise<void> {
  if (existsSync(join(place.dataFolder, 'PG_VERSION'))) return;
  const args = ['-D', place.dataFolder, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--no-instructions'];
  const locale = await localeArguments(place.binaries);
  const sync = durable ? [] : ['--no-sync'];
  try {
    await runToEnd({
      ...place,
      command: join(place.binaries, 'initdb'),
      args: [...args, ...locale, ...sync],
      onOwnerDeath: 'KILL',
    });
  } catch (cause) {
    throw new Error(`PostgreSQL could not make its data folder:\n${await lastLines(place.logFile)}`, {
      cause,
    });
  }
}

/**
 * Ukrainian letters must change case (`lower('Ї')`), which the plain locale `C` leaves alone.
 * The built-in one needs nothing of the machine; older versions need the machine's `C.UTF-8`.
 */
async function localeArguments(binaries: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(join(binaries, 'postgres'), ['--version']);
  const major = Number(stdout.match(/ (\d+)/)?.[1]);
  return major >= FIRST_WITH_BUILTIN_LOCALE
    ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    : ['--locale=C.UTF-8'];
}
