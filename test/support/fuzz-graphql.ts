import fc from 'fast-check';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  buildSchema,
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  isAbstractType,
  isLeafType,
  isNonNullType,
  isObjectType,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isListType,
  isScalarType,
} from 'graphql';
import { MARKERS, hostileTexts, hostileJson } from './hostile-values';
import type { Known } from './fuzz-fixture';
import { UNZR } from './guarded-calls';

const SOURCE = join(__dirname, '../../src');

/** An operation as it is sent. */
export interface SentOperation {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: unknown;
}

/** A field that an operation can begin with. */
export interface RootField {
  readonly root: 'query' | 'mutation';
  readonly field: GraphQLField<unknown, unknown>;
}

/** The schema as the modules define it. */
export function writtenSchema(): GraphQLSchema {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.graphql'),
  );
  return buildSchema(files.map((name) => readFileSync(join(SOURCE, name), 'utf8')).join('\n'));
}

/** All of them, whatever there is. */
export function rootFieldsOf(schema: GraphQLSchema): RootField[] {
  const fieldsOf = (type: GraphQLObjectType | null | undefined) => Object.values(type?.getFields() ?? {});
  return [
    ...fieldsOf(schema.getQueryType()).map((field) => ({ root: 'query' as const, field })),
    ...fieldsOf(schema.getMutationType()).map((field) => ({ root: 'mutation' as const, field })),
  ];
}

type Draw = <Value>(arbitrary: fc.Arbitrary<Value>) => Value;

/** What operations are made of, and how often one asks for its field; of several numbers any. */
export interface OperationParts {
  readonly schema: GraphQLSchema;
  readonly known: Known;
  readonly times: readonly number[];
}

/** Operations that begin with one field: right ones, ones with wrong values, and such as are hardly any. */
export function operationsFor(rootField: RootField, parts: OperationParts): fc.Arbitrary<SentOperation> {
  const written = fc.gen().map((generate) => {
    const draw: Draw = (arbitrary) => generate(() => arbitrary);
    return new WrittenOperation(draw, parts).of(rootField);
  });
  return fc.oneof({ weight: 5, arbitrary: written }, { weight: 2, arbitrary: written.chain(spoilt) });
}

/** What hardly reads as an operation, or asks for far too much. */
export const strangeOperations: fc.Arbitrary<object> = fc.oneof(
  fc.constantFrom<object>(
    {},
    [],
    { query: null },
    { query: '' },
    { query: 42 },
    { query: '{' },
    { query: '{__typename}', variables: 'Маркерчук' },
    { query: '{__typename}', variables: [1] },
    { query: '{__typename}', operationName: 'Маркерчук' },
    { query: 'query A{__typename} query B{__typename}' },
    { query: 'query A{__typename} query A{__typename}', operationName: 'A' },
    { query: 'subscription{__typename}' },
    { query: '{...F} fragment F on Query{...F}' },
    { query: '{...F} fragment F on Маркерчук{a}' },
    { query: '{__typename @include(if: "Маркерчук")}' },
    { query: '{__typename @Маркерчук}' },
    { query: `{${'__schema{types{fields{type{'.repeat(3)}name${'}'.repeat(12)}}` },
    { query: `{${'a{'.repeat(3_000)}a${'}'.repeat(3_000)}}` },
    { query: `{${Array.from({ length: 3_000 }, (_, n) => `a${n}:__typename`).join(' ')}}` },
    { query: `query(${Array.from({ length: 1_000 }, (_, n) => `$a${n}:Int`).join(' ')}){__typename}` },
    { query: '{__type(name:"Маркерчук"){name}}' },
    { extensions: { persistedQuery: { version: 1, sha256Hash: 'МР770001' } } },
    [{ query: '{__typename}' }, { query: '{__typename}' }],
  ),
  hostileTexts.map((query) => ({ query })),
  hostileTexts.map((text) => ({ query: `{${text}}` })),
  hostileTexts.map((text) => ({ query: `query ${text} {__typename}` })),
);

