import { SaxesParser } from 'saxes';
import { AnswerRefused, unreadable } from './answer-refused';
import { mustBeUtf8 } from './media-type';
import { isSoapNamespace } from './namespaces';

/** One element: where its name belongs, what stands in it. Attributes decide nothing and are not kept. */
export interface XmlElement {
  readonly uri: string;
  readonly local: string;
  /** Its own text, pieces around children, comments and CDATA joined. */
  text: string;
  readonly children: XmlElement[];
}

/** An answer is six levels deep; 64 leaves room for whatever a ministry nests. */
const DEEPEST = 64;
/** An answer with a hundred documents has about a thousand elements. */
const MOST_ELEMENTS = 10_000;
/** One for each element, as a schema that types every element gives. */
const MOST_ATTRIBUTES = 10_000;

const DOCUMENT_TYPE = /<!(?:DOCTYPE|ENTITY)/i;
const OPTIONS = { xmlns: true, position: false, defaultXMLVersion: '1.0', forceXMLVersion: true } as const;

/** Reads one envelope after the other with one parser: building a parser costs as much as an answer. */
class EnvelopeReader {
  readonly #parser = new SaxesParser<typeof OPTIONS>(OPTIONS);
  #open: XmlElement[] = [];
  #root: XmlElement | undefined;
  #elements = 0;
  #attributes = 0;

  /**
   * Six handlers at most: with a seventh, V8 keeps the parser's properties in a dictionary, and
   * reading takes five times as long.
   */
  constructor() {
    const parser = this.#parser;
    parser.on('xmldecl', ({ version, encoding }) => {
      if (version !== '1.0') throw unreadable('xml_version');
      mustBeUtf8(encoding);
    });
    parser.on('attribute', () => {
      if (++this.#attributes > MOST_ATTRIBUTES) throw unreadable('too_many_attributes');
    });
    parser.on('opentag', ({ uri, local }) => this.#enter(uri, local));
    parser.on('closetag', () => void this.#open.pop());
    parser.on('text', (text) => this.#add(text));
    parser.on('cdata', (text) => this.#add(text));
  }

  read(text: string): XmlElement {
    this.#open = [];
    this.#root = undefined;
    this.#elements = 0;
    this.#attributes = 0;
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
    return root;
  }

  #enter(uri: string, local: string): void {
    const element: XmlElement = { uri, local, text: '', children: [] };
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

let reader: EnvelopeReader | undefined;

/** Parses an envelope without a document type; whatever XML 1.0 forbids is refused. */
export function parseEnvelope(text: string): XmlElement {
  if (DOCUMENT_TYPE.test(text)) throw unreadable('document_type');
  const current = reader ?? new EnvelopeReader();
  // A reader that threw is left in the middle of a document; only one that finished is used again.
  reader = undefined;
  const envelope = current.read(text);
  reader = current;
  return envelope;
}
