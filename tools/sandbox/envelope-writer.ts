import {
  IDENTIFIERS_NAMESPACE,
  SOAP_NAMESPACES,
  XROAD_NAMESPACE,
  type Identifier,
  type RegisterRequest,
  type SoapVersion,
} from './request-reader';
import type { Echo } from './answer-script';
import { randomUUID } from 'node:crypto';

/** The X-Road header of an answer; a provider copies it from the request. */
export interface HeaderEcho extends Pick<
  RegisterRequest,
  'client' | 'service' | 'userId' | 'protocolVersion'
> {
  /** Absent only in the documented answer without a message id. */
  readonly messageId: string | undefined;
}

/** The prefixes of one answer and the order of its header: both are free, and vary in practice. */
export interface Dialect {
  readonly envelope: string;
  readonly road: string;
  readonly identifiers: string;
  /** Empty for a default namespace. */
  readonly body: string;
  readonly reversedHeader: boolean;
}

/** The default prefixes. */
export const PLAIN: Dialect = {
  envelope: 'soap',
  road: 'xro',
  identifiers: 'iden',
  body: 'ns',
  reversedHeader: false,
};

/** As answers of Trembita look in practice: only the namespaces are those of the request. */
export const FOREIGN: Dialect = {
  envelope: 'SOAP-ENV',
  road: 'ns3',
  identifiers: 'a',
  body: 'tns',
  reversedHeader: true,
};

/** The envelope and the body child without any prefix. */
export const UNPREFIXED: Dialect = { ...PLAIN, envelope: '', body: '' };

/**
 * A security server hashes each request with GOST 34.311 (32 bytes, Base64). No common library knows that
 * algorithm and clients have to ignore the field, so one fixed value of the right shape is enough.
 */
const REQUEST_HASH = 'c2FuZGJveC1zYW5kYm94LXNhbmRib3gtc2FuZGJveCE=';

const HASH_ALGORITHM = 'http://www.w3.org/2001/04/xmldsig-more#gost34311';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Escapes text for an element or a double-quoted attribute. */
export function escapeXml(text: string): string {
  return /[&<>"]/.test(text) ? text.replace(/[&<>"]/g, (symbol) => ESCAPES[symbol] ?? '') : text;
}

/** A name with its prefix, if it has one. */
export function qualified(prefix: string, name: string): string {
  return prefix === '' ? name : `${prefix}:${name}`;
}

function declaration(prefix: string, namespace: string): string {
  return ` ${prefix === '' ? 'xmlns' : `xmlns:${prefix}`}="${escapeXml(namespace)}"`;
}

/** The one body child around its fields. */
export function wrap(dialect: Dialect, wrapper: { name: string; namespace: string; fields: string }): string {
  const name = qualified(dialect.body, wrapper.name);
  return `<${name}${declaration(dialect.body, wrapper.namespace)}>${wrapper.fields}</${name}>`;
}

/** A whole envelope; without a header when the echo is absent, as in most faults. */
export function envelope(
  dialect: Dialect,
  parts: { soap: SoapVersion; header: HeaderEcho | undefined; body: string },
): string {
  const name = (local: string) => qualified(dialect.envelope, local);
  const header = parts.header
    ? `<${name('Header')}>${headerFields(dialect, parts.header)}</${name('Header')}>`
    : '';
  return (
    `<?xml version="1.0" encoding="UTF-8"?><${name('Envelope')}` +
    declaration(dialect.envelope, SOAP_NAMESPACES[parts.soap]) +
    declaration(dialect.road, XROAD_NAMESPACE) +
    declaration(dialect.identifiers, IDENTIFIERS_NAMESPACE) +
    `>${header}<${name('Body')}>${parts.body}</${name('Body')}></${name('Envelope')}>`
  );
}

