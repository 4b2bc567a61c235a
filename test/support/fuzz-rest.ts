import fc from 'fast-check';
import type { Known } from './fuzz-fixture';
import { headerOf, hostileTexts, written, hostileJson, pathsOf } from './hostile-values';
import type { SentRequest } from './http-client';

/** A schema in the words of JSON Schema, as far as values are made from it. */
export interface ValueSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly anyOf?: readonly ValueSchema[];
  readonly oneOf?: readonly ValueSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly items?: ValueSchema;
  readonly properties?: Readonly<Record<string, ValueSchema>>;
  readonly required?: readonly string[];
}

/** A parameter of the path or the query. */
export interface CallParameter {
  readonly name: string;
  readonly in: string;
  readonly schema: ValueSchema;
  readonly example?: unknown;
}

/** A call as its description has it. */
export interface DescribedCall {
  /** As `PATCH /api/things/{id}`. */
  readonly name: string;
  readonly method: string;
  readonly template: string;
  readonly parameters: readonly CallParameter[];
  readonly body?: { readonly schema: ValueSchema; readonly example?: unknown };
  /** The statuses it is documented to answer with. */
  readonly statuses: readonly number[];
}

interface Operation {
  readonly parameters?: readonly CallParameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, DescribedCall['body']>> };
  readonly responses: Readonly<Record<string, unknown>>;
  readonly 'x-internal'?: boolean;
}

/** Every call of the public port, whatever there is. */
export function callsOf(paths: Readonly<Record<string, Readonly<Record<string, unknown>>>>): DescribedCall[] {
  return Object.entries(paths).flatMap(([template, operations]) =>
    Object.entries(operations as Readonly<Record<string, Operation>>)
      .filter(([, operation]) => operation['x-internal'] !== true)
      .map(([method, operation]) => callOf(template, method.toUpperCase(), operation)),
  );
}

function callOf(template: string, method: string, operation: Operation): DescribedCall {
  const body = operation.requestBody?.content['application/json'];
  return {
    name: `${method} ${template}`,
    method,
    template,
    parameters: operation.parameters ?? [],
    ...(body === undefined ? {} : { body }),
    statuses: Object.keys(operation.responses).map(Number),
  };
}

