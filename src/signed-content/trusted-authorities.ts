import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Inject, Injectable } from '@nestjs/common';
import { ConfigurationFault } from '../config/read-settings';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { Log } from '../observability';

/**
 * The organisation in every certificate of the project's own test authority (`tools/test-authority`). In production the
 * program refuses to start with such a certificate, whatever file it is in.
 */
export const TEST_ONLY_ORGANISATION = 'TEST ONLY - certifies made-up people';

const SETTING = 'SIGNATURE_TRUSTED_CA_FILE';

const BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

const BORDER = /-----BEGIN CERTIFICATE-----/g;

type AuthoritySettings = Pick<Settings, 'NODE_ENV' | 'SIGNATURE_TRUSTED_CA_FILE'>;

/** The trusted certificates as DER, and why there are none, if so. */
interface AuthorityFile {
  readonly certificates: readonly Uint8Array[];
  readonly noneBecause?: 'unset' | 'missing';
}

function fault(says: string): ConfigurationFault {
  return new ConfigurationFault([{ name: SETTING, problem: says }]);
}

/** `undefined` when there is no such file. */
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
  // A block without an end, or with other characters in it, would be skipped silently.
  const isWhole = blocks.length > 0 && blocks.length === pem.match(BORDER)?.length;
  if (!isWhole) throw fault('must name a file of certificates as PEM');
  return blocks.map(parsed);
}

/**
 * Reads the trusted authorities. Without the setting nobody is trusted, which is safe. A file that cannot be parsed stops
 * the start, and in production so does a missing file: every signature would be refused as not trusted. Elsewhere a
 * missing file is reported only, because `npm run sign` may create it later.
 */
export function readTrustedAuthorities(settings: AuthoritySettings): AuthorityFile {
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

/** The certificate authorities whose signatures count, read once at start. */
@Injectable()
export class TrustedAuthorities {
  /** As DER. */
  readonly certificates: readonly Uint8Array[];

  constructor(@Inject(SETTINGS) settings: AuthoritySettings, log: Log) {
    const { certificates, noneBecause } = readTrustedAuthorities(settings);
    if (noneBecause !== undefined)
      log.warn('no authority is trusted, every signature will be refused: set SIGNATURE_TRUSTED_CA_FILE', {
        why: noneBecause,
      });
    this.certificates = certificates;
  }
}
