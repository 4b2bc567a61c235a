import { isUtf8 } from 'node:buffer';

/** The two envelope namespaces of the sandbox; it answers in the version of the request. */
export const SOAP_NAMESPACES = {
  '1.1': 'http://schemas.xmlsoap.org/soap/envelope/',
  '1.2': 'http://www.w3.org/2003/05/soap-envelope',
} as const;

/** A version of SOAP. */
export type SoapVersion = keyof typeof SOAP_NAMESPACES;

/** The namespace of the X-Road header elements. */
export const XROAD_NAMESPACE = 'http://x-road.eu/xsd/xroad.xsd';

/** The namespace of the parts of an identifier. */
export const IDENTIFIERS_NAMESPACE = 'http://x-road.eu/xsd/identifiers';

/** The mandatory fields of each method; a request without one of them is answered with −1. */
const MANDATORY_FIELDS = {
  CheckPassportDMSStatus: ['PassType', 'PasNumber'],
  CheckPassportStatus: ['PassType', 'PasNumber'],
  checkunzr: ['familyName', 'givenName', 'dateBirth', 'UNZR'],
  unzr: ['unzr'],
} as const satisfies Record<string, readonly string[]>;

/** The services of the ministry that the sandbox simulates. */
export type Method = keyof typeof MANDATORY_FIELDS;

/** A client or service identifier: its parts in the order of the request. */
export type Identifier = readonly (readonly [part: string, value: string])[];

/** A well-formed question to the register. */
export interface RegisterRequest {
  readonly soap: SoapVersion;
  readonly method: Method;
  readonly bodyNamespace: string;
  readonly messageId: string;
  readonly client: Identifier;
  readonly service: Identifier;
  readonly userId: string | undefined;
  readonly protocolVersion: string;
  /** Series and number of the passport, or the UNZR: what the register looks up. */
  readonly key: string;
  /** False when a mandatory field is missing or empty, or the UNZR is malformed. */
  readonly complete: boolean;
}

/** The request is refused as a security server would refuse it. */
export class RefusedRequest extends Error {
  constructor(
    readonly code: string,
    readonly soap: SoapVersion = '1.2',
  ) {
    super(code);
  }
}

/** Reads a request; throws RefusedRequest with an X-Road fault code when it is not a proper envelope. */
export function readRequest(body: Buffer, contentType: string): RegisterRequest {
  const envelope = readEnvelope(body);
  const soap = soapOf(envelope);
  const wanted = soap === '1.2' ? 'application/soap+xml' : 'text/xml';
  if (!contentType.toLowerCase().startsWith(wanted))
    throw new RefusedRequest('Client.InvalidContentType', soap);
  const [header, soapBody, ...more] = envelope.children;
  const isComplete = header?.name === 'Header' && soapBody?.name === 'Body' && more.length === 0;
  if (!isComplete) throw new RefusedRequest('Client.InvalidSoap', soap);
  const [question, ...others] = soapBody.children;
  if (!question || others.length > 0) throw new RefusedRequest('Client.InvalidBody', soap);
  return { soap, ...readHeader(header, soap), ...readQuestion(question, header, soap) };
}

function readEnvelope(body: Buffer): XmlElement {
  if (!isUtf8(body)) throw new RefusedRequest('Client.InvalidXml');
  try {
    return readXml(body.toString('utf8'));
  } catch (error) {
    if (error instanceof UnreadableXml) throw new RefusedRequest('Client.InvalidXml');
    throw error;
  }
}

function soapOf(envelope: XmlElement): SoapVersion {
  const is11 = envelope.namespace === SOAP_NAMESPACES['1.1'];
  const is12 = envelope.namespace === SOAP_NAMESPACES['1.2'];
  if (envelope.name !== 'Envelope' || !(is11 || is12)) throw new RefusedRequest('Client.InvalidSoap');
  return is11 ? '1.1' : '1.2';
}

type Header = Pick<RegisterRequest, 'messageId' | 'client' | 'service' | 'userId' | 'protocolVersion'>;

