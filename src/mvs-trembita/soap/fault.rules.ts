import type { TechnicalErrorKind } from '../../domain/verification/technical-error';
import { type XmlElement, trimXmlSpace } from './envelope';

/** Which codes a kind of fault has; codes are compared in small letters without underscores. */
interface FaultCodes {
  readonly error: 'fault_configuration' | 'fault_client' | 'fault_server';
  /** `last` is the part after the last dot, `first` the part before the first. */
  readonly part: 'last' | 'first';
  readonly is: readonly string[];
  readonly startsWith?: readonly string[];
}

/**
 * Rows in the order in which they decide: what failed says more than who failed. A code that no row has is a fault of
 * the server.
 */
const FAULTS = [
  {
    error: 'fault_configuration',
    part: 'last',
    is: [
      'accessdenied',
      'servicedisabled',
      'unknownservice',
      'unknownmember',
      'invalidclientidentifier',
      'sslauthenticationfailed',
      'cannotsign',
    ],
    startsWith: ['token', 'key', 'cert'],
  },
  { error: 'fault_client', part: 'first', is: ['client', 'sender'] },
  { error: 'fault_server', part: 'first', is: ['server', 'receiver'] },
] as const satisfies readonly FaultCodes[];

type FaultRow = (typeof FAULTS)[number];

/** The kind of technical error that a fault is. */
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
