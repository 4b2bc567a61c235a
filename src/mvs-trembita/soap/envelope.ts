import { type SaxesAttributeNS, SaxesParser, type SaxesTagNS } from 'saxes';
import { AnswerRefused, unreadable } from './answer-refused';
import { charsetOf, mustFit } from './body-decoder';

/** The envelope of SOAP 1.1. */
export const SOAP_11 = 'http://schemas.xmlsoap.org/soap/envelope/';

/** The envelope of SOAP 1.2. */
export const SOAP_12 = 'http://www.w3.org/2003/05/soap-envelope';

/** The elements of the X-Road header. */
export const XROAD = 'http://x-road.eu/xsd/xroad.xsd';

/** The parts of the `client` and `service` of that header. */
export const IDENTIFIERS = 'http://x-road.eu/xsd/identifiers';

/** Names and values of a `client` or a `service`, in the order in which they are written. */
export type Identifiers = readonly (readonly [name: string, value: string])[];

/** True for either version: a security server may answer in another version than it was asked in. */
export function isSoapNamespace(uri: string): boolean {
  return uri === SOAP_12 || uri === SOAP_11;
}

/** A value has text that XML 1.0 cannot carry. The message does not quote it: it may be a person's. */
export class UnsendableText extends Error {
  override readonly name = 'UnsendableText';

  constructor() {
    super('a field holds a character that XML 1.0 cannot carry');
  }
}

