import { type FieldFault, type FieldRule, Refusal } from '../../domain/refusal';

/** More faults do not help to repair a request, and a hostile body could have a million. */
export const MOST_FAULTS = 100;

/** A field fault without its place: values that were sent are never repeated. */
export type FaultOfField = Omit<FieldFault, 'entry'>;

const faultOfRule = (rule: FieldRule, description: string, params: readonly string[] = []): FaultOfField => ({
  rule,
  description,
  params,
});

/** The published sentences about fields. */
export const FAULTS = {
  required: (name: string) => faultOfRule('required', `required property ${name} was not present`),
  unknown: () => faultOfRule('schema', 'schema does not allow additional properties'),
  type: (expected: string, value: unknown) =>
    faultOfRule('cast', `type mismatch. Expected ${expected} but got ${jsonTypeOf(value)}`),
  enum: (values: readonly unknown[]) =>
    faultOfRule('inclusion', 'value is not allowed in enum', values.map(String)),
  form: (description: string) => faultOfRule('format', description),
  textLength: (bound: 'minimum' | 'maximum', limit: number | bigint, text: unknown) => {
    const length = typeof text === 'string' ? lengthOf(text) : 0;
    return faultOfRule('length', `expected value to have a ${bound} length of ${limit} but was ${length}`);
  },
  listLength: (bound: 'minimum' | 'maximum', limit: number | bigint, list: unknown) => {
    const items = Array.isArray(list) ? list.length : 0;
    return faultOfRule('length', `expected a ${bound} of ${limit} items but got ${items}`);
  },
  invalid: (description: string) => faultOfRule('invalid', description),
} as const;

/** Each fault of a request at once; at most 100. */
export function refuseFields(faults: readonly FieldFault[]): Refusal {
  return new Refusal('validation_failed', { faults: faults.slice(0, MOST_FAULTS) });
}

/** `$.people.[0].name` */
export function entryOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (entry, part) => (typeof part === 'number' ? `${entry}.[${part}]` : `${entry}.${String(part)}`),
    '$',
  );
}

/** A name somebody could have meant. It has no digits: numbers of persons and documents consist of them. */
const PLAIN_NAME = /^[a-z][a-z_]{0,39}$/;

/** Any other name may be a person's data, so all of them appear under this one. */
const MASKED_NAME = '*';

/** The names under which unknown properties are reported: at most `most`, each once. */
export function reportedNames(names: readonly string[], most: number): string[] {
  const reported = new Set<string>();
  for (const name of names) {
    if (reported.size >= most) break;
    reported.add(PLAIN_NAME.test(name) ? name : MASKED_NAME);
  }
  return [...reported];
}

/** The type of a value in the words of JSON Schema. */
export function jsonTypeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return typeof value;
}

/** The length in characters, as people and the database count it: not in UTF-16 code units. */
export function lengthOf(text: string): number {
  let characters = 0;
  for (const _ of text) characters += 1;
  return characters;
}

/** PostgreSQL stores no NUL, and half of a surrogate pair is no character: neither can be stored as it was sent. */
const UNSTORABLE = /[\0\p{Surrogate}]/u;

/** Longer free text than this is not what its field is for. */
export const LONGEST_TEXT = 255;

/** Lengths in characters. `fits` is called only for a text of the right length: no pattern is tried on a megabyte. */
export interface TextRule {
  readonly least?: number;
  readonly most?: number;
  readonly fits?: (text: string) => boolean;
  /** The constant sentence about a text that does not fit. */
  readonly sentence?: string;
}

/** The first fault of a text: its length, its characters, its form. */
export function faultOfText(text: string, rule: TextRule): FaultOfField | undefined {
  const { least = 1, most = LONGEST_TEXT, fits, sentence = '' } = rule;
  const length = lengthOf(text);
  if (length < least) return FAULTS.textLength('minimum', least, text);
  if (length > most) return FAULTS.textLength('maximum', most, text);
  if (UNSTORABLE.test(text)) return FAULTS.form('string must not hold NUL or half of a surrogate pair');
  return fits === undefined || fits(text) ? undefined : FAULTS.form(sentence);
}

/** The sentence about a text that does not match a pattern. */
export function patternSentence(pattern: RegExp): string {
  return `string does not match pattern "${pattern.source}"`;
}

export const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Nest, class-transformer and class-validator drop or overlook properties that are named like a member of every object or
 * of the DTO: `__proto__`, `prototype`, `toString`, a getter. With a mark before its name such a property is an unknown
 * one like others.
 */
const MARK = '\0';

/** A copy with the mark before every such name. The depth of the value must be limited before. */
export function marked(value: unknown, type: { readonly prototype: object }): unknown {
  return renamed(value, (name) =>
    name in type.prototype || name === 'prototype' || name.startsWith(MARK) ? `${MARK}${name}` : name,
  );
}

/** The same copy without marks. */
export function unmarked(value: unknown): unknown {
  return renamed(value, unmarkedName);
}

export const unmarkedName = (name: string): string =>
  name.startsWith(MARK) ? name.slice(MARK.length) : name;

function renamed(value: unknown, rename: (name: string) => string): unknown {
  if (Array.isArray(value)) return value.map((entry) => renamed(entry, rename));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [rename(name), renamed(inner, rename)]),
  );
}