function readHeader(header: XmlElement, soap: SoapVersion): Header {
  const protocolVersion = headerText(header, 'protocolVersion', soap);
  if (protocolVersion !== '4.0') throw new RefusedRequest('Client.InvalidProtocolVersion', soap);
  return {
    messageId: ownCopy(headerText(header, 'id', soap)),
    client: readIdentifier(headerField(header, 'client', soap), 'SUBSYSTEM', soap),
    service: readIdentifier(headerField(header, 'service', soap), 'SERVICE', soap),
    userId: header.children.find((child) => child.name === 'userId')?.text,
    protocolVersion,
  };
}

function headerField(header: XmlElement, name: string, soap: SoapVersion): XmlElement {
  const found = header.children.filter((child) => child.namespace === XROAD_NAMESPACE && child.name === name);
  if (found.length > 1) throw new RefusedRequest('Client.DuplicateHeaderField', soap);
  if (!found[0]) throw new RefusedRequest('Client.MissingHeaderField', soap);
  return found[0];
}

function headerText(header: XmlElement, name: string, soap: SoapVersion): string {
  const { text } = headerField(header, name, soap);
  if (text === '') throw new RefusedRequest('Client.MissingHeaderField', soap);
  return text;
}

function readIdentifier(field: XmlElement, objectType: string, soap: SoapVersion): Identifier {
  const declaresType = field.attributes.some(([name, value]) => {
    return /(^|:)objectType$/.test(name) && value === objectType;
  });
  const parts = field.children.filter((child) => child.namespace === IDENTIFIERS_NAMESPACE);
  const has = (part: string) => parts.some((child) => child.name === part && child.text !== '');
  const isWhole = ['xRoadInstance', 'memberClass', 'memberCode'].every(has);
  if (!declaresType || !isWhole) throw new RefusedRequest('Client.InvalidSoap', soap);
  return parts.map((child) => [child.name, child.text] as const);
}

type Question = Pick<RegisterRequest, 'method' | 'bodyNamespace' | 'key' | 'complete'>;

function readQuestion(question: XmlElement, header: XmlElement, soap: SoapVersion): Question {
  const service = headerField(header, 'service', soap);
  const serviceCode = service.children.find((child) => child.name === 'serviceCode')?.text ?? '';
  if (!isMethod(serviceCode)) throw new RefusedRequest('Server.ServerProxy.UnknownService', soap);
  if (question.name !== serviceCode) throw new RefusedRequest('Client.InvalidBody', soap);
  const field = (name: string) => {
    return question.children.find((child) => {
      return child.name === name && child.namespace === question.namespace;
    })?.text;
  };
  const key = ownCopy(keyOf(serviceCode, field));
  const isFilled = MANDATORY_FIELDS[serviceCode].every((name) => (field(name) ?? '') !== '');
  const complete = isFilled && (!/unzr$/.test(serviceCode) || /^[0-9]{8}-[0-9]{5}$/.test(key));
  return { method: serviceCode, bodyNamespace: question.namespace, key, complete };
}

function keyOf(method: Method, field: (name: string) => string | undefined): string {
  if (method === 'unzr') return field('unzr') ?? '';
  if (method === 'checkunzr') return field('UNZR') ?? '';
  return (field('PasSerial') ?? '') + (field('PasNumber') ?? '');
}

/** V8 keeps the whole message alive for a substring of it, and the log keeps a hundred thousand substrings. */
function ownCopy(text: string): string {
  return Buffer.from(text).toString();
}

function isMethod(serviceCode: string): serviceCode is Method {
  return Object.hasOwn(MANDATORY_FIELDS, serviceCode);
}

/** An element of a request: only what the sandbox needs. */
export interface XmlElement {
  readonly namespace: string;
  readonly name: string;
  readonly attributes: readonly (readonly [name: string, value: string])[];
  readonly children: XmlElement[];
  text: string;
}

/** The text is no XML, or uses what a SOAP message must not contain, such as a DOCTYPE. */
export class UnreadableXml extends Error {}

interface OpenElement {
  readonly element: XmlElement;
  readonly qualifiedName: string;
  readonly prefixes: ReadonlyMap<string, string>;
}

/** Our envelopes are seven levels deep at most and have about thirty elements. */
const DEEPEST = 16;

