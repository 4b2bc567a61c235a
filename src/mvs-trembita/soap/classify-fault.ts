import type { TechnicalErrorKind } from '../../domain/technical-error';
import { FAULTS } from './fault.table';
import { isSoapNamespace } from './namespaces';
import type { XmlElement } from './parse-envelope';
import { trimXmlSpace } from './xml-text';

type FaultRow = (typeof FAULTS)[number];

/** True for a fault of either version of SOAP. */
export function isFault(element: XmlElement): boolean {
  return element.local === 'Fault' && isSoapNamespace(element.uri);
}

/** Which kind of technical error a fault is. */
export function classifyFault(fault: XmlElement): TechnicalErrorKind {
  const codes = faultCodes(fault).map(comparable);
  for (const row of FAULTS.filter(({ part }) => part === 'last')) {
    if (codes.some((code) => matches(row, code))) return row.error;
  }
  for (const code of codes) {
    const row = FAULTS.find((each) => matches(each, code));
    if (row !== undefined) return row.error;
  }
  return 'fault_server';
}

function matches(row: FaultRow, code: string): boolean {
  const parts = code.split('.');
  const part = (row.part === 'last' ? parts.at(-1) : parts[0]) ?? '';
  if (row.is.some((word) => word === part)) return true;
  return 'startsWith' in row && row.startsWith.some((word) => part.startsWith(word));
}

/** `soap:Server.ServerProxy.Access_Denied` and `server.serverproxy.access_denied` are one code. */
function comparable(code: string): string {
  const name = trimXmlSpace(code);
  return name
    .slice(name.lastIndexOf(':') + 1)
    .toLowerCase()
    .replaceAll('_', '');
}

/** The most precise code first: in SOAP 1.2 a code has codes within it, and the outer says little. */
function faultCodes(fault: XmlElement): string[] {
  const codes: string[] = [];
  for (const child of fault.children) {
    if (child.local === 'faultcode') codes.unshift(child.text);
    if (child.local === 'Code') collectCodes(child, codes);
  }
  return codes;
}

/** Depth is bounded by the parser. */
function collectCodes(code: XmlElement, codes: string[]): void {
  for (const { local, text } of code.children) if (local === 'Value') codes.unshift(text);
  for (const child of code.children) if (child.local === 'Subcode') collectCodes(child, codes);
}
