import { gunzipSync, inflateSync } from 'node:zlib';
import { AnswerRefused, unreadable } from './answer-refused';
import { isEnvelopeType, mayHoldEnvelope, mustBeUtf8, parseMediaType } from './media-type';
import { rootPart } from './multipart';

/** An answer as it came: the words of HTTP that matter, and the bytes. */
export interface ReceivedBody {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly bytes: Buffer;
}

/** Not lenient: one broken byte means that every other byte is in doubt. A mark at the start is dropped. */
const UTF8 = new TextDecoder('utf-8', { fatal: true });

/** Finds the envelope's text in the bytes of an answer, or refuses. */
export function decodeBody({ contentType, contentEncoding, bytes }: ReceivedBody, maxBytes: number): string {
  const type = parseMediaType(contentType);
  if (!mayHoldEnvelope(type.essence)) throw unreadable('content_type');
  mustBeUtf8(type.parameters.get('charset'));
  const plain = decompress(bytes, contentEncoding, maxBytes);
  return decodeUtf8(isEnvelopeType(type.essence) ? plain : rootPart(plain, type));
}

function decodeUtf8(bytes: Buffer): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw unreadable('not_utf8');
  }
}

const EXPANDERS = { gzip: gunzipSync, 'x-gzip': gunzipSync, deflate: inflateSync } as const;

/** Asked for plain bytes, some proxies compress all the same. The cap holds for what comes out. */
function decompress(bytes: Buffer, encoding: string | undefined, maxBytes: number): Buffer {
  if (bytes.length > maxBytes) throw new AnswerRefused('too_large', 'size');
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return bytes;
  if (!isExpandable(name)) throw unreadable('content_encoding');
  try {
    return EXPANDERS[name](bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    throw isOverCap(error) ? new AnswerRefused('too_large', 'size') : unreadable('compression');
  }
}

function isExpandable(name: string): name is keyof typeof EXPANDERS {
  return Object.hasOwn(EXPANDERS, name);
}

function isOverCap(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