const MOST_ELEMENTS = 500;

/**
 * One token at a time, none of them skipped: declaration or comment, CDATA, end tag, start tag, text.
 * This scanner takes a sixth of the time of a general parser, and benchmarks share two cores with it.
 */
const TOKEN =
  /<\?[^?]*\?>|<!--(?:(?!--)[^])*-->|<!\[CDATA\[((?:(?!\]\]>)[^])*)\]\]>|<\/([\w.:-]+)\s*>|<([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;

const REFERENCE = /&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));|&/g;

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const NO_PREFIXES: ReadonlyMap<string, string> = new Map([['', '']]);

/** Reads a small XML document strictly enough to distinguish an envelope from anything else. */
export function readXml(source: string): XmlElement {
  const scan = new Scan();
  const token = new RegExp(TOKEN);
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (!match) throw new UnreadableXml();
    scan.addToken(match);
  }
  return scan.finished();
}

class Scan {
  private readonly open: OpenElement[] = [];
  private root: XmlElement | undefined;
  private elements = 0;

  addToken(match: RegExpExecArray): void {
    const [, cdata, endOf, startOf, attributes, selfClosing, text] = match;
    if (startOf !== undefined) this.start(startOf, attributes ?? '', selfClosing === '/');
    else if (endOf !== undefined) this.end(endOf);
    else if (text !== undefined) this.append(decode(text));
    else if (cdata !== undefined) this.append(cdata);
  }

  finished(): XmlElement {
    if (!this.root || this.open.length > 0) throw new UnreadableXml();
    return this.root;
  }

  private start(qualifiedName: string, rawAttributes: string, closesItself: boolean): void {
    const parent = this.open.at(-1);
    const tooMuch = this.open.length >= DEEPEST || ++this.elements > MOST_ELEMENTS;
    if (tooMuch || (!parent && this.root)) throw new UnreadableXml();
    const attributes = readAttributes(rawAttributes);
    const prefixes = withDeclarations(parent?.prefixes ?? NO_PREFIXES, attributes);
    const [prefix, name] = split(qualifiedName);
    const namespace = prefixes.get(prefix);
    if (namespace === undefined) throw new UnreadableXml();
    const element: XmlElement = { namespace, name, attributes, children: [], text: '' };
    if (parent) parent.element.children.push(element);
    else this.root = element;
    if (!closesItself) this.open.push({ element, qualifiedName, prefixes });
  }

  private end(qualifiedName: string): void {
    if (this.open.pop()?.qualifiedName !== qualifiedName) throw new UnreadableXml();
  }

  private append(text: string): void {
    const current = this.open.at(-1);
    if (current) current.element.text += text;
    else if (text.trim() !== '') throw new UnreadableXml();
  }
}

function readAttributes(raw: string): (readonly [string, string])[] {
  if (raw === '') return [];
  return [...raw.matchAll(ATTRIBUTE)].map(([, name, inDouble, inSingle]) => {
    return [name ?? '', decode(inDouble ?? inSingle ?? '')] as const;
  });
}

function withDeclarations(
  outer: ReadonlyMap<string, string>,
  attributes: XmlElement['attributes'],
): ReadonlyMap<string, string> {
  const declared = attributes.filter(([name]) => name === 'xmlns' || name.startsWith('xmlns:'));
  if (declared.length === 0) return outer;
  return new Map([...outer, ...declared.map(([name, uri]) => [name.slice(6), uri] as const)]);
}

function split(qualifiedName: string): readonly [prefix: string, name: string] {
  const colon = qualifiedName.indexOf(':');
  return colon < 0 ? ['', qualifiedName] : [qualifiedName.slice(0, colon), qualifiedName.slice(colon + 1)];
}

function decode(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(REFERENCE, (...found: (string | undefined)[]) => {
    const [, hex, decimal, named] = found;
    if (named) return NAMED[named] ?? '';
    const point = hex ? parseInt(hex, 16) : parseInt(decimal ?? '', 10);
    if (!(point <= 0x10ffff)) throw new UnreadableXml();
    return String.fromCodePoint(point);
  });
}
