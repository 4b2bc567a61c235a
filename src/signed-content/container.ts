import { GeneralizedTime, UTCTime, ObjectIdentifier, OctetString, fromBER } from 'asn1js';
import { type SignerInfo, Certificate as ParsedCertificate, ContentInfo, SignedData } from 'pkijs';
import { Refusal } from '../domain/refusal';
import { Certificate } from './certificate';
import { BOUNDS, refuseMalformedLengths } from './ber-lengths.rules';

/** Two-digit years: RFC 5280 puts 50 and above into the last century. */
const FIRST_YEAR_OF_LAST_CENTURY = 50;

const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

function withWholeYear(text: string): string {
  return `${Number(text.slice(0, 2)) < FIRST_YEAR_OF_LAST_CENTURY ? '20' : '19'}${text}`;
}

/**
 * The moment of an ASN.1 time, or `undefined`. Only the forms of RFC 5652 are accepted, in whole seconds of UTC: a time
 * without a zone would mean something else on each machine.
 */
export function readTime(time: unknown): Date | undefined {
  if (!(time instanceof UTCTime) && !(time instanceof GeneralizedTime)) return undefined;
  const text = Buffer.from(time.valueBlock.valueHexView).toString('latin1');
  const parts = TIME.exec(time instanceof GeneralizedTime ? text : withWholeYear(text));
  if (parts === null) return undefined;
  const iso = `${parts.slice(1, 4).join('-')}T${parts.slice(4).join(':')}.000Z`;
  const moment = new Date(iso);
  // Some engines turn 30 February into a day of March instead of refusing it.
  return Number.isNaN(moment.getTime()) || moment.toISOString() !== iso ? undefined : moment;
}

/** Attributes by object identifier, from RFC 5652 and RFC 5035. */
const ATTRIBUTES = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
} as const;

/** The attributes that the signature protects. */
export interface SignedAttributes {
  /** The signed bytes: encoded as a SET, where the container uses a tag of its own. */
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly messageDigest: Buffer;
  readonly signedAt: Date;
  /** Unparsed; which certificate the signature must be verified with. */
  readonly signingCertificate: unknown;
  readonly signingCertificateV2: unknown;
}

const malformed = (): Refusal => new Refusal('signature_container_malformed');

/** The value of an attribute. It must not occur twice: readers could disagree on which one counts. */
function single({ signedAttrs }: SignerInfo, name: keyof typeof ATTRIBUTES): unknown {
  const found = signedAttrs?.attributes.filter(({ type }) => type === ATTRIBUTES[name]) ?? [];
  const values: unknown[] = found.flatMap((attribute) => attribute.values as unknown[]);
  if (found.length > 1 || (found.length === 1 && values.length !== 1)) throw malformed();
  return values[0];
}

/** Reads the attributes. Only a signed time counts: anyone could change an unsigned one on the way. */
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

/** Object identifiers of RFC 5652. */
const SIGNED_DATA = '1.2.840.113549.1.7.2';

export const PLAIN_DATA = '1.2.840.113549.1.7.1';

/** A signer with their authorities is three certificates. */
const MOST_CERTIFICATES = 16;

/** A parsed container; nothing in it is verified yet. */
export interface Container {
  readonly content: Buffer;
  readonly signature: SignerInfo;
  readonly certificates: readonly Certificate[];
}

function signedDataOf(bytes: Uint8Array): SignedData {
  refuseMalformedLengths(bytes);
  const { offset, result } = fromBER(bytes, { ...BOUNDS, parseEmbedded: false });
  if (offset !== bytes.length) throw new Refusal('signature_container_malformed');
  const outer = new ContentInfo({ schema: result });
  if (outer.contentType !== SIGNED_DATA) throw new Refusal('signature_container_malformed');
  return new SignedData({ schema: outer.content as object });
}

function certificatesOf({ certificates = [] }: SignedData): readonly Certificate[] {
  if (certificates.length > MOST_CERTIFICATES) throw new Refusal('signature_container_malformed');
  return certificates
    .filter((each) => each instanceof ParsedCertificate)
    .map((each) => new Certificate(each));
}

function parse(bytes: Uint8Array): Container {
  const data = signedDataOf(bytes);
  const { encapContentInfo, signerInfos } = data;
  const [signature, ...further] = signerInfos;
  if (signature === undefined) throw new Refusal('signature_missing');
  if (further.length > 0) throw new Refusal('signature_not_single');
  if (encapContentInfo.eContentType !== PLAIN_DATA) throw new Refusal('signature_container_malformed');
  if (encapContentInfo.eContent === undefined) throw new Refusal('signature_content_detached');
  const content = Buffer.from(encapContentInfo.eContent.getValue());
  return { content, signature, certificates: certificatesOf(data) };
}

/**
 * Parses a container within bounded time and memory. Throws a `Refusal` for everything malformed: errors of the packages
 * may quote the bytes, so they are replaced.
 */
export function parseContainer(bytes: Uint8Array): Container {
  try {
    return parse(bytes);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal('signature_container_malformed');
  }
}
