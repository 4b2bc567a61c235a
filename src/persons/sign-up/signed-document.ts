import { Refusal } from '../../domain/refusal';

/** The signed container in the body of both calls. */
export interface EncodedContainer {
  readonly signed_content: string;
  readonly signed_content_encoding: string;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** Rows 2 and 3: decodes the container from base64 as RFC 4648 writes it, with padding and without line breaks. */
export function decodeContainer({ signed_content: text, signed_content_encoding }: EncodedContainer): Buffer {
  if (!BASE64.test(text)) throw new Refusal('signed_content_invalid');
  const bytes = Buffer.from(text, 'base64');
  // The decoder skips what it does not understand; the same text back proves that it understood everything.
  if (bytes.toString('base64') !== text) throw new Refusal('signed_content_invalid');
  if (signed_content_encoding !== 'base64') {
    const entry = '$.signed_content_encoding';
    throw new Refusal('validation_failed', {
      faults: [{ entry, rule: 'invalid', description: 'is invalid', params: [] }],
    });
  }
  return bytes;
}

/** The published form nests five levels deep; much deeper input only tries to exhaust its readers. */
const MAX_DEPTH = 32;

/**
 * Reads signed bytes as JSON (RFC 8259), strictly: other programs may read the signed document again, and all of them
 * must read the same. It must be UTF-8 without a byte order mark and without invalid bytes, and no object may name a
 * property twice: some readers take the first value and others the last, so nobody could say which one was signed.
 */
export function readSignedJson(bytes: Uint8Array): unknown {
  try {
    // The mark stays in the text, where JSON does not allow it.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (isAmbiguousOrDeep(text)) throw new Refusal('signed_content_invalid');
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's error quotes the text, so it is dropped.
    throw new Refusal('signed_content_invalid');
  }
}

/** The property names of an open object so far; empty for an array. */
type OpenNames = Set<string>;

/** Scans a text before it is parsed, in one pass. The answer matters only for valid JSON: the parser refuses the rest. */
function isAmbiguousOrDeep(text: string): boolean {
  const open: OpenNames[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const symbol = text[at];
    if (symbol === '{' || symbol === '[') {
      if (open.push(new Set()) > MAX_DEPTH) return true;
    } else if (symbol === '}' || symbol === ']') open.pop();
    else if (symbol === '"') {
      const end = endOfString(text, at);
      if (isName(text, end) && isRepeated(open.at(-1), text.slice(at, end))) return true;
      at = end - 1;
    }
  }
  return false;
}

/** The index after the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** A string followed by a colon is the name of a property. */
function isName(text: string, end: number): boolean {
  let at = end;
  while (isBlank(text[at])) at += 1;
  return text[at] === ':';
}

const isBlank = (symbol: string | undefined): boolean =>
  symbol === ' ' || symbol === '\n' || symbol === '\r' || symbol === '\t';

/** Compares decoded names: escapes allow many spellings of the same name. */
function isRepeated(names: OpenNames | undefined, quoted: string): boolean {
  const name = JSON.parse(quoted) as string;
  if (names?.has(name)) return true;
  names?.add(name);
  return false;
}
