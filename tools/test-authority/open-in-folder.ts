import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Certificate } from 'pkijs';
import { refuseProduction } from './refuse-production';
import { signingKey } from './signing-key';
import { makeRoot, pemOf, ROOT_KINDS, type RootKind, TestAuthority } from './test-authority';
import type { Certified } from './write-certificate';

/** Names of the files. The first is what SIGNATURE_TRUSTED_CA_FILE of a local installation points to. */
const TRUSTED = 'ca.pem';
const KEYS = 'TEST-ONLY-keys.json';

/** Who can read a key can sign as anybody, even if only here. */
const OWNER_ONLY = { mode: 0o600 };

interface KeptRoot {
  readonly kind: RootKind;
  readonly certificate: string;
  readonly privateKey: string;
}

function write(folder: string): void {
  mkdirSync(dirname(folder), { recursive: true });
  const beside = mkdtempSync(`${folder}.new-`);
  const roots = ROOT_KINDS.map(makeRoot);
  const kept = roots.map((root) => {
    return { kind: root.key.kind, certificate: pemOf(root), privateKey: root.key.kept };
  });
  writeFileSync(join(beside, TRUSTED), roots.map(pemOf).join(''));
  const warning = 'TEST ONLY: keys of made-up authorities. Never trust them anywhere else.';
  writeFileSync(
    join(beside, KEYS),
    `${JSON.stringify({ warning, roots: kept }, undefined, 2)}\n`,
    OWNER_ONLY,
  );
  try {
    renameSync(beside, folder);
  } catch (error) {
    rmSync(beside, { recursive: true });
    // Somebody else was quicker; both then use what he wrote.
    if (!existsSync(join(folder, KEYS))) throw error;
  }
}

function read(folder: string): Certified[] {
  const { roots } = JSON.parse(readFileSync(join(folder, KEYS), 'utf8')) as { roots: KeptRoot[] };
  return roots.map(({ kind, certificate, privateKey }) => {
    const base64 = certificate.replace(/-----[A-Z ]+-----/g, '');
    const parsed = Certificate.fromBER(Buffer.from(base64, 'base64'));
    return { certificate: parsed, key: signingKey(kind, privateKey) };
  });
}

/**
 * The authority kept in a folder, made there when it is not. It appears whole or not at all, so that a command and
 * a server that start together agree on it.
 */
export function openInFolder(path: string, { nodeEnv }: { readonly nodeEnv: string }): TestAuthority {
  refuseProduction(nodeEnv);
  const folder = resolve(path);
  if (!existsSync(join(folder, KEYS))) write(folder);
  return new TestAuthority(read(folder));
}

/** Where the certificates of an authority in that folder are. */
export const trustedFileIn = (path: string): string => join(resolve(path), TRUSTED);
