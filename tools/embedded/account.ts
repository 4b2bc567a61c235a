import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { tmpdir } from 'node:os';

/** An account of this machine under which a server runs. */
export interface Account {
  uid: number;
  gid: number;
}

/** The numbers Linux distributions agree on, for a machine whose list of accounts has no such name. */
const NOBODY: Account = { uid: 65_534, gid: 65_534 };

/** Whether this program runs as root; PostgreSQL then refuses to start under the same account. */
export function isRoot(): boolean {
  return process.geteuid?.() === 0;
}

/** The account that owns nothing, under which servers run when the program itself is root. */
export async function nobody(): Promise<Account> {
  const accounts = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, , uid, gid] = accounts.match(/^nobody:.*$/m)?.[0].split(':') ?? [];
  return uid && gid ? { uid: Number(uid), gid: Number(gid) } : NOBODY;
}

/**
 * The folder for temporary files. Root may have a private one, which `nobody` cannot enter,
 * so it is taken only when every folder above it may be entered by all.
 */
export async function temporaryRoot(): Promise<string> {
  const chosen = tmpdir();
  return !isRoot() || (await everybodyMayEnter(chosen)) ? chosen : '/tmp';
}

async function everybodyMayEnter(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  return dirname(folder) === folder || everybodyMayEnter(dirname(folder));
}
