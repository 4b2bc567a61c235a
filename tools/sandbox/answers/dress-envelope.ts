import { bodyChild } from './answer-content';
import type { RegisterRequest, SoapVersion } from '../read-request';
import type { EnvelopeScript, Look } from './script';
import { echoOf, envelope, FOREIGN, PLAIN, UNPREFIXED, type Dialect } from './write-envelope';

/** A request, what to answer, and the request before it. */
export interface Occasion {
  readonly request: RegisterRequest;
  readonly script: EnvelopeScript;
  readonly previous: RegisterRequest | undefined;
}

/** The body of an HTTP answer and what it says about itself. */
export interface Dressed {
  readonly contentType: string;
  readonly content: string;
}

/** A nesting no parser has to accept; some need minutes for it. */
const NESTED_ELEMENTS = 100_000;
const BOUNDARY = 'sandbox-part';
/** Nine levels of ten make a billion characters of a few hundred. */
const BOMB_LEVELS = 9;

/** The content type of an envelope of this version. */
export function contentTypeOf(soap: SoapVersion): string {
  return soap === '1.2' ? 'application/soap+xml;charset=UTF-8' : 'text/xml;charset=UTF-8';
}

/** Writes the envelope of an answer in the look its script asks for. */
export function dressEnvelope(occasion: Occasion): Dressed {
  return LOOKS[occasion.script.look ?? 'plain'](occasion);
}

function plain({ request, script, previous }: Occasion, dialect: Dialect = PLAIN): string {
  const header = echoOf(request, script.echo ?? 'same', previous);
  return envelope(dialect, { soap: request.soap, header, body: bodyChild(request, script, dialect) });
}

function withBody({ request }: Occasion, body: string): string {
  return envelope(PLAIN, { soap: request.soap, header: request, body });
}

const dressed = ({ request }: Occasion, content: string): Dressed => {
  return { contentType: contentTypeOf(request.soap), content };
};

const LOOKS: Readonly<Record<Look, (occasion: Occasion) => Dressed>> = {
  plain: (occasion) => dressed(occasion, plain(occasion)),
  other_prefixes: (occasion) => dressed(occasion, plain(occasion, FOREIGN)),
  default_namespace: (occasion) => dressed(occasion, plain(occasion, UNPREFIXED)),
  byte_order_mark: (occasion) => dressed(occasion, `\uFEFF${plain(occasion)}`),
  cut_off: (occasion) => dressed(occasion, plain(occasion).slice(0, -30)),
  no_body_child: (occasion) => dressed(occasion, withBody(occasion, '')),
  two_body_children: (occasion) => {
    const { request, script } = occasion;
    const opposite: EnvelopeScript = { sends: 'envelope', statuses: ['0'] };
    const children = bodyChild(request, script, PLAIN) + bodyChild(request, opposite, PLAIN);
    return dressed(occasion, withBody(occasion, children));
  },
  deep_nesting: (occasion) => {
    const depths = '<d>'.repeat(NESTED_ELEMENTS) + '</d>'.repeat(NESTED_ELEMENTS);
    return dressed(occasion, plain(occasion).replace('</ns:', `${depths}</ns:`));
  },
  doctype: (occasion) => {
    const levels = Array.from({ length: BOMB_LEVELS }, (_, level) => {
      return `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`;
    });
    const doctype = `<!DOCTYPE Envelope [<!ENTITY e0 "a">${levels.join('')}]>`;
    const bombed = plain(occasion).replace('?>', `?>${doctype}`);
    return dressed(occasion, bombed.replace('</ns:', `<bomb>&e${BOMB_LEVELS};</bomb></ns:`));
  },
  windows_1251: (occasion) => {
    const { contentType, content } = dressed(occasion, plain(occasion));
    return { contentType: contentType.replace('UTF-8', 'windows-1251'), content };
  },
  multipart: (occasion) => {
    const root = contentTypeOf(occasion.request.soap);
    const [type] = root.split(';');
    const content =
      `--${BOUNDARY}\r\nContent-Type: ${root}\r\nContent-Transfer-Encoding: 8bit\r\nContent-ID: <root>\r\n\r\n` +
      `${plain(occasion)}\r\n--${BOUNDARY}\r\nContent-Type: text/plain\r\nContent-ID: <more>\r\n\r\n` +
      `an attachment\r\n--${BOUNDARY}--\r\n`;
    return { contentType: `multipart/related;type="${type}";start="<root>";boundary="${BOUNDARY}"`, content };
  },
};
