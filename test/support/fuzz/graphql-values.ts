import fc from 'fast-check';
import {
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isScalarType,
} from 'graphql';
import { hostileJson } from '../hostile-values';
import { UNZR } from '../guarded-calls';
import type { Known } from './fuzz-scene';
import { hostileTexts } from './hostile-texts';

/** Values that a type allows, as they would stand in the variables. */
export function valuesOfType(type: GraphQLInputType, known: Known): fc.Arbitrary<unknown> {
  if (isNonNullType(type)) return valuesOfType(type.ofType, known);
  if (isListType(type)) return fc.array(valuesOfType(type.ofType, known), { maxLength: 3 });
  if (isEnumType(type)) return fc.constantFrom(...type.getValues().map(({ name }) => name));
  if (isScalarType(type)) return (SCALARS[type.name] ?? textsFor)(known);
  const fields = Object.values(type.getFields());
  return fc.record(Object.fromEntries(fields.map((field) => [field.name, valuesOfType(field.type, known)])), {
    requiredKeys: fields.filter((field) => isNonNullType(field.type)).map(({ name }) => name),
    noNullPrototype: true,
  });
}

/** The types whose ids are told in one opaque text with them. */
const NODES = ['Person', 'ConfidantPersonRelationship', 'UnzrInfo', 'Маркерчук'];

const globalIds = ({ ids }: Known): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom(...NODES), fc.constantFrom(...ids))
    .map(([type, id]) => Buffer.from(`${type}:${id}`).toString('base64'));

const textsFor = (known: Known): fc.Arbitrary<string> =>
  fc.oneof(fc.constantFrom(UNZR, '19900101-00002', 'comment'), hostileTexts, globalIds(known));

const SCALARS: Readonly<Record<string, (known: Known) => fc.Arbitrary<unknown>>> = {
  Int: () => fc.oneof(fc.integer({ min: 1, max: 50 }), fc.constantFrom(0, -1, 301, 2 ** 31 - 1, -(2 ** 31))),
  Float: () => fc.double({ noNaN: true, noDefaultInfinity: true }),
  Boolean: () => fc.boolean(),
  ID: (known) => fc.oneof(globalIds(known), globalIds(known), fc.constantFrom(...known.ids), hostileTexts),
  UUID: ({ ids }) => fc.constantFrom(...ids),
  Date: () => fc.constantFrom('1990-01-01', '2026-02-28', '0001-01-01', '9999-12-31'),
};

/** The same with one thing wrong with it, or something else altogether. */
export function wrongValuesOfType(type: GraphQLInputType, known: Known): fc.Arbitrary<unknown> {
  const wild = fc.oneof(hostileJson, hostileTexts);
  const bare = isNonNullType(type) ? type.ofType : type;
  if (!isInputObjectType(bare)) return wild;
  const names = [...Object.keys(bare.getFields()), '__proto__', 'more'];
  const oneWrong = fc
    .tuple(valuesOfType(bare, known), fc.constantFrom(...names), wild)
    .map(([value, name, put]) => ({ ...(value as object), [name]: put }));
  return fc.oneof({ weight: 3, arbitrary: oneWrong }, { weight: 1, arbitrary: wild });
}

const NAME = /^[_A-Za-z]\w*$/;

/** A value as it stands in the text of an operation. */
export function literalOf(value: unknown, type?: GraphQLInputType): string {
  const bare = isNonNullType(type) ? type.ofType : type;
  if (typeof value === 'string') return isEnumType(bare) && NAME.test(value) ? value : JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (!Array.isArray(value)) return objectLiteralOf(value, bare);
  const items = isListType(bare) ? bare.ofType : undefined;
  return `[${value.map((each) => literalOf(each, items)).join(' ')}]`;
}

/** Names that the language cannot spell are left out. */
function objectLiteralOf(value: object, type: GraphQLInputType | undefined): string {
  const fields = isInputObjectType(type) ? type.getFields() : {};
  const typeOf = (name: string) => (Object.hasOwn(fields, name) ? fields[name]?.type : undefined);
  const written = Object.entries(value)
    .filter(([name]) => NAME.test(name))
    .map(([name, each]) => `${name}: ${literalOf(each, typeOf(name))}`);
  return `{${written.join(' ')}}`;
}
