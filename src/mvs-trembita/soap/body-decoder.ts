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
function isEnvelopeType(essence: string): boolean {
  return ENVELOPE_TYPES.has(essence);
}

/** True for everything that may hold an envelope. */
export function mayHoldEnvelope(essence: string): boolean {
  return ENVELOPE_TYPES.has(essence) || essence === 'multipart/related';
}

/** Charsets whose texts are read as UTF-8. US-ASCII is a part of it, and what mail software declares by default. */
const CHARSETS = { utf8: 'utf-8', 'utf-8': 'utf-8', 'us-ascii': 'ascii', ascii: 'ascii' } as const;

type Charset = (typeof CHARSETS)[keyof typeof CHARSETS];

/** The declared charset, by default UTF-8. Refuses every other one. */
export function charsetOf(declared: string | undefined): Charset {
  const name = declared?.trim().toLowerCase() ?? 'utf-8';
  if (!Object.hasOwn(CHARSETS, name)) throw unreadable('charset');
  return CHARSETS[name as keyof typeof CHARSETS];
}

const NOT_ASCII = /[^\x00-\x7f]/;

/** Refuses characters that the declared charset does not have: then the declaration is wrong, and so may be the rest. */
export function mustFit(text: string, charset: Charset): void {
  if (charset === 'ascii' && NOT_ASCII.test(text)) throw unreadable('charset');
}

/** Registers send two parts at most; the loop must end on a body made of boundaries. */
const MOST_PARTS = 10;

interface Part {
  readonly headers: ReadonlyMap<string, string>;
  readonly bytes: Buffer;
}

/** The text of the part that holds the envelope: the one named by `start`, else the first. */
function rootPart(body: Buffer, type: MediaType): string {
  const boundary = type.parameters.get('boundary');
  if (boundary === undefined || boundary === '' || boundary.length > 70) throw unreadable('multipart');
  const parts = readParts(body, boundary);
  const start = type.parameters.get('start');
  const root = start === undefined ? parts[0] : onlyPartNamed(parts, start);
  if (root === undefined) throw unreadable('multipart');
  const { essence, parameters } = parseMediaType(root.headers.get('content-type'));
  if (!isEnvelopeType(essence) && essence !== 'application/xop+xml') throw unreadable('content_type');
  return decodeText(decodeTransfer(root), charsetOf(parameters.get('charset')));
}

function onlyPartNamed(parts: readonly Part[], contentId: string): Part | undefined {
  const wanted = withoutBrackets(contentId);
  const named = parts.filter((part) => withoutBrackets(part.headers.get('content-id') ?? '') === wanted);
  return named.length === 1 ? named[0] : undefined;
}

/** `<root>` and `root` are one id: RFC 2387 wants the brackets, and many leave them out. */
function withoutBrackets(contentId: string): string {
  return contentId.trim().replace(/^<(.*)>$/, '$1');
}

/** A line that separates parts: where it begins with the line break before it, and where the next line begins. */
interface DelimiterLine {
  readonly from: number;
  readonly to: number;
  readonly closes: boolean;
}

/** The rest of a delimiter line: the closing sign, or padding and the end of the line (RFC 2046, 5.1.1). */
const DELIMITER_REST = /^(?:(--)|[ \t]*\r?\n)/;

/** Longer padding is none; it bounds what is looked at for each delimiter. */
const MOST_PADDING = 100;

/** Lines end with CRLF or, from gateways that rewrite them, with a bare line feed. */
function* delimiterLines(body: Buffer, delimiter: string): Generator<DelimiterLine> {
  for (let at = body.indexOf(delimiter); at >= 0; at = body.indexOf(delimiter, at + 1)) {
    if (at > 0 && body[at - 1] !== LINE_FEED) continue;
    const end = at + delimiter.length;
    const rest = DELIMITER_REST.exec(body.toString('latin1', end, end + MOST_PADDING));
    if (rest === null) continue;
    const breakBytes = at === 0 ? 0 : body[at - 2] === CARRIAGE_RETURN ? 2 : 1;
    yield { from: at - breakBytes, to: end + rest[0].length, closes: rest[1] !== undefined };
  }
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** The closing delimiter is required: without it the body may have been cut off. */
function readParts(body: Buffer, boundary: string): Part[] {
  const parts: Part[] = [];
  let begun: number | undefined;
  for (const { from, to, closes } of delimiterLines(body, `--${boundary}`)) {
    if (begun !== undefined) parts.push(readPart(body.subarray(begun, Math.max(begun, from))));
    if (closes) return parts;
    if (parts.length === MOST_PARTS) break;
    begun = to;
  }
  throw unreadable('multipart');
}

/** The headers, if any, and the blank line behind them. */
const PART_HEAD = /^(?:\r?\n|([^]*?)\r?\n\r?\n)/;

/** A header goes on in the next line when that begins with white space (RFC 5322, 2.2.3). */
const FOLD = /\r?\n[ \t]+/g;

function readPart(bytes: Buffer): Part {
  const head = PART_HEAD.exec(bytes.toString('latin1'));
  if (head === null) throw unreadable('multipart');
  const headers = new Map<string, string>();
  for (const line of (head[1] ?? '').replace(FOLD, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return { headers, bytes: bytes.subarray(head[0].length) };
}

/** Undoes the transfer encoding of a part; refuses one that is broken or unknown. */
function decodeTransfer({ headers, bytes }: Part): Buffer {
  switch (headers.get('content-transfer-encoding')?.toLowerCase() ?? '8bit') {
    case '7bit':
    case '8bit':
    case 'binary':
      return bytes;
    case 'base64':
      return fromBase64(bytes.toString('latin1'));
    case 'quoted-printable':
      return fromQuotedPrintable(bytes.toString('latin1'));
    default:
      throw unreadable('multipart');
  }
}

/** Node skips what is no Base64, so that a broken text would become another one. */
function fromBase64(text: string): Buffer {
  const digits = text.replace(/\s+/g, '');
  if (digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) throw unreadable('multipart');
  return Buffer.from(digits, 'base64');
}

/** RFC 2045, 6.7. */
function fromQuotedPrintable(text: string): Buffer {
  const joined = text.replace(/=[ \t]*\r?\n/g, '');
  if (/=(?![0-9A-Fa-f]{2})/.test(joined)) throw unreadable('multipart');
  const plain = joined.replace(/=(..)/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 16)));
  return Buffer.from(plain, 'latin1');
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
  const charset = charsetOf(type.parameters.get('charset'));
  const plain = decompress(bytes, contentEncoding, maxBytes);
  return isEnvelopeType(type.essence) ? decodeText(plain, charset) : rootPart(plain, type);
}

function decodeText(bytes: Buffer, charset: Charset): string {
  let text: string;
  try {
    text = UTF8.decode(bytes);
  } catch {
    throw unreadable('not_utf8');
  }
  mustFit(text, charset);
  return text;
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
