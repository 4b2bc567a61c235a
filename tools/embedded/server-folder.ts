import { chmod, lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryRoot } from './account';

const PREFIX = 'person-verification-server';

/** A server stops in a fraction of this; afterwards it is killed. */
const LEFTOVER_STOP_MS = 5_000;

/** The process that started a server. Process ids are reused, so its start time is part of it. */
interface Owner {
  pidNamespace: string;
  pid: number;
  startedTick: string;
}

/**
 * A new folder for one server, or for other files that a command needs while it runs. Its name has its owner, so that
 * the next start can distinguish a leftover from the folder of a process that still runs.
 */
export async function createOwnFolder(): Promise<string> {
  const { pidNamespace, pid, startedTick } = self();
  const name = [PREFIX, pidNamespace, pid, startedTick, ''].join('-');
  const folder = await mkdtemp(join(await temporaryRoot(), name));
  await chmod(folder, 0o711);
  return folder;
}

/** Ends servers and removes folders whose owner has ended. Folders of other accounts are not touched. */
export async function removeLeftovers(): Promise<void> {
  const root = await temporaryRoot();
  for (const name of await readdir(root)) {
    const owner = ownerNamedBy(name);
    if (owner && (await isOurs(join(root, name))) && isGone(owner)) await removeLeftover(join(root, name));
  }
}

function self(): Owner {
  return {
    pidNamespace: pidNamespace(),
    pid: process.pid,
    startedTick: startedTickOf(process.pid) ?? '0',
  };
}

/** Containers may share a temporary folder, but not their process ids. */
function pidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
}

/** Field 22 of /proc/PID/stat; the program's name before it may have spaces and brackets. */
function startedTickOf(pid: number): string | undefined {
  try {
    const record = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return record.slice(record.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}

function ownerNamedBy(name: string): Owner | undefined {
  const [, pidNamespace, pid, startedTick] = name.match(new RegExp(`^${PREFIX}-(\\d+)-(\\d+)-(\\d+)-`)) ?? [];
  if (!pidNamespace || !pid || !startedTick) return undefined;
  return { pidNamespace, pid: Number(pid), startedTick };
}

async function isOurs(folder: string): Promise<boolean> {
  const found = await lstat(folder).catch(() => undefined);
  return found !== undefined && found.isDirectory() && found.uid === process.geteuid?.();
}

function isGone(owner: Owner): boolean {
  return owner.pidNamespace === pidNamespace() && startedTickOf(owner.pid) !== owner.startedTick;
}

async function removeLeftover(folder: string): Promise<void> {
  signalAll(await programsIn(folder), 'SIGQUIT');
  const deadline = Date.now() + LEFTOVER_STOP_MS;
  while ((await programsIn(folder)).length > 0 && Date.now() < deadline) await pause(20);
  signalAll(await programsIn(folder), 'SIGKILL');
  // Another process may be removing the same folder at the same time.
  await rm(folder, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
}

/** Every server has its folder as working directory. */
async function programsIn(folder: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const places = await Promise.all(pids.map((pid) => readlink(`/proc/${pid}/cwd`).catch(() => '')));
  return pids.filter((_, index) => `${places[index]}/`.startsWith(`${folder}/`));
}

function signalAll(pids: number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // It ended before the signal.
    }
  }
}

/** The last lines of a server's log: the only place with the reason why it did not start. */
export async function lastLines(logFile: string, count = 8): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-count).join('\n');
}

/** Embedded servers must never be mistaken for real ones, so they do not start in production. */
export function refuseProduction(nodeEnv: string, what: string): void {
  if (nodeEnv === 'production') {
    throw new Error(
      `${what} is not started with NODE_ENV=production. Set the address of a real server instead.`,
    );
  }
}
