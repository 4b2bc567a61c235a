import { gunzipSync, inflateSync } from 'node:zlib';
import { AnswerRefused, unreadable } from './answer-refused';

/** A parsed content type; names are in small letters. */
export interface MediaType {
  readonly essence: string;
  readonly parameters: ReadonlyMap<string, string>;
}

const PARAMETER = /;\s*([^\s=;]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s;"]*))/g;

/** Content types of an envelope. The version in the type need not match the version inside. */
const ENVELOPE_TYPES: ReadonlySet<string> = new Set(['text/xml', 'application/soap+xml']);

let lastHeader = '';

let lastType: MediaType = { essence: '', parameters: new Map() };

/** Parses `text/xml; charset="utf-8"`; a missing header gives an essence that nothing accepts. */
export function parseMediaType(header: string | undefined): MediaType {
  const text = header ?? '';
  // A register sends the same one every time.
  if (text !== lastHeader) {
    lastType = parseParts(text);
    lastHeader = text;
  }
  return lastType;
}

function parseParts(text: string): MediaType {
  const end = text.indexOf(';');
  const essence = (end < 0 ? text : text.slice(0, end)).trim().toLowerCase();
  const parameters = new Map<string, string>();
  if (end >= 0) {
    for (const [, name = '', quoted, plain] of text.slice(end).matchAll(PARAMETER)) {
      const key = name.toLowerCase();
      if (!parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '');
    }
  }
  return { essence, parameters };
}

/** True for an envelope alone, without multipart. */
export function isEnvelopeType(essence: string): boolean {
  return ENVELOPE_TYPES.has(essence);
}

/** True for everything that may hold an envelope. */
export function mayHoldEnvelope(essence: string): boolean {
  return ENVELOPE_TYPES.has(essence) || essence === 'multipart/related';
}

/** Refuses every declared charset except UTF-8 (`utf-8` or `utf8`). */
export function mustBeUtf8(charset: string | undefined): void {
  if (charset !== undefined && !/^utf-?8$/i.test(charset.trim())) throw unreadable('charset');
}

/** Registers send two parts at most; the loop must end on a body made of boundaries. */
const MOST_PARTS = 10;

const HEADERS_END = '\r\n\r\n';

/** Transfer encodings that leave the bytes as they are. */
const PLAIN_TRANSFER = /^(?:7bit|8bit|binary)$/i;

interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

/** Finds the part that holds the envelope: the one named by `start`, else the first. */
export function rootPart(body: Buffer, type: MediaType): Buffer {
  const boundary = type.parameters.get('boundary');
  if (boundary === undefined || boundary === '' || boundary.length > 70) throw unreadable('multipart');
  const parts = readParts(body, boundary);
  const start = type.parameters.get('start');
  const root = start === undefined ? parts[0] : onlyPartNamed(parts, start);
  if (root === undefined) throw unreadable('multipart');
  mustHoldEnvelope(root);
  return root.bytes;
}

function onlyPartNamed(parts: readonly Part[], contentId: string): Part | undefined {
  const named = parts.filter((part) => part.headers.get('content-id') === contentId);
  return named.length === 1 ? named[0] : undefined;
}

function mustHoldEnvelope({ headers }: Part): void {
  const type = parseMediaType(headers.get('content-type'));
  if (!isEnvelopeType(type.essence) && type.essence !== 'application/xop+xml')
    throw unreadable('content_type');
  mustBeUtf8(type.parameters.get('charset'));
  if (!PLAIN_TRANSFER.test(headers.get('content-transfer-encoding') ?? '8bit')) throw unreadable('multipart');
}

/** The closing delimiter is required: without it the body may have been cut off. */
function readParts(body: Buffer, boundary: string): Part[] {
  const delimiter = `\r\n--${boundary}`;
  const parts: Part[] = [];
  let at = body.indexOf(`--${boundary}`);
  if (at > 0) at = body.indexOf(delimiter);
  let from = at < 0 ? -1 : at + boundary.length + (at === 0 ? 2 : 4);
  while (from >= 0 && body.toString('latin1', from, from + 2) !== '--') {
    const end = body.indexOf(delimiter, from);
    if (end < 0 || parts.length === MOST_PARTS) throw unreadable('multipart');
    parts.push(readPart(body.subarray(from, end)));
    from = end + delimiter.length;
  }
  return parts;
}

/** `bytes` starts right after the delimiter, so even a part without headers has the blank line. */
function readPart(bytes: Buffer): Part {
  const end = bytes.indexOf(HEADERS_END);
  if (end < 0) throw unreadable('multipart');
  const headers = new Map<string, string>();
  for (const line of bytes.toString('latin1', 0, end).split('\r\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, bytes: bytes.subarray(end + HEADERS_END.length) };
}

/** An answer as received: the HTTP headers that matter, and the bytes. */
export interface ReceivedBody {
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly bytes: Buffer;
}

/** Strict: one broken byte makes every other byte doubtful. A byte order mark at the start is dropped. */
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

/** Some proxies compress although we ask for plain bytes. The size limit holds for the decompressed bytes. */
function decompress(bytes: Buffer, encoding: string | undefined, maxBytes: number): Buffer {
  if (bytes.length > maxBytes) throw new AnswerRefused('too_large', 'size');
  const name = encoding?.trim().toLowerCase() ?? '';
  if (name === '' || name === 'identity') return bytes;
  if (!isExpandable(name)) throw unreadable('content_encoding');
  try {
    return EXPANDERS[name](bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    throw exceedsLimit(error) ? new AnswerRefused('too_large', 'size') : unreadable('compression');
  }
}

function isExpandable(name: string): name is keyof typeof EXPANDERS {
  return Object.hasOwn(EXPANDERS, name);
}

function exceedsLimit(error: unknown): boolean {
  return error instanceof RangeError && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}
