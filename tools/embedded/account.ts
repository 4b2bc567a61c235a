import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { tmpdir } from 'node:os';

/** An account of this machine under which a server runs. */
export interface Account {
  uid: number;
  gid: number;
}

/** The ids that Linux distributions agree on, for a machine without an account of that name. */
const NOBODY: Account = { uid: 65_534, gid: 65_534 };

/** Whether this program runs as root; PostgreSQL refuses to run as root. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** The account under which servers run when the program is root. */
export async function nobody(): Promise<Account> {
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, , uid, gid] = accounts.match(/^nobody:.*$/m)?.[0].split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : NOBODY;
}

/**
 * The folder for temporary files. Root may have a private one that `nobody` cannot enter, so it is used only if every
 * account may enter all its parents.
 */
export async function temporaryRoot(): Promise<string> {
  const chosen = tmpdir();
  return !isRoot() || (await allMayEnter(chosen)) ? chosen : '/tmp';
}

async function allMayEnter(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  return dirname(folder) === folder || allMayEnter(dirname(folder));
}
