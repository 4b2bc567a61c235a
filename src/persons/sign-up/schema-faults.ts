import type { z } from 'zod';
import { type FieldFault, Refusal } from '../../domain/refusal';
import { entryOf, type FaultOfField, FAULTS, jsonTypeOf, MOST_FAULTS, reportedNames } from '../../http';

type Issue = z.core.$ZodIssue;
type IssueOf<Code extends Issue['code']> = Extract<Issue, { code: Code }>;

/**
 * Returns a signed document as its schema reads it, or refuses it with all faults at once, in the order of the schema and
 * by the published rules of fields. The sentence of a `format` fault is the schema's own, so a schema writes it as a
 * constant: values are never repeated.
 */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
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
  return FAULTS.range(`expected the value to have a ${bound} of ${limit}`);
}