/** A request in its parts, each as it is sent. */
interface Draft {
  readonly method: string;
  readonly path: readonly string[];
  readonly query: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Good requests, and requests that are good but for one thing. */
export function requestsFor(call: DescribedCall, known: Known): fc.Arbitrary<SentRequest> {
  const good = goodDrafts(call, known);
  const spoilt = good.chain((draft) => fc.oneof(...spoilers(call, draft)));
  return fc.oneof({ weight: 1, arbitrary: good }, { weight: 6, arbitrary: spoilt }).map(requestOf);
}

const requestOf = ({ method, path, query, headers, body }: Draft): SentRequest => ({
  method,
  target: `/${path.join('/')}${query.length > 0 ? `?${query.join('&')}` : ''}`,
  headers,
  body: body ?? '',
});

function goodDrafts(call: DescribedCall, known: Known): fc.Arbitrary<Draft> {
  const segments = call.template.split('/').slice(1);
  const inPath = segments.map((segment) => {
    const parameter = call.parameters.find(({ name }) => segment === `{${name}}`);
    return parameter === undefined ? fc.constant(segment) : goodValues(parameter, known).map(written);
  });
  const inQuery = call.parameters
    .filter((parameter) => parameter.in === 'query')
    .map((parameter) => fc.option(pairsOf(parameter, goodValues(parameter, known)), { nil: undefined }));
  const headers = {
    authorization: `Bearer ${known.token}`,
    ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  return fc.record({
    method: fc.constant(call.method),
    path: fc.tuple(...inPath),
    query: fc.tuple(...inQuery).map((pairs) => pairs.filter((pair) => pair !== undefined)),
    headers: fc.constant(headers),
    body: goodBodies(call, known),
  });
}

/** The ids of examples are nobody's. */
function goodValues({ schema, example }: CallParameter, { ids }: Known): fc.Arbitrary<string> {
  const made = valuesOf(schema, ids);
  const isMade = example === undefined || schema.format === 'uuid';
  return (isMade ? made : fc.oneof(fc.constant(example), made)).map(String);
}

const pairsOf = ({ name }: CallParameter, values: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  values.map((value) => `${name}=${written(value)}`);

function goodBodies({ body }: DescribedCall, { ids }: Known): fc.Arbitrary<string | undefined> {
  if (body === undefined) return fc.constant(undefined);
  const made = valuesOf(body.schema, ids);
  return fc.oneof(fc.constant(body.example), made).map((value) => JSON.stringify(value));
}

/** Everything that can be wrong with one request, one thing at a time. */
function spoilers(call: DescribedCall, draft: Draft): fc.Arbitrary<Draft>[] {
  const inPath = call.template
    .split('/')
    .slice(1)
    .flatMap((segment, index) => (segment.startsWith('{') ? [index] : []));
  return [
    ...inPath.map((index) =>
      segments.map((segment) => ({ ...draft, path: draft.path.with(index, segment) })),
    ),
    queriesFor(call).map((more) => ({ ...draft, query: [...draft.query, ...more] })),
    strangeHeaders.map((headers) => ({ ...draft, headers: { ...draft.headers, ...headers } })),
    ...Array.from({ length: call.body === undefined ? 1 : 4 }, () =>
      bodiesFrom(call, draft.body).map((body) => ({
        ...draft,
        headers: { 'content-type': 'application/json', ...draft.headers },
        body,
      })),
    ),
  ];
}

/** Some that no browser would write. */
const segments: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '%',
    '%zz',
    '%00',
    '%ff%fe',
    '%ed%a0%80',
    '..',
    '%2e%2e%2f',
    ';a=b',
    ':id',
    '{id}',
    '*',
    'a'.repeat(3_000),
  ),
  hostileTexts.map(written),
);

function queriesFor({ parameters }: DescribedCall): fc.Arbitrary<string[]> {
  const known = parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
  const names = fc.constantFrom(...known, ...known, 'page', 'page_size', 'id', 'unzr', 'stream');
  const strange = fc.oneof(
    names.map((name) => `${name}[]`),
    names.map((name) => `${name}[a][b]`),
    fc.constantFrom('__proto__[x]', 'constructor', '[]', '', '%'),
    hostileTexts.map(written),
  );
  const pair = fc
    .tuple(
      fc.oneof({ weight: 4, arbitrary: names }, { weight: 1, arbitrary: strange }),
      hostileTexts.map(written),
    )
    .map((parts) => parts.join('='));
  return fc.oneof(
    fc.array(pair, { minLength: 1, maxLength: 3 }),
    names.map((name) => [`${name}=1`, `${name}=2`]),
    names.map((name) => Array.from({ length: 400 }, () => `${name}=1`)),
  );
}

const strangeHeaders: fc.Arbitrary<Readonly<Record<string, string>>> = fc
  .tuple(
    fc.constantFrom(
      'authorization',
      'x-request-id',
      'content-type',
      'accept',
      'content-encoding',
      'cookie',
      'if-none-match',
    ),
    fc.oneof(
      hostileTexts.map(headerOf),
      hostileTexts.map((text) => headerOf(`Bearer ${text}`)),
      fc.constantFrom(
        'Bearer',
        'text/plain',
        'application/json; charset=utf-16',
        'gzip',
        'multipart/form-data; boundary=x',
      ),
    ),
  )
  .map(([name, value]) => ({ [name]: value }));

/** JSON that is not what was asked for, and texts that are no JSON. */
export function bodiesFrom(call: DescribedCall, good: string | undefined): fc.Arbitrary<string> {
  const wild = hostileJson.map((value) => JSON.stringify(value));
  if (good === undefined) return fc.oneof(wild, rawBodies);
  const value = JSON.parse(good) as unknown;
  const paths = [...pathsOf(value), ...Object.keys(call.body?.schema.properties ?? {})];
  const replaced = fc
    .tuple(fc.constantFrom(...paths, 'more'), fc.oneof(hostileJson, hostileTexts, hostileTexts))
    .map(([path, hostile]) => JSON.stringify(withValueAt(value, path.split('.'), hostile)));
  const doubled = replaced.map((other) =>
    good === '{}' || other === '{}' ? good : `${good.slice(0, -1)},${other.slice(1)}`,
  );
  return fc.oneof(
    { weight: 6, arbitrary: replaced },
    { weight: 1, arbitrary: doubled },
    { weight: 2, arbitrary: wild },
    { weight: 1, arbitrary: rawBodies },
  );
}

const rawBodies: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    '',
    'null',
    '[]',
    '{',
    '{}{}',
    '{"a":1e999}',
    '{"a":123456789012345678901234567890}',
    `{"Маркерчук":МР770001}`,
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`,
    `{${Array.from({ length: 2_000 }, (_, n) => `"Маркерчук${n}":${n}`).join(',')}}`,
  ),
  hostileTexts,
);

function withValueAt(value: unknown, path: readonly string[], put: unknown): unknown {
  const [key, ...below] = path;
  if (key === undefined) return put;
  if (Array.isArray(value))
    return value.map((each, index) => (String(index) === key ? withValueAt(each, below, put) : each));
  const inside = typeof value === 'object' && value !== null ? value : {};
  return { ...inside, [key]: withValueAt(Reflect.get(inside, key), below, put) };
}

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
