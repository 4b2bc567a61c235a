import { Refusal } from '../../domain/refusal';

/** The published form nests five deep; what goes much deeper only wants to exhaust whoever reads it. */
const DEEPEST = 32;

/**
 * Reads signed bytes as JSON (RFC 8259), strictly: what was signed is kept and may be read again by other programs,
 * and each must read the same. So it is UTF-8 without a byte order mark and without bytes that are none, and no
 * object names a property twice: of two values some readers take the first and others the last, and nobody could say
 * which one the person has signed.
 */
export function readSignedJson(bytes: Uint8Array): unknown {
  try {
    // The mark stays in the text, where JSON does not allow it.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (isAmbiguousOrDeep(text)) throw new Refusal('signed_content_invalid');
    return JSON.parse(text) as unknown;
  } catch {
    // The reader's error quotes the text, so nothing of it is kept.
    throw new Refusal('signed_content_invalid');
  }
}

/** Names met so far in each open object; an array has none. */
type Open = Set<string>;

/**
 * Looks through a text before it is parsed, in one pass. Of a text that is not JSON it may say anything: the parser
 * refuses it anyway.
 */
function isAmbiguousOrDeep(text: string): boolean {
  const open: Open[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const symbol = text[at];
    if (symbol === '{' || symbol === '[') {
      if (open.push(new Set()) > DEEPEST) return true;
    } else if (symbol === '}' || symbol === ']') open.pop();
    else if (symbol === '"') {
      const end = endOfString(text, at);
      if (isName(text, end) && isRepeated(open.at(-1), text.slice(at, end))) return true;
      at = end - 1;
    }
  }
  return false;
}

/** The place behind the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** A string in front of a colon is the name of a property. */
function isName(text: string, end: number): boolean {
  let at = end;
  while (isBlank(text[at])) at += 1;
  return text[at] === ':';
}

const isBlank = (symbol: string | undefined): boolean =>
  symbol === ' ' || symbol === '\n' || symbol === '\r' || symbol === '\t';

/** Names are compared as they are read: with an escape the same name can be written in many ways. */
function isRepeated(names: Open | undefined, quoted: string): boolean {
  const name = JSON.parse(quoted) as string;
  if (names?.has(name)) return true;
  names?.add(name);
  return false;
}