/** Anything outside the plain characters: to be escaped, or to be refused. Most values have none. */
const NEEDS_CARE = /[^\t\n\x20!#-%'-;=?-\uD7FF\uE000-\uFFFD]/;

/** With the `u` flag only unpaired halves match the surrogate range. */
const ILLEGAL = /[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u;

/** A bare carriage return would arrive as a line feed. */
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
};

/** Escapes a value for an element or a double-quoted attribute. */
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

/** One element with its namespace and content. Of its attributes only `xsi:nil` decides anything. */
export interface XmlElement {
  readonly uri: string;
  readonly local: string;
  /** Its own text, pieces around children, comments and CDATA joined. */
  text: string;
  readonly children: XmlElement[];
  /** Declared to have no value. What is in it all the same must not be believed. */
  readonly isNil?: true;
}

/** The attributes of XML Schema within documents. */
const XSI = 'http://www.w3.org/2001/XMLSchema-instance';

/** Every other value declares an element nil, or is too unclear to believe its content. */
const NOT_NIL: ReadonlySet<string> = new Set(['false', '0']);

/** An answer is six levels deep; 64 is enough for any nesting of a ministry. */
const DEEPEST = 64;

/** An answer with a hundred documents has about a thousand elements. */
const MOST_ELEMENTS = 10_000;

/** One for each element, as a schema that types every element gives. */
const MOST_ATTRIBUTES = 10_000;

const DOCUMENT_TYPE = /<!(?:DOCTYPE|ENTITY)/i;

/** What may stand before the root element beside a document type. */
const PROLOG = [
  ['<!--', '-->'],
  ['<?', '?>'],
] as const;

/**
 * True when the document has a document type, or the words of one anywhere but in a comment. The place before the root
 * element is read exactly: there a comment may be the text of a processing instruction.
 */
function hasDocumentType(text: string): boolean {
  return DOCUMENT_TYPE.test(text) && (opensDocumentType(text) || DOCUMENT_TYPE.test(withoutComments(text)));
}

function opensDocumentType(text: string): boolean {
  let at = text.indexOf('<');
  for (;;) {
    const part = PROLOG.find(([opening]) => text.startsWith(opening, at));
    if (part === undefined) return text.startsWith('<!', at);
    const end = text.indexOf(part[1], at + part[0].length);
    at = end < 0 ? -1 : text.indexOf('<', end);
    if (at < 0) return false;
  }
}

/** Loops, because a pattern takes quadratic time on a megabyte of comments that do not end. */
function withoutComments(text: string): string {
  let kept = '';
  let from = 0;
  for (let at = text.indexOf('<!--'); at >= 0; at = text.indexOf('<!--', from)) {
    const end = text.indexOf('-->', at + 4);
    if (end < 0) break;
    kept += text.slice(from, at);
    from = end + 3;
  }
  return kept + text.slice(from);
}

const OPTIONS = { xmlns: true, position: false, defaultXMLVersion: '1.0', forceXMLVersion: true } as const;

/** Reads one envelope after the other with one parser: creating a parser takes as long as reading an answer. */
class EnvelopeParser {
  readonly #parser = new SaxesParser<typeof OPTIONS>(OPTIONS);
  #open: XmlElement[] = [];
  #root: XmlElement | undefined;
  #elements = 0;
  #attributes = 0;
  #text = '';
  /** Whether an attribute called `nil` was read since the last opening tag. */
  #mayBeNil = false;

  /**
   * Six handlers at most: with a seventh, V8 keeps the parser's properties in a dictionary, and
   * reading takes five times as long.
   */
  constructor() {
    const parser = this.#parser;
    parser.on('xmldecl', ({ version, encoding }) => {
      if (version !== '1.0') throw unreadable('xml_version');
      mustFit(this.#text, charsetOf(encoding));
    });
    parser.on('attribute', ({ local }) => {
      if (local === 'nil') this.#mayBeNil = true;
      if (++this.#attributes > MOST_ATTRIBUTES) throw unreadable('too_many_attributes');
    });
    parser.on('opentag', (tag) => this.#enter(tag));
    parser.on('closetag', () => void this.#open.pop());
    parser.on('text', (text) => this.#add(text));
    parser.on('cdata', (text) => this.#add(text));
  }

  read(text: string): XmlElement {
    this.#open = [];
    this.#root = undefined;
    this.#elements = 0;
    this.#attributes = 0;
    this.#text = text;
    this.#mayBeNil = false;
    try {
      this.#parser.write(text).close();
    } catch (error) {
      if (error instanceof AnswerRefused) throw error;
      throw unreadable(this.#root === undefined ? 'no_envelope' : 'not_xml');
    }
    // Widened again: the compiler does not see that the parser called back.
    const root = this.#root as XmlElement | undefined;
    if (root === undefined) throw unreadable('no_envelope');
    this.#root = undefined;
    this.#text = '';
    return root;
  }

  #enter({ uri, local, attributes }: SaxesTagNS): void {
    const isNil = this.#mayBeNil && Object.values(attributes).some(declaresNil);
    this.#mayBeNil = false;
    const plain: XmlElement = { uri, local, text: '', children: [] };
    const element: XmlElement = isNil ? { ...plain, isNil } : plain;
    const parent = this.#open.at(-1);
    if (parent !== undefined) parent.children.push(element);
    else if (local === 'Envelope' && isSoapNamespace(uri)) this.#root = element;
    else throw unreadable('no_envelope');
    if (++this.#elements > MOST_ELEMENTS) throw unreadable('too_many_elements');
    if (this.#open.push(element) > DEEPEST) throw unreadable('too_deep');
  }

  #add(text: string): void {
    const element = this.#open.at(-1);
    if (element !== undefined) element.text += text;
  }
}

function declaresNil({ uri, local, value }: SaxesAttributeNS): boolean {
  return local === 'nil' && uri === XSI && !NOT_NIL.has(trimXmlSpace(value));
}

let parser: EnvelopeParser | undefined;

/** Parses an envelope without a document type; whatever XML 1.0 forbids is refused. */
export function parseEnvelope(text: string): XmlElement {
  if (hasDocumentType(text)) throw unreadable('document_type');
  const current = parser ?? new EnvelopeParser();
  // A parser that threw is in the middle of a document; only one that finished is used again.
  parser = undefined;
  const envelope = current.read(text);
  parser = current;
  return envelope;
}

/** What matters of an envelope: its header, if any, and the one child of its body. */
export interface SoapMessage {
  readonly header: XmlElement | undefined;
  readonly bodyChild: XmlElement;
}

/** Refuses an envelope that has not exactly one body with exactly one child. */
export function soapMessage(envelope: XmlElement): SoapMessage {
  const [header, ...headers] = partsOf(envelope, 'Header');
  const [body, ...bodies] = partsOf(envelope, 'Body');
  if (headers.length > 0) throw unreadable('header');
  if (body === undefined || bodies.length > 0 || !isBlank(body.text)) throw unreadable('body');
  const [bodyChild, ...others] = body.children;
  if (bodyChild === undefined || others.length > 0) throw unreadable('body_children');
  return { header, bodyChild };
}

/** A part belongs to the same version of SOAP as its envelope. */
function partsOf({ uri, children }: XmlElement, local: string): XmlElement[] {
  return children.filter((child) => child.local === local && child.uri === uri);
}

/** True for a fault of either version of SOAP. */
export function isFault(element: XmlElement): boolean {
  return element.local === 'Fault' && isSoapNamespace(element.uri);
}
