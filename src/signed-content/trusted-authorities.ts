import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { ConfigurationFault } from '../config/configuration-fault';
import type { Settings } from '../config/env';
import { TEST_ONLY_ORGANISATION } from './test-only-mark';

const SETTING = 'SIGNATURE_TRUSTED_CA_FILE';
const BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;
const BORDER = /-----BEGIN CERTIFICATE-----/g;

/** The certificates whose holders are believed, as DER; and why there are none, if so. */
export interface TrustedAuthorities {
  readonly certificates: readonly Uint8Array[];
  readonly noneBecause?: 'unset' | 'missing';
}

function fault(says: string): ConfigurationFault {
  return new ConfigurationFault([{ name: SETTING, says }]);
}

/** Nothing when there is no such file. */
function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault('names a file that cannot be read');
  }
}

function parsed(base64: string): X509Certificate {
  try {
    return new X509Certificate(Buffer.from(base64, 'base64'));
  } catch {
    throw fault('must name a file of certificates as PEM; one of them cannot be read');
  }
}

function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = [...pem.matchAll(BLOCK)].map(([, base64 = '']) => base64);
  // A block that begins and does not end, or has other signs in it, would be left out without a word.
  const isWhole = blocks.length > 0 && blocks.length === pem.match(BORDER)?.length;
  if (!isWhole) throw fault('must name a file of certificates as PEM');
  return blocks.map(parsed);
}

/**
 * Reads the authorities whose signatures count, once, at start. Without a file nobody is trusted, which is safe; a
 * file that cannot be understood stops the program, because somebody meant something by it. So does, in production, one
 * that is not there: everybody would be told that his certificate is not trusted. Elsewhere it may be made later.
 */
export function readTrustedAuthorities(
  settings: Pick<Settings, 'NODE_ENV' | 'SIGNATURE_TRUSTED_CA_FILE'>,
): TrustedAuthorities {
  const { SIGNATURE_TRUSTED_CA_FILE: path, NODE_ENV } = settings;
  if (path === undefined) return { certificates: [], noneBecause: 'unset' };
  const pem = contentOf(path);
  if (pem === undefined) {
    if (NODE_ENV === 'production') throw fault('names a file that is not there');
    return { certificates: [], noneBecause: 'missing' };
  }
  const certificates = certificatesIn(pem);
  const isForTests = ({ subject, issuer }: X509Certificate): boolean =>
    `${subject}\n${issuer}`.includes(TEST_ONLY_ORGANISATION);
  if (NODE_ENV === 'production' && certificates.some(isForTests)) {
    throw fault('trusts a test authority, which NODE_ENV=production forbids');
  }
  return { certificates: certificates.map(({ raw }) => new Uint8Array(raw)) };
}
