import { chmod, lstat, mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { temporaryRoot } from './account';

const PREFIX = 'person-verification-server';
/** A server told to stop at once needs a fraction of this; afterwards it is killed. */
const LEFTOVER_STOP_MS = 5_000;

/** Who started a server: a number alone is soon given to another program, with its start it is not. */
interface Owner {
  pidNamespace: string;
  pid: number;
  startedTick: string;
}

/**
 * A fresh folder for one server, or for what else a command keeps while it runs. Its name says who owns it, so that
 * the next start can tell a leftover from the folder of a copy that runs beside this one.
 */
export async function createOwnFolder(): Promise<string> {
  const { pidNamespace, pid, startedTick } = self();
  const name = [PREFIX, pidNamespace, pid, startedTick, ''].join('-');
  const folder = await mkdtemp(join(await temporaryRoot(), name));
  await chmod(folder, 0o711);
  return folder;
}

/** Ends servers and removes folders whose owner is gone. Folders of other accounts are not ours to judge. */
export async function sweepLeftovers(): Promise<void> {
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

/** Programs in containers may share a folder for temporary files, but not their numbers. */
function pidNamespace(): string {
  return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
}

/** Field 22 of the kernel's record; the program's name before it may itself hold spaces and brackets. */
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
  // Another copy may be sweeping the same folder: what it has already removed is no fault.
  await rm(folder, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
}

/** Every server works inside its folder, and the kernel tells where a program works. */
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
      // It ended between the look and the signal.
    }
  }
}

/** The last lines of a server's own log: the only place where it says why it did not start. */
export async function lastLines(logFile: string, count = 8): Promise<string> {
  const text = await readFile(logFile, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
