import fc from 'fast-check';
import type { ValueSchema } from './calls-of-document';

/** Values that a schema allows. Ids are those that somebody bears, or nobody. */
export function valuesOf(schema: ValueSchema, ids: readonly string[]): fc.Arbitrary<unknown> {
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const several = schema.anyOf ?? schema.oneOf;
  if (several !== undefined) return fc.oneof(...several.map((each) => valuesOf(each, ids)));
  if (Array.isArray(schema.type))
    return fc.oneof(...schema.type.map((type: string) => valuesOf({ ...schema, type }, ids)));
  return MAKERS[String(schema.type)]?.(schema, ids) ?? fc.jsonValue({ maxDepth: 2 });
}

type Maker = (schema: ValueSchema, ids: readonly string[]) => fc.Arbitrary<unknown>;

/** The longest text that is worth sending often. */
const LONG_ENOUGH = 40;

const MAKERS: Readonly<Record<string, Maker>> = {
  null: () => fc.constant(null),
  boolean: () => fc.boolean(),
  integer: ({ minimum = -1000, maximum = 1000 }) => fc.integer({ min: minimum, max: maximum }),
  number: ({ minimum = -1000, maximum = 1000 }) => fc.double({ min: minimum, max: maximum, noNaN: true }),
  string: textOf,
  array: ({ items = {} }, ids) => fc.array(valuesOf(items, ids), { maxLength: 3 }),
  object: ({ properties = {}, required = [] }, ids) => {
    const made = Object.entries(properties).map(([name, each]) => [name, valuesOf(each, ids)] as const);
    return fc.record(Object.fromEntries(made), { requiredKeys: [...required], noNullPrototype: true });
  },
};

function textOf(
  { format, pattern, minLength = 0, maxLength = LONG_ENOUGH }: ValueSchema,
  ids: readonly string[],
): fc.Arbitrary<unknown> {
  if (format === 'uuid')
    return fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...ids) }, { weight: 1, arbitrary: fc.uuid() });
  if (format === 'date')
    return fc.date({ noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern));
  return fc.string({ minLength, maxLength: Math.min(maxLength, minLength + LONG_ENOUGH) });
}
