import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Inject, Injectable } from '@nestjs/common';
import { ConfigurationFault } from '../config/read-settings';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { Log } from '../observability';
import { readCertificate } from './certificate';
import { isKnownSignature } from './signature-algorithm';

/**
 * The organisation in every certificate of the project's own test authority (`tools/test-authority`). In production the
 * program refuses to start with such a certificate, whatever file it is in.
 */
export const TEST_ONLY_ORGANISATION = 'TEST ONLY - certifies made-up people';

const SETTING = 'SIGNATURE_TRUSTED_CA_FILE';

const BLOCK = /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g;

const BORDER = /-----BEGIN CERTIFICATE-----/g;

type AuthoritySettings = Pick<Settings, 'NODE_ENV' | 'SIGNATURE_TRUSTED_CA_FILE'> &
  Partial<Pick<Settings, 'SIGNATURE_REQUIRE_QUALIFIED'>>;

/** Whose signatures count. */
export interface Trust {
  /** Of the trusted authorities, as DER. */
  readonly certificates: readonly Uint8Array[];
  /** Whether the certificates of signers must be qualified. */
  readonly mustBeQualified: boolean;
}

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
    const der = Buffer.from(base64, 'base64');
    // Threads read it this way; what they cannot read must stop the start instead.
    readCertificate(der);
    return new X509Certificate(der);
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

/**
 * Why the signature on an authority's certificate cannot be relied on, if so. That of an authority issued by another one
 * is verified when a chain passes through both; here only its algorithm is looked up.
 */
function faultOfAuthority(der: Uint8Array): 'algorithm' | 'wrong' | undefined {
  const certificate = readCertificate(der);
  const isOwn = certificate.issuer === certificate.subject;
  try {
    if (isOwn) return certificate.isSignedBy(certificate) ? undefined : 'wrong';
    return isKnownSignature(certificate.parsed.signatureAlgorithm) ? undefined : 'algorithm';
  } catch {
    return 'algorithm';
  }
}

/**
 * The certificate authorities whose signatures count, read once at start. The file also holds certificates of time-stamp
 * authorities; a chain never passes through those, because they are not marked as authorities.
 */
@Injectable()
export class TrustedAuthorities implements Trust {
  readonly certificates: readonly Uint8Array[];
  readonly mustBeQualified: boolean;

  constructor(@Inject(SETTINGS) settings: AuthoritySettings, log: Log) {
    const { certificates, noneBecause } = readTrustedAuthorities(settings);
    if (noneBecause !== undefined)
      log.warn('no authority is trusted, every signature will be refused: set SIGNATURE_TRUSTED_CA_FILE', {
        why: noneBecause,
      });
    this.certificates = certificates;
    this.mustBeQualified = settings.SIGNATURE_REQUIRE_QUALIFIED ?? settings.NODE_ENV === 'production';
    const hasTimeStamps = certificates.some((der) => readCertificate(der).isForTimeStamps);
    if (settings.NODE_ENV === 'production' && certificates.length > 0 && !hasTimeStamps)
      log.warn(
        'no time-stamp authority is trusted, signatures with national time-stamps will be refused: add their certificates to SIGNATURE_TRUSTED_CA_FILE',
      );
    for (const der of certificates) {
      const why = faultOfAuthority(der);
      if (why === undefined) continue;
      log.warn(
        'the signature of a trusted authority cannot be verified, its signers may be refused: replace it in SIGNATURE_TRUSTED_CA_FILE',
        { why, certificate_serial: readCertificate(der).serial },
      );
    }
  }
}
