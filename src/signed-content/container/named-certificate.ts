import { createHash } from 'node:crypto';
import { BaseBlock, ObjectIdentifier, OctetString } from 'asn1js';
import { Refusal } from '../../domain/refusal';
import { digestNamed, digestOf } from '../algorithm/verify-signature';
import type { Certificate } from '../certificate/certificate';
import type { SignedAttributes } from './signed-attributes';

/** The parts of a constructed value; nothing when it is no such value. */
function partsOf(value: unknown): readonly unknown[] {
  const parts: unknown = value instanceof BaseBlock ? Reflect.get(value.valueBlock, 'value') : undefined;
  return Array.isArray(parts) ? parts : [];
}

/** The list of certificates stands first in both attributes, and the signer's own first in the list. */
const firstNamed = (attribute: unknown): readonly unknown[] => partsOf(partsOf(partsOf(attribute)[0])[0]);

function hasDigest(certificate: Certificate, named: readonly unknown[]): boolean {
  const [first, second] = named;
  const isTold = !(first instanceof OctetString);
  const algorithm = isTold ? partsOf(first)[0] : undefined;
  const value = isTold ? second : first;
  if (!(value instanceof OctetString)) throw new Refusal('signature_container_malformed');
  // RFC 5035: SHA-256 unless another one is named.
  const digest = algorithm instanceof ObjectIdentifier ? digestNamed(algorithm.getValue()) : 'sha256';
  return digestOf(certificate.der, digest).equals(Buffer.from(value.getValue()));
}

/**
 * CAdES has the signature name its certificate by digest, so that another certificate of the same key cannot be put
 * in its place. The first edition of the attribute knows only SHA-1; it adds a check and takes none away.
 */
export function refuseOtherCertificate(certificate: Certificate, attributes: SignedAttributes): void {
  const { signingCertificate, signingCertificateV2 } = attributes;
  if (signingCertificateV2 !== undefined && !hasDigest(certificate, firstNamed(signingCertificateV2))) {
    throw new Refusal('signature_wrong');
  }
  if (signingCertificate === undefined) return;
  const [value] = firstNamed(signingCertificate);
  const digest = createHash('sha1').update(certificate.der).digest();
  const isSame = value instanceof OctetString && digest.equals(Buffer.from(value.getValue()));
  if (!isSame) throw new Refusal('signature_wrong');
}
