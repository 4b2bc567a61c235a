import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { isRoot } from './account';

const run = promisify(execFile);

/** Where a Redis program may come from, in the order in which they are tried. */
export const REDIS_KINDS = ['redis-server', 'valkey-server', 'private copy'] as const;

/** `private copy` is the distribution's package, unpacked in the user's cache. */
export type RedisKind = (typeof REDIS_KINDS)[number];

/** A Redis program that can be started. */
export interface RedisProgram {
  kind: RedisKind;
  command: string;
  variables: Record<string, string>;
}

/** The first of the given kinds that this machine can have; undefined when there is none. */
export async function findRedisProgram(
  kinds: readonly RedisKind[],
  cacheHome?: string,
): Promise<RedisProgram | undefined> {
  for (const kind of kinds) {
    const found = await findKind(kind, cacheHome);
    if (found) return found;
  }
  return undefined;
}

async function findKind(kind: RedisKind, cacheHome?: string): Promise<RedisProgram | undefined> {
  if (kind === 'private copy') return privateCopyOfRedis(cacheHome);
  const isInstalled = await run(kind, ['--version']).then(
    () => true,
    () => false,
  );
  return isInstalled ? { kind, command: kind, variables: {} } : undefined;
}

/** A fetch takes 2 to 7 seconds; without a network the demo must not wait long. */
const FETCH_WITHIN_MS = 60_000;

const PACKAGES = ['redis-server', 'valkey-server'] as const;

/**
 * Redis from the packages of the machine's distribution, unpacked in the user's cache folder.
 * Nothing is installed and no root is needed. Without that distribution, or without a network: undefined.
 */
export async function privateCopyOfRedis(cacheHome?: string): Promise<RedisProgram | undefined> {
  const cache = join(cacheHome ?? join(homedir(), '.cache'), 'person-verification');
  const kept = join(cache, `redis-${await distribution()}`);
  const found = await programIn(kept);
  if (found) return found;
  try {
    await mkdir(cache, { recursive: true });
    return await fetchInto(kept, await mkdtemp(join(cache, 'fetch-')));
  } catch {
    return undefined;
  }
}

/** Programs of one release may not run on another, so an upgraded machine fetches again. */
async function distribution(): Promise<string> {
  const text = await readFile('/etc/os-release', 'utf8').catch(() => '');
  const valueOf = (name: string): string =>
    text.match(new RegExp(`^${name}="?([\\w.]+)"?$`, 'm'))?.[1] ?? 'unknown';
  return `${valueOf('ID')}-${valueOf('VERSION_ID')}-${process.arch}`;
}

/** The copy gets its name in one step when it is complete; a second process uses the copy of the first. */
async function fetchInto(kept: string, work: string): Promise<RedisProgram | undefined> {
  try {
    const unpacked = await unpackPackages(work);
    if (!(await programIn(unpacked))) return undefined;
    await rename(unpacked, kept).catch(async () => {
      if (await programIn(kept)) return;
      await rm(kept, { recursive: true, force: true });
      await rename(unpacked, kept);
    });
    return await programIn(kept);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function unpackPackages(work: string): Promise<string> {
  const apt = await aptWithOwnState(work);
  // Other sources may fail; whether the one with Redis works shows in the next step.
  await apt('update').catch(() => undefined);
  const names = await packagesToFetch(apt);
  await apt('download', ...names);
  const unpacked = join(work, 'root');
  for (const file of await readdir(work)) {
    if (file.endsWith('.deb')) await run('dpkg-deb', ['-x', join(work, file), unpacked]);
  }
  return unpacked;
}

type Apt = (...args: string[]) => Promise<string>;

/** Uses the machine's sources and proxies, and does not touch its lists, locks and archives. */
async function aptWithOwnState(work: string): Promise<Apt> {
  const settings = join(work, 'apt.conf');
  await mkdir(join(work, 'state', 'lists', 'partial'), { recursive: true });
  await mkdir(join(work, 'cache', 'archives', 'partial'), { recursive: true });
  await writeFile(
    settings,
    [
      `Dir::State "${join(work, 'state')}";`,
      'Dir::State::status "/var/lib/dpkg/status";',
      `Dir::Cache "${join(work, 'cache')}";`,
      'Acquire::Retries "0";',
      'Acquire::http::Timeout "10";',
      'Acquire::https::Timeout "10";',
      'Acquire::Languages "none";',
      // Container images have clean-up commands that would touch the machine's archives.
      '#clear APT::Update::Pre-Invoke;',
      '#clear APT::Update::Post-Invoke;',
      '#clear APT::Update::Post-Invoke-Success;',
      isRoot() ? 'APT::Sandbox::User "root";' : '',
    ].join('\n'),
  );
  const deadline = Date.now() + FETCH_WITHIN_MS;
  return async (...args) => {
    const options = { cwd: work, timeout: Math.max(1, deadline - Date.now()), maxBuffer: 16 * 1024 * 1024 };
    return (await run('apt-get', ['-qq', '-c', settings, ...args], options)).stdout;
  };
}

/** A simulated installation lists the package and the libraries that this machine lacks. */
async function packagesToFetch(apt: Apt): Promise<string[]> {
  for (const wanted of PACKAGES) {
    const plan = await apt('--simulate', '--no-install-recommends', 'install', wanted).catch(() => '');
    const names = [...plan.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name ?? '');
    if (names.length > 0) return names;
  }
  throw new Error('The distribution offers no Redis.');
}

/** Only a program that runs counts: a copy may be incomplete. */
async function programIn(root: string): Promise<RedisProgram | undefined> {
  const libraries = await readdir(join(root, 'usr', 'lib')).catch(() => []);
  const libraryPath = libraries
    .filter((name) => name.endsWith('-linux-gnu'))
    .map((name) => join(root, 'usr', 'lib', name))
    .join(':');
  for (const name of PACKAGES) {
    const command = join(root, 'usr', 'bin', name);
    const variables: Record<string, string> = libraryPath ? { LD_LIBRARY_PATH: libraryPath } : {};
    const assignments = Object.entries(variables).map((pair) => pair.join('='));
    const works = await access(command)
      .then(() => run('env', [...assignments, command, '--version']))
      .then(() => true)
      .catch(() => false);
    if (works) return { kind: 'private copy', command, variables };
  }
  return undefined;
}