/** A text that was cut, or has something in it that does not belong there. */
function spoilt(operation: SentOperation): fc.Arbitrary<SentOperation> {
  const { query } = operation;
  const places = fc.nat({ max: query.length });
  const foreign = fc.constantFrom(
    ...MARKERS,
    '{',
    '}',
    '"',
    '"""',
    '$',
    '@',
    '...',
    '#',
    '\ud800',
    '\0',
    '(',
    ':1',
  );
  return fc.oneof(
    places.map((at) => ({ ...operation, query: query.slice(0, at) })),
    fc
      .tuple(places, foreign)
      .map(([at, put]) => ({ ...operation, query: query.slice(0, at) + put + query.slice(at) })),
    fc.constant({ ...operation, variables: {} }),
    fc.constant({ ...operation, variables: null }),
  );
}

const ONCE_IN_FOUR = fc.nat({ max: 3 }).map((drawn) => drawn === 0);

/** How far below the root is asked; more than is allowed, now and then. */
const DEPTHS = [1, 2, 3, 4, 5, 5, 12];

/** One operation while it is written, with its variables. */
class WrittenOperation {
  private readonly variables: Record<string, unknown> = {};
  private readonly declared: string[] = [];

  constructor(
    private readonly draw: Draw,
    private readonly parts: OperationParts,
  ) {}

  of({ root, field }: RootField): SentOperation {
    const depth = this.draw(fc.constantFrom(...DEPTHS));
    const times = this.draw(fc.constantFrom(...this.parts.times));
    const fields = Array.from(
      { length: times },
      (_, n) => `${n === 0 ? '' : `a${n}: `}${this.field(field, depth)}`,
    );
    const variables = this.declared.length === 0 ? '' : `(${this.declared.join(' ')})`;
    return { query: `${root} Asked${variables} {${fields.join(' ')}}`, variables: this.variables };
  }

  private field({ name, args, type }: GraphQLField<unknown, unknown>, depth: number): string {
    const given = args.filter((argument) => isNonNullType(argument.type) || this.draw(ONCE_IN_FOUR));
    const written = given.map((argument) => `${argument.name}: ${this.argument(argument)}`);
    return `${name}${written.length === 0 ? '' : `(${written.join(' ')})`}${this.selection(getNamedType(type), depth)}`;
  }

  /** In the text, or as a variable. */
  private argument({ type }: GraphQLArgument): string {
    const isWrong = this.draw(ONCE_IN_FOUR);
    const value = this.draw(
      isWrong ? wrongValuesOfType(type, this.parts.known) : valuesOfType(type, this.parts.known),
    );
    if (this.draw(fc.boolean())) return literalOf(value, type);
    const name = `v${this.declared.length}`;
    this.declared.push(`$${name}: ${String(type)}`);
    this.variables[name] = value;
    return `$${name}`;
  }

  private selection(type: unknown, depth: number): string {
    if (isLeafType(type)) return '';
    const types = isAbstractType(type)
      ? this.parts.schema.getPossibleTypes(type)
      : isObjectType(type)
        ? [type]
        : [];
    const parts = types.map((each) => {
      const fields = this.fieldsOf(each, depth).map((field) => this.field(field, depth - 1));
      const inside = ['__typename', ...fields].join(' ');
      return isAbstractType(type) ? `... on ${each.name} {${inside}}` : inside;
    });
    return ` {${parts.join(' ')}}`;
  }

  private fieldsOf(type: GraphQLObjectType, depth: number): GraphQLField<unknown, unknown>[] {
    const all = Object.values(type.getFields());
    const fit = depth > 0 ? all : all.filter((field) => isLeafType(getNamedType(field.type)));
    return fit.length === 0
      ? []
      : this.draw(fc.subarray(fit, { minLength: 1, maxLength: Math.min(5, fit.length) }));
  }
}

/** Values that a type allows, as they are written in the variables. */
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

/** The types that are part of the opaque ids. */
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

/** A value as it is written in the text of an operation. */
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