function headerFields(dialect: Dialect, echo: HeaderEcho): string {
  const field = (name: string, text: string | undefined) => {
    return text === undefined ? '' : `<${dialect.road}:${name}>${escapeXml(text)}</${dialect.road}:${name}>`;
  };
  const fields = [
    identifier(dialect, 'client', echo.client),
    identifier(dialect, 'service', echo.service),
    field('userId', echo.userId),
    field('id', echo.messageId),
    field('protocolVersion', echo.protocolVersion),
    `<${dialect.road}:requestHash algorithmId="${HASH_ALGORITHM}">${REQUEST_HASH}</${dialect.road}:requestHash>`,
  ];
  return (dialect.reversedHeader ? fields.reverse() : fields).join('');
}

function identifier(dialect: Dialect, name: 'client' | 'service', parts: Identifier): string {
  const type = name === 'client' ? 'SUBSYSTEM' : 'SERVICE';
  const { road, identifiers } = dialect;
  let content = '';
  for (const [part, value] of parts) {
    content += `<${identifiers}:${part}>${escapeXml(value)}</${identifiers}:${part}>`;
  }
  return `<${road}:${name} ${identifiers}:objectType="${type}">${content}</${road}:${name}>`;
}

/** A message id that no request has. */
const UNUSED_MESSAGE_ID = '00000000-0000-4000-8000-00000000dead';

const withForeignPart = (identity: Identifier, part: string): Identifier => {
  return identity.map(([name, value]) => [name, name === part ? `${value}-foreign` : value] as const);
};

/** The header of an answer, right or wrong according to the script; undefined for no header. */
export function echoOf(
  request: RegisterRequest,
  echo: Echo,
  previous: RegisterRequest | undefined,
): HeaderEcho | undefined {
  const { client, service } = request;
  switch (echo) {
    case 'same':
      return request;
    case 'foreign_id':
      return { ...request, messageId: UNUSED_MESSAGE_ID };
    case 'foreign_service':
      return { ...request, service: withForeignPart(service, 'serviceCode') };
    case 'foreign_client':
      return { ...request, client: withForeignPart(client, 'memberCode') };
    case 'missing_id':
      return { ...request, messageId: undefined };
    case 'previous':
      return previous ?? { ...request, messageId: UNUSED_MESSAGE_ID };
    case 'no_header':
      return undefined;
  }
}

/** A fault to be written: the version of its form, and a code in X-Road's dotted spelling. */
export interface Fault {
  readonly soap: SoapVersion;
  readonly code: string;
  /** Most faults have none. */
  readonly header?: HeaderEcho | undefined;
}

/** The text of every fault. A real one may quote the message; ours contains nothing of it. */
const FAULT_TEXT = 'The sandbox refuses this message.';

/** The envelope of a fault. */
export function faultEnvelope({ soap, code, header }: Fault): string {
  const body = soap === '1.1' ? fault11(code) : fault12(code);
  return envelope(PLAIN, { soap, header, body });
}

function fault11(code: string): string {
  // A register's own fault uses SOAP's plain codes, which are qualified names.
  const faultcode = code.includes('.') ? escapeXml(code) : `soap:${escapeXml(code)}`;
  return (
    `<soap:Fault><faultcode>${faultcode}</faultcode><faultstring>${FAULT_TEXT}</faultstring><faultactor/>` +
    `<detail><faultDetail xmlns="">${randomUUID()}</faultDetail></detail></soap:Fault>`
  );
}

function fault12(code: string): string {
  const side = code.toLowerCase().startsWith('client') ? 'soap:Sender' : 'soap:Receiver';
  const subcode = code.includes('.')
    ? `<soap:Subcode><soap:Value>${escapeXml(code)}</soap:Value></soap:Subcode>`
    : '';
  return (
    `<soap:Fault><soap:Code><soap:Value>${side}</soap:Value>${subcode}</soap:Code>` +
    `<soap:Reason><soap:Text xml:lang="en">${FAULT_TEXT}</soap:Text></soap:Reason>` +
    `<soap:Detail><faultDetail>${randomUUID()}</faultDetail></soap:Detail></soap:Fault>`
  );
}
