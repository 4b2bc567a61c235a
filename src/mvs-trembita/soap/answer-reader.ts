import type { TechnicalErrorKind } from '../../domain/verification/technical-error';
import { AnswerRefused, type WhyRefused, unreadable } from './answer-refused';
import { classifyFault } from './fault.rules';
import { decodeBody, type ReceivedBody } from './body-decoder';
import {
  isFault,
  parseEnvelope,
  type Identifiers,
  type XmlElement,
  soapMessage,
  IDENTIFIERS,
  XROAD,
  trimXmlSpace,
  isSoapNamespace,
  isBlank,
} from './envelope';

/** A whole HTTP answer. */
export interface Received extends ReceivedBody {
  readonly status: number;
}

/** What is known before the answer arrives. */
export interface Expected<A> {
  readonly messageId: string;
  /** Null when the echo check is off. */
  readonly echo: Echo | null;
  readonly maxBytes: number;
  /** Reads the method's fields out of the body's one child, or throws a refusal. */
  readonly readFields: (bodyChild: XmlElement) => A;
}

/** An answer of the register, or why there is none. */
export type Reading<A> =
  | { readonly ok: true; readonly answer: A }
  | { readonly ok: false; readonly error: TechnicalErrorKind; readonly why: WhyRefused };

/** Reasons that mean there was no envelope at all; then a bad HTTP status says more than the body. */
const WITHOUT_ENVELOPE: ReadonlySet<WhyRefused> = new Set(['content_type', 'document_type', 'no_envelope']);

/** Reads an answer. The body decides; the HTTP status counts only when there is no envelope. */
export function readAnswer<A>(received: Received, expected: Expected<A>): Reading<A> {
  try {
    return { ok: true, answer: readEnvelope(decodeBody(received, expected.maxBytes), expected) };
  } catch (refused) {
    if (!(refused instanceof AnswerRefused)) throw refused;
    const isHttpError = received.status >= 300 && WITHOUT_ENVELOPE.has(refused.why);
    return { ok: false, error: isHttpError ? 'http_error' : refused.error, why: refused.why };
  }
}

function readEnvelope<A>(text: string, expected: Expected<A>): A {
  const { header, bodyChild } = soapMessage(parseEnvelope(text));
  if (isFault(bodyChild)) throw new AnswerRefused(classifyFault(bodyChild), 'fault');
  if (expected.echo !== null) checkEcho(header, expected.echo, expected.messageId);
  return expected.readFields(bodyChild);
}

/** What the header of an answer must repeat. */
export interface Echo {
  readonly client: Identifiers;
  readonly service: Identifiers;
}

/** Refuses an answer to another message: a mixed-up proxy must never decide about a person. */
function checkEcho(header: XmlElement | undefined, echo: Echo, messageId: string): void {
  const id = onlyChild(header, 'id');
  const isOurs =
    id !== undefined &&
    trimXmlSpace(id.text) === messageId &&
    identifies(onlyChild(header, 'client'), echo.client) &&
    identifies(onlyChild(header, 'service'), echo.service);
  if (!isOurs) throw new AnswerRefused('foreign_answer', 'echo');
}

function onlyChild(header: XmlElement | undefined, local: string): XmlElement | undefined {
  let found: XmlElement | undefined;
  for (const child of header?.children ?? []) {
    if (child.local !== local || child.uri !== XROAD) continue;
    if (found !== undefined) return undefined;
    found = child;
  }
  return found;
}

/** There are as many parts as were sent, and each of them is present: none is repeated, foreign or missing. */
function identifies(element: XmlElement | undefined, expected: Identifiers): boolean {
  if (element === undefined) return false;
  const parts = element.children.filter((child) => child.uri === IDENTIFIERS);
  if (parts.length !== expected.length) return false;
  return expected.every(([name, value]) =>
    parts.some((part) => part.local === name && trimXmlSpace(part.text) === value),
  );
}

/** The two answers that may change a person's status. */
export type FoundOrNot = 'FOUND' | 'NOT_FOUND';

/** Another status number of the register; at most three digits, because no register has more states. */
const OTHER_NUMBER = /^-?[1-9]\d{0,2}$/;

/**
 * Reads the status out of the body's one child. It must be there once, as a direct child: a second one at any depth
 * makes both void, and a missing one is never "not found".
 */
export function readStatus(bodyChild: XmlElement, field: string): FoundOrNot {
  const name = field.toLowerCase();
  const direct = bodyChild.children.filter((child) => child.local.toLowerCase() === name);
  const all = countWithin(bodyChild, name);
  if (all > 1) throw unreadable('status_repeated');
  const [status] = direct;
  if (status === undefined) throw unreadable('status_missing');
  if (status.isNil || bodyChild.isNil) throw unreadable('nil');
  if (status.children.length > 0) throw unreadable('status_not_a_number');
  const text = trimXmlSpace(status.text);
  if (text === '1') return 'FOUND';
  if (text === '0') return 'NOT_FOUND';
  if (OTHER_NUMBER.test(text)) throw new AnswerRefused('register_error', 'status_of_the_register');
  throw unreadable('status_not_a_number');
}

/** The text of a field that is there once and is not blank. Nothing is decided by it. */
export function readText(bodyChild: XmlElement, field: string): string | null {
  const name = field.toLowerCase();
  const found = bodyChild.children.filter((child) => child.local.toLowerCase() === name);
  const [only] = found;
  return only === undefined || found.length > 1 || only.isNil || isBlank(only.text) ? null : only.text;
}

/** An answer must not contain SOAP elements: an envelope inside it could be read in two ways. */
function countWithin(element: XmlElement, name: string): number {
  let count = 0;
  for (const child of element.children) {
    if (isSoapNamespace(child.uri)) throw unreadable('nested_envelope');
    if (child.local.toLowerCase() === name) count += 1;
    count += countWithin(child, name);
  }
  return count;
}
