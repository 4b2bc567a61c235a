/** Text that XML 1.0 cannot carry was to be sent. The message names no value: it may be a person's. */
export class UnsendableText extends Error {
  override readonly name = 'UnsendableText';

  constructor() {
    super('a field holds a character that XML 1.0 cannot carry');
  }
}

/** Anything outside the plain characters: to be escaped, or to be refused. Most values have none. */
const NEEDS_CARE = /[^\t\n\x20!#-%'-;=?-\uD7FF\uE000-\uFFFD]/;
/** With the `u` flag only halves of a pair that stand alone match the surrogate range. */
const ILLEGAL = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** A bare carriage return would arrive as a line feed. */
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Makes a value fit to stand in an element or in a double-quoted attribute. */
export function escapeText(value: string): string {
  if (!NEEDS_CARE.test(value)) return value;
  if (ILLEGAL.test(value)) throw new UnsendableText();
  return value.replace(/[&<>"\r]/g, (character) => ESCAPES[character] ?? character);
}

/** Removes XML's own white space only: a no-break space is a character of the value. */
export function trimXmlSpace(text: string): string {
  let from = 0;
  let to = text.length;
  // Loops, because a pattern for trailing space takes quadratic time on a megabyte of spaces.
  while (from < to && isXmlSpace(text.charCodeAt(from))) from += 1;
  while (to > from && isXmlSpace(text.charCodeAt(to - 1))) to -= 1;
  return from === 0 && to === text.length ? text : text.slice(from, to);
}

/** True when there is nothing but XML white space. */
export function isBlank(text: string): boolean {
  return !/[^ \t\r\n]/.test(text);
}

function isXmlSpace(code: number): boolean {
  return code === 0x20 || code === 0x09 || code === 0x0d || code === 0x0a;
}
