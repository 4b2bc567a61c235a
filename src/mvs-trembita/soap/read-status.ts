import { AnswerRefused, unreadable } from './answer-refused';
import { isSoapNamespace } from './namespaces';
import type { XmlElement } from './parse-envelope';
import { isBlank, trimXmlSpace } from './xml-text';

/** What the register knows of the question: the two answers that may change a person's status. */
export type FoundOrNot = 'FOUND' | 'NOT_FOUND';

/** A number as a register writes one; at most three digits, as no register has more states. */
const OTHER_NUMBER = /^-?[1-9]\d{0,2}$/;

/**
 * Reads the status out of the body's one child. It must stand there once, as a child of its own:
 * a second one at any depth makes both worthless, and a missing one is never "not found".
 */
export function readStatus(bodyChild: XmlElement, field: string): FoundOrNot {
  const name = field.toLowerCase();
  const direct = bodyChild.children.filter((child) => child.local.toLowerCase() === name);
  const all = countWithin(bodyChild, name);
  if (all > 1) throw unreadable('status_repeated');
  const [status] = direct;
  if (status === undefined) throw unreadable('status_missing');
  if (status.children.length > 0) throw unreadable('status_not_a_number');
  const text = trimXmlSpace(status.text);
  if (text === '1') return 'FOUND';
  if (text === '0') return 'NOT_FOUND';
  if (OTHER_NUMBER.test(text)) throw new AnswerRefused('register_error', 'status_of_the_register');
  throw unreadable('status_not_a_number');
}

/** The text of a field that stands once and is not blank. Nothing is decided by it. */
export function readText(bodyChild: XmlElement, field: string): string | null {
  const name = field.toLowerCase();
  const found = bodyChild.children.filter((child) => child.local.toLowerCase() === name);
  const [only] = found;
  return only === undefined || found.length > 1 || isBlank(only.text) ? null : only.text;
}

/** Elements of SOAP have no place within an answer: whoever put an envelope there has two readings in mind. */
function countWithin(element: XmlElement, name: string): number {
  let count = 0;
  for (const child of element.children) {
    if (isSoapNamespace(child.uri)) throw unreadable('nested_envelope');
    if (child.local.toLowerCase() === name) count += 1;
    count += countWithin(child, name);
  }
  return count;
}
