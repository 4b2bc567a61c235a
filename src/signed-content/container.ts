import { Refusal } from '../domain/refusal';
import { GeneralizedTime, UTCTime, ObjectIdentifier, OctetString, fromBER } from 'asn1js';
import { type SignerInfo, Certificate as ParsedCertificate, ContentInfo, SignedData } from 'pkijs';
import { Certificate } from './certificate';

/** A real container has some hundred values and a dozen levels; these bounds are for hostile ones. */
export const BOUNDS = { maxDepth: 40, maxNodes: 10_000, maxContentLength: 4 * 1024 * 1024 };

const CONSTRUCTED = 0x20;

/** Five bits of the first byte; all of them set mean that the tag continues. */
const TAG_NUMBER = 0x1f;

const OPEN = 0x80;

/** Four bytes of length express 4 GiB, more than any request may have. */
const LONGEST_LENGTH = 4;

/** A value that is not closed yet: where it ends, or (`isOpen`) that two zeros will end it. */
interface Level {
  readonly end: number;
  readonly isOpen: boolean;
}

interface Header {
  readonly isConstructed: boolean;
  readonly isOpen: boolean;
  readonly isEnd: boolean;
  readonly from: number;
  readonly length: number;
}

const malformed = (): Refusal => new Refusal('signature_container_malformed');

/** Throws when the byte is missing. */
function byteAt(bytes: Uint8Array, place: number): number {
  const byte = bytes[place];
  if (byte === undefined) throw malformed();
  return byte;
}

function headerAt(bytes: Uint8Array, at: number): Header {
  const tag = byteAt(bytes, at);
  const first = byteAt(bytes, at + 1);
  const isConstructed = (tag & CONSTRUCTED) !== 0;
  const isOpen = first === OPEN;
  const lengthBytes = first > OPEN ? first - OPEN : 0;
  const isUnusual =
    (tag & TAG_NUMBER) === TAG_NUMBER || lengthBytes > LONGEST_LENGTH || (isOpen && !isConstructed);
  if (isUnusual) throw malformed();
  let length = first < OPEN ? first : 0;
  for (let place = 0; place < lengthBytes; place += 1) length = length * 256 + byteAt(bytes, at + 2 + place);
  return { isConstructed, isOpen, isEnd: tag === 0, from: at + 2 + lengthBytes, length };
}

/** Closes the levels that end here. Levels of open length end with their zeros; the outermost level is the file. */
function closeEnded(levels: Level[], at: number): void {
  let top = levels.at(-1);
  while (levels.length > 1 && top?.isOpen === false && top.end === at) {
    levels.pop();
    top = levels.at(-1);
  }
}

function enter(levels: Level[], { from, length, isOpen }: Header): void {
  const around = levels.at(-1);
  const limit = around?.end ?? Infinity;
  if (levels.length >= BOUNDS.maxDepth || from + length > limit) throw malformed();
  levels.push({ end: isOpen ? limit : from + length, isOpen });
}

/** Enters the value at this place, skips it, or leaves the open one that ends here; returns the next place. */
function step(bytes: Uint8Array, levels: Level[], at: number): number {
  const header = headerAt(bytes, at);
  if (header.isEnd) {
    const ended = levels.pop();
    if (ended?.isOpen !== true || header.length > 0 || header.from > ended.end) throw malformed();
    return header.from;
  }
  enter(levels, header);
  if (header.isConstructed) return header.from;
  levels.pop();
  return header.from + header.length;
}

/**
 * Throws `signature_container_malformed` unless all lengths fit into each other to the byte. One pass, without recursion
 * or copies. The parser accepts lengths that do not fit, and then different readers could see different values in the same
 * bytes.
 */
export function refuseMalformedLengths(bytes: Uint8Array): void {
  const levels: Level[] = [{ end: bytes.length, isOpen: false }];
  let [at, values] = [0, 0];
  do {
    values += 1;
    if (values > BOUNDS.maxNodes) throw malformed();
    at = step(bytes, levels, at);
    closeEnded(levels, at);
  } while (levels.length > 1);
  if (at !== bytes.length) throw malformed();
}

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
