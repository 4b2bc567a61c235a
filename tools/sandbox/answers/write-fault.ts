import { randomUUID } from 'node:crypto';
import { escapeXml, envelope, PLAIN, type HeaderEcho } from './write-envelope';
import type { SoapVersion } from '../read-request';

/** A fault to be written: the version of its form, and a code in X-Road's dotted spelling. */
export interface Fault {
  readonly soap: SoapVersion;
  readonly code: string;
  /** Faults mostly come without one. */
  readonly header?: HeaderEcho | undefined;
}

/** The sentence of every fault. A real one may quote the message; ours tells nothing that came in. */
const SENTENCE = 'The sandbox refuses this message.';

/** The envelope of a fault. */
export function faultEnvelope({ soap, code, header }: Fault): string {
  const body = soap === '1.1' ? fault11(code) : fault12(code);
  return envelope(PLAIN, { soap, header, body });
}

function fault11(code: string): string {
  // A register's own fault uses SOAP's plain codes, which are qualified names.
  const faultcode = code.includes('.') ? escapeXml(code) : `soap:${escapeXml(code)}`;
  return (
    `<soap:Fault><faultcode>${faultcode}</faultcode><faultstring>${SENTENCE}</faultstring><faultactor/>` +
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
    `<soap:Reason><soap:Text xml:lang="en">${SENTENCE}</soap:Text></soap:Reason>` +
    `<soap:Detail><faultDetail>${randomUUID()}</faultDetail></soap:Detail></soap:Fault>`
  );
}
