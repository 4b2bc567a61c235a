import { ObjectIdentifier, OctetString } from 'asn1js';
import type { SignerInfo } from 'pkijs';
import { Refusal } from '../../domain/refusal';
import { readTime } from './read-time';

/** Attributes by object identifier, from RFC 5652 and RFC 5035. */
const ATTRIBUTES = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

/** What the signature protects, besides itself. */
export interface SignedAttributes {
  /** The bytes that are signed: a SET, where the container has a tag of its own. */
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly messageDigest: Buffer;
  readonly signedAt: Date;
  /** Each as it stands; by which certificate the signature wants to be checked. */
  readonly signingCertificate: unknown;
  readonly signingCertificateV2: unknown;
}

const malformed = (): Refusal => new Refusal('signature_container_malformed');

/** The value of an attribute; it must not stand there twice, or each reader would take another one. */
function single({ signedAttrs }: SignerInfo, name: keyof typeof ATTRIBUTES): unknown {
  const found = signedAttrs?.attributes.filter(({ type }) => type === ATTRIBUTES[name]) ?? [];
  const values: unknown[] = found.flatMap((attribute) => attribute.values as unknown[]);
  if (found.length > 1 || (found.length === 1 && values.length !== 1)) throw malformed();
  return values[0];
}

/** Reads the attributes. Only a time that is signed counts: the others can be written by anybody on the way. */
export function readSignedAttributes(signature: SignerInfo): SignedAttributes {
  const time = single(signature, 'signingTime');
  if (signature.signedAttrs === undefined || time === undefined) throw new Refusal('signature_time_missing');
  const [contentType, messageDigest] = [single(signature, 'contentType'), single(signature, 'messageDigest')];
  const signedAt = readTime(time);
  const isWhole = contentType instanceof ObjectIdentifier && messageDigest instanceof OctetString;
  if (!isWhole || signedAt === undefined) throw malformed();
  return {
    bytes: Buffer.from(signature.signedAttrs.encodedValue),
    contentType: contentType.getValue(),
    messageDigest: Buffer.from(messageDigest.getValue()),
    signedAt,
    signingCertificate: single(signature, 'signingCertificate'),
    signingCertificateV2: single(signature, 'signingCertificateV2'),
  };
}
