import { AlgorithmIdentifier } from 'pkijs';
import { Refusal } from '../domain/refusal';
import { BerReader, malformed, TAG, type Value } from './ber-reader';
import { momentOf, parseContainer, type Container } from './container';
import { type Digest, digestNamed, digestOf } from './signature-algorithm';

/** The type of the content of a token, from RFC 3161. */
const TIME_STAMP_CONTENT = '1.2.840.113549.1.9.16.1.4';

/** Tokens have one to two kilobytes, or four with certificates. */
const LONGEST_TOKEN_BYTES = 16 * 1024;

const VERSION = 1;

/** Fractions of seconds are allowed here. They are dropped: no rule of ours asks for more than seconds. */
const TIME = /^(\d{14})(?:\.\d{0,8}[1-9])?Z$/;

interface Imprint {
  readonly algorithm: Digest;
  readonly digest: Uint8Array;
}

/** A token of RFC 3161. Its own signature is not verified yet. */
export interface TimeStamp {
  readonly token: Container;
  /** When the stamped bytes existed at the latest. */
  readonly madeAt: Date;
  /** Of the stamped bytes. */
  readonly imprint: Imprint;
}

const textOf = ({ content }: Value): string => Buffer.from(content).toString('latin1');

function readImprint(reader: BerReader, imprint: Value): Imprint {
  const parts = reader.parts(imprint);
  const { algorithmId } = new AlgorithmIdentifier({ schema: reader.parse(parts.required(TAG.sequence)) });
  const digest = parts.required(TAG.octetString).content;
  parts.end();
  return { algorithm: digestNamed(algorithmId), digest };
}

/** Whether these are the bytes that were stamped. */
export function isStampOn({ imprint }: TimeStamp, bytes: Uint8Array): boolean {
  return digestOf(bytes, imprint.algorithm).equals(imprint.digest);
}

/** A critical extension may change what the token means, and none is known. */
function refuseCriticalExtension(reader: BerReader, extensions: Value): void {
  for (const extension of reader.parts(extensions).values) {
    const [, critical] = reader.parts(extension).values;
    if (critical?.tag === TAG.boolean && critical.content.some((byte) => byte !== 0)) throw malformed();
  }
}

function readInfo(info: Uint8Array): Omit<TimeStamp, 'token'> {
  const reader = new BerReader();
  const parts = reader.parts(reader.whole(info, TAG.sequence));
  const version = parts.required(TAG.integer).content;
  parts.required(TAG.objectIdentifier);
  const imprint = readImprint(reader, parts.required(TAG.sequence));
  parts.required(TAG.integer);
  const [, seconds = ''] = TIME.exec(textOf(parts.required(TAG.generalizedTime))) ?? [];
  // Accuracy, ordering, nonce and name of the authority.
  for (const tag of [TAG.sequence, TAG.boolean, TAG.integer, TAG.around0]) parts.optional(tag);
  const extensions = parts.optional(TAG.around1);
  parts.end();
  if (extensions !== undefined) refuseCriticalExtension(reader, extensions);
  const madeAt = momentOf(`${seconds}Z`);
  if (version.length !== 1 || version[0] !== VERSION || madeAt === undefined) throw malformed();
  return { madeAt, imprint };
}

/** Reads a token. Throws `time_stamp_wrong` for everything malformed. */
export function readTimeStamp(token: Uint8Array): TimeStamp {
  try {
    if (token.length > LONGEST_TOKEN_BYTES) throw malformed();
    const container = parseContainer(token, TIME_STAMP_CONTENT);
    return { token: container, ...readInfo(container.content) };
  } catch {
    // Errors of the packages may quote the bytes.
    throw new Refusal('time_stamp_wrong');
  }
}
