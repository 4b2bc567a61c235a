import type { z } from 'zod';
import { Refusal, type FieldFault } from '../../domain/refusal';

/** More faults help nobody to repair a request, and a hostile body could have a million. */
const MOST_FAULTS = 100;

type Issue = z.core.$ZodIssue;
type IssueOf<Code extends Issue['code']> = Extract<Issue, { code: Code }>;
type ReportedRefusal = Omit<FieldFault, 'entry'>;

/**
 * Gives the body as the schema reads it, or refuses it with every fault at once, in the order of the schema. What was
 * sent is not repeated: a fault tells the field, the rule, types and lengths. The sentence of a `format` is the
 * schema's own, so a schema writes it as a constant.
 */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  // A request without a body lacks its properties, like one with an empty object.
  const read = schema.safeParse(body === undefined ? {} : body, { reportInput: true });
  if (read.success) return read.data;
  throw new Refusal('validation_failed', { faults: faultsOf(read.error.issues) });
}

function faultsOf(issues: readonly Issue[]): FieldFault[] {
  const faults: FieldFault[] = [];
  for (const issue of issues) {
    const left = MOST_FAULTS - faults.length;
    if (left <= 0) break;
    if (issue.code === 'unrecognized_keys') faults.push(...unknownProperties(issue, left));
    else faults.push({ entry: entryOf(issue.path), ...toldOf(issue) });
  }
  return faults;
}

function entryOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (entry, part) => (typeof part === 'number' ? `${entry}.[${part}]` : `${entry}.${String(part)}`),
    '$',
  );
}

/** A name somebody could have meant. Digits are not in it: numbers of persons and documents consist of them. */
const PLAIN_NAME = /^[a-z][a-z_]{0,39}$/;

/** Other names may be anything, a person's data too. They are not told apart. */
const MASKED_NAME = '*';

function unknownProperties({ path, keys }: IssueOf<'unrecognized_keys'>, most: number): FieldFault[] {
  const names = new Set<string>();
  for (const key of keys) {
    if (names.size >= most) break;
    names.add(PLAIN_NAME.test(key) ? key : MASKED_NAME);
  }
  const description = 'schema does not allow additional properties';
  return [...names].map((name) => ({
    entry: entryOf([...path, name]),
    rule: 'schema',
    description,
    params: [],
  }));
}

function toldOf(issue: Exclude<Issue, IssueOf<'unrecognized_keys'>>): ReportedRefusal {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? absence(issue)
        : mismatch([JSON_NAMES[issue.expected] ?? issue.expected], issue.input);
    case 'invalid_value':
      return issue.input === undefined ? absence(issue) : otherValue(issue);
    case 'too_small':
      return outOfRange(issue, { least: issue.minimum });
    case 'too_big':
      return outOfRange(issue, { most: issue.maximum });
    case 'invalid_format':
    case 'custom':
      return { rule: 'format', description: issue.message, params: [] };
    default:
      return { rule: 'format', description: 'value is not of the expected form', params: [] };
  }
}

function absence({ path }: Issue): ReportedRefusal {
  return {
    rule: 'required',
    description: `required property ${String(path.at(-1))} was not present`,
    params: [],
  };
}

/** What the schema library calls otherwise than JSON Schema. */
const JSON_NAMES: Readonly<Record<string, string>> = { int: 'integer', record: 'object' };

function mismatch(expected: readonly string[], input: unknown): ReportedRefusal {
  const description = `type mismatch. Expected ${expected.join(' or ')} but got ${typeOf(input)}`;
  return { rule: 'cast', description, params: [] };
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (Number.isInteger(value)) return 'integer';
  return typeof value;
}

function otherValue({ values, input }: IssueOf<'invalid_value'>): ReportedRefusal {
  const types = [...new Set(values.map(typeOf))];
  if (!types.includes(typeOf(input))) return mismatch(types, input);
  return { rule: 'inclusion', description: 'value is not allowed in enum', params: values.map(String) };
}

type Limit = { least: number | bigint } | { most: number | bigint };

function outOfRange(issue: IssueOf<'too_small' | 'too_big'>, limit: Limit): ReportedRefusal {
  const { origin, input } = issue as { origin: string; input?: unknown };
  const [word, bound] = 'least' in limit ? ['minimum', limit.least] : ['maximum', limit.most];
  if (origin === 'array') {
    const items = Array.isArray(input) ? input.length : 0;
    return {
      rule: 'length',
      description: `expected a ${word} of ${bound} items but got ${items}`,
      params: [],
    };
  }
  if (origin === 'string') {
    const length = typeof input === 'string' ? lengthOf(input) : 0;
    const description = `expected value to have a ${word} length of ${bound} but was ${length}`;
    return { rule: 'length', description, params: [] };
  }
  return { rule: 'invalid', description: `expected the value to have a ${word} of ${bound}`, params: [] };
}

/** The length as people and the database count it: in characters, not in their halves. */
export function lengthOf(text: string): number {
  let characters = 0;
  for (const _ of text) characters += 1;
  return characters;
}
