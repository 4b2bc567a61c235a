import { unreadable } from './answer-refused';
import type { XmlElement } from './parse-envelope';
import { isBlank } from './xml-text';

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
