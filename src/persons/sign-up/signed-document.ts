import { Refusal, type FieldFault } from '../../domain/refusal';
import type { z } from 'zod';
import {
  entryOf,
  type FaultOfField,
  FAULTS,
  jsonTypeOf,
  MOST_FAULTS,
  refuseFields,
  reportedNames,
} from '../../http';

/** The signed container in the body of both calls. */
export interface EncodedContainer {
  readonly signed_content: string;
  readonly signed_content_encoding: string;
}

const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/;

/** As PEM, MIME and command-line tools break lines: between lines, and at most once at the end. */
const LINE_BREAK = /\r?\n(?!\r?\n)/g;

/**
 * Rows 2 and 3: decodes the container from base64 as RFC 4648 writes it, with padding. Line breaks are left out when each
 * is between two lines or at the end; no other white space is allowed.
 */
export function decodeContainer(encoded: EncodedContainer): Buffer {
  const { signed_content: written, signed_content_encoding } = encoded;
  const text = /^[\r\n]/.test(written) ? written : written.replace(LINE_BREAK, '');
  if (!BASE64.test(text)) throw new Refusal('signed_content_invalid');
  const bytes = Buffer.from(text, 'base64');
  // The decoder skips what it does not understand; the same text back proves that it understood everything.
  if (bytes.toString('base64') !== text) throw new Refusal('signed_content_invalid');
  if (signed_content_encoding !== 'base64')
    throw refuseFields([{ entry: '$.signed_content_encoding', ...FAULTS.invalid('is invalid') }]);
  return bytes;
}

/** The published form nests five levels deep; much deeper input only tries to exhaust its readers. */
const MAX_DEPTH = 32;

/**
 * Reads signed bytes as JSON (RFC 8259), strictly: other programs may read the signed document again, and all of them
 * must read the same. It must be UTF-8 without a byte order mark and without invalid bytes, and no object may name a
 * property twice: some readers take the first value and others the last, so nobody could say which one was signed.
 */
export function readSignedJson(bytes: Uint8Array): unknown {
  try {
    // The mark stays in the text, where JSON does not allow it.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    if (isAmbiguousOrDeep(text)) throw new Refusal('signed_content_invalid');
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's error quotes the text, so it is dropped.
    throw new Refusal('signed_content_invalid');
  }
}

/** The property names of an open object so far; empty for an array. */
type OpenNames = Set<string>;

/** Scans a text before it is parsed, in one pass. The answer matters only for valid JSON: the parser refuses the rest. */
function isAmbiguousOrDeep(text: string): boolean {
  const open: OpenNames[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const symbol = text[at];
    if (symbol === '{' || symbol === '[') {
      if (open.push(new Set()) > MAX_DEPTH) return true;
    } else if (symbol === '}' || symbol === ']') open.pop();
    else if (symbol === '"') {
      const end = endOfString(text, at);
      if (isName(text, end) && isRepeated(open.at(-1), text.slice(at, end))) return true;
      at = end - 1;
    }
  }
  return false;
}

/** The index after the closing quote. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

/** A string followed by a colon is the name of a property. */
function isName(text: string, end: number): boolean {
  let at = end;
  while (isBlank(text[at])) at += 1;
  return text[at] === ':';
}

const isBlank = (symbol: string | undefined): boolean =>
  symbol === ' ' || symbol === '\n' || symbol === '\r' || symbol === '\t';

/** Compares decoded names: escapes allow many spellings of the same name. */
function isRepeated(names: OpenNames | undefined, quoted: string): boolean {
  const name = JSON.parse(quoted) as string;
  if (names?.has(name)) return true;
  names?.add(name);
  return false;
}

type Issue = z.core.$ZodIssue;

type IssueOf<Code extends Issue['code']> = Extract<Issue, { code: Code }>;

/**
 * Returns a signed document as its schema reads it, or refuses it with all faults at once, in the order of the schema and
 * by the published rules of fields. The sentence of a `format` fault is the schema's own, so a schema writes it as a
 * constant: values are never repeated.
 */
export function parseDocument<T>(schema: z.ZodType<T>, body: unknown): T {
  const read = schema.safeParse(body === undefined ? {} : body, { reportInput: true });
  if (read.success) return read.data;
  throw refuseFields(faultsOf(read.error.issues));
}

function faultsOf(issues: readonly Issue[]): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const issue of issues) {
    const left = MOST_FAULTS - faults.length;
    if (left <= 0) break;
    if (issue.code === 'unrecognized_keys') faults.push(...unknownProperties(issue, left));
    else faults.push({ entry: entryOf(issue.path), ...faultOf(issue) });
  }
  return faults;
}

function unknownProperties({ path, keys }: IssueOf<'unrecognized_keys'>, most: number): FieldFault[] {
  return reportedNames(keys, most).map((name) => ({ entry: entryOf([...path, name]), ...FAULTS.unknown() }));
}

function faultOf(issue: Exclude<Issue, IssueOf<'unrecognized_keys'>>): FaultOfField {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? absence(issue)
        : FAULTS.type(JSON_NAMES[issue.expected] ?? issue.expected, issue.input);
    case 'invalid_value':
      return issue.input === undefined ? absence(issue) : otherValue(issue);
    case 'too_small':
      return outOfRange(issue, 'minimum', issue.minimum);
    case 'too_big':
      return outOfRange(issue, 'maximum', issue.maximum);
    case 'invalid_format':
    case 'custom':
      return FAULTS.form(issue.message);
    default:
      return FAULTS.form('value is not of the expected form');
  }
}

const absence = ({ path }: Issue): FaultOfField => FAULTS.required(String(path.at(-1)));

/** Types that zod names otherwise than JSON Schema. */
const JSON_NAMES: Readonly<Record<string, string>> = { int: 'integer', record: 'object' };

function otherValue({ values, input }: IssueOf<'invalid_value'>): FaultOfField {
  const types = [...new Set(values.map(jsonTypeOf))];
  if (!types.includes(jsonTypeOf(input))) return FAULTS.type(types.join(' or '), input);
  return FAULTS.enum(values);
}

function outOfRange(
  issue: IssueOf<'too_small' | 'too_big'>,
  bound: 'minimum' | 'maximum',
  limit: number | bigint,
): FaultOfField {
  const { origin, input } = issue as { origin: string; input?: unknown };
  if (origin === 'array') return FAULTS.listLength(bound, limit, input);
  if (origin === 'string') return FAULTS.textLength(bound, limit, input);
  return FAULTS.invalid(`expected the value to have a ${bound} of ${limit}`);
}
