import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/**
 * `nest build` into `dist/`, without outputs whose sources are gone. With `--if-stale`, for commands and tests that start
 * compiled programs, it builds only when a source changed since the last build, and otherwise takes a fraction of a
 * second. Several processes may call it at once: one builds, the others wait.
 */
const PROJECT = join(__dirname, '..');
const DIST = join(PROJECT, 'dist');
const STAMP = join(DIST, '.sources');
const LOCK = join(DIST, '.lock');
const NEST = require.resolve('@nestjs/cli/bin/nest.js');

/** What a build is made of: these folders, and these files beside them. */
const SOURCE_FOLDERS = ['src', 'migrations'];
const CONFIGURATION = ['nest-cli.json', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
const SOURCE = /(?<!\.spec)\.(ts|graphql|eta|css|js)$/;
const OUTPUT = /\.(js|js\.map|graphql|eta|css)$/;

const LOCK_PAUSE_MS = 100;
/** A full build takes 10 to 20 seconds on two cores; this allows for a machine that is very busy. */
const LOCK_WAIT_MS = 300_000;

const filesIn = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => relative(PROJECT, join(entry.parentPath, entry.name)))
    : [];

function sources(): string[] {
  return SOURCE_FOLDERS.flatMap((folder) => filesIn(join(PROJECT, folder)))
    .filter((file) => SOURCE.test(file))
    .sort();
}

/** A digest of the paths and contents of all sources; times of files say nothing after a checkout. */
function digestOfSources(): string {
  const digest = createHash('sha256');
  for (const file of [...CONFIGURATION, ...sources()]) {
    digest.update(`${file}\0`).update(readFileSync(join(PROJECT, file)));
  }
  return digest.digest('hex');
}

const contentOf = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
};

/** The compiler leaves outputs of files that were moved or deleted, and a schema file found twice stops the start. */
function removeOutputsWithoutSource(): void {
  const expected = new Set(
    sources().flatMap((file) => {
      const output = join('dist', file.replace(/\.ts$/, '.js'));
      return [output, `${output}.map`];
    }),
  );
  for (const file of SOURCE_FOLDERS.flatMap((folder) => filesIn(join(DIST, folder)))) {
    if (OUTPUT.test(file) && !expected.has(file)) rmSync(join(PROJECT, file));
  }
}

function build(digest: string): void {
  rmSync(STAMP, { force: true });
  removeOutputsWithoutSource();
  process.stderr.write('Compiling the service to dist/ …\n');
  const { status, stdout, stderr } = spawnSync(process.execPath, [NEST, 'build'], {
    cwd: PROJECT,
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`nest build failed:\n${stdout}${stderr}`);
  // Sources that were edited meanwhile make the next call build again.
  writeFileSync(STAMP, digest);
}

/** False while another process holds the lock. The lock of a process that was killed is removed. */
function takeLock(): boolean {
  try {
    writeFileSync(LOCK, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const holder = Number(contentOf(LOCK) ?? '');
  if (holder > 0 && !isRunning(holder)) rmSync(LOCK, { force: true });
  return false;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const isUpToDate = (): boolean => contentOf(STAMP) === digestOfSources();

async function buildDist(onlyIfStale: boolean): Promise<void> {
  if (onlyIfStale && isUpToDate()) return;
  mkdirSync(DIST, { recursive: true });
  const giveUpAt = performance.now() + LOCK_WAIT_MS;
  while (!takeLock()) {
    if (performance.now() > giveUpAt) {
      throw new Error(`Another process has been building for too long; if there is none, remove ${LOCK}.`);
    }
    await wait(LOCK_PAUSE_MS);
  }
  try {
    if (!onlyIfStale || !isUpToDate()) build(digestOfSources());
  } finally {
    rmSync(LOCK, { force: true });
  }
}

buildDist(process.argv.includes('--if-stale')).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
