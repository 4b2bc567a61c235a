/** An element of a request: only what the sandbox asks about. */
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

/** An envelope of ours is seven levels deep at most and has some thirty elements. */
const DEEPEST = 16;
const MOST_ELEMENTS = 500;

/**
 * One token at a time, none of them skipped: declaration or comment, CDATA, end tag, start tag, text.
 * A scanner of its own costs a sixth of a general parser, and benchmarks share two cores with it.
 */
const TOKEN =
  /<\?[^?]*\?>|<!--(?:(?!--)[^])*-->|<!\[CDATA\[((?:(?!\]\]>)[^])*)\]\]>|<\/([\w.:-]+)\s*>|<([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
const ATTRIBUTE = /([\w.:-]+)\s*=\s*(?:"([^"<]*)"|'([^'<]*)')/g;
const REFERENCE = /&(?:#x([0-9a-fA-F]{1,6})|#([0-9]{1,7})|(amp|lt|gt|quot|apos));|&/g;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const NO_PREFIXES: ReadonlyMap<string, string> = new Map([['', '']]);

/** Reads a small XML document strictly enough to tell an envelope from something else. */
export function readXml(source: string): XmlElement {
  const scan = new Scan();
  const token = new RegExp(TOKEN);
  const text = source.startsWith('\uFEFF') ? source.slice(1) : source;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (!match) throw new UnreadableXml();
    scan.take(match);
  }
  return scan.finished();
}

class Scan {
  private readonly open: OpenElement[] = [];
  private root: XmlElement | undefined;
  private elements = 0;

  take(match: RegExpExecArray): void {
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
