import { AnswerRefused } from './answer-refused';
import { IDENTIFIERS, XROAD } from './namespaces';
import type { XmlElement } from './parse-envelope';
import { trimXmlSpace } from './xml-text';

/** Names and values of a `client` or a `service`, in the order in which they are written. */
export type Identifiers = readonly (readonly [name: string, value: string])[];

/** What the header of an answer must repeat. */
export interface Echo {
  readonly client: Identifiers;
  readonly service: Identifiers;
}

/** Refuses an answer to another message: a mixed-up proxy must never decide about a person. */
export function checkEcho(header: XmlElement | undefined, echo: Echo, messageId: string): void {
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

/** As many parts as were sent, and each of them present: so none is repeated, foreign or missing. */
function identifies(element: XmlElement | undefined, expected: Identifiers): boolean {
  if (element === undefined) return false;
  const parts = element.children.filter((child) => child.uri === IDENTIFIERS);
  if (parts.length !== expected.length) return false;
  return expected.every(([name, value]) =>
    parts.some((part) => part.local === name && trimXmlSpace(part.text) === value),
  );
}
