import { Certificate as ParsedCertificate } from 'pkijs';
import { Certificate } from './certificate';

/** A certificate from its DER; throws when it is none. */
export function readCertificate(der: Uint8Array): Certificate {
  return new Certificate(ParsedCertificate.fromBER(new Uint8Array(der)));
}
