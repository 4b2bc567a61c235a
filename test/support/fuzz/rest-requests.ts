import fc from 'fast-check';
import type { CallParameter, DescribedCall } from './calls-of-document';
import type { Known } from './fuzz-scene';
import { headerOf, hostileTexts, written } from './hostile-texts';
import { bodiesFrom } from './rest-bodies';
import type { SentRequest } from './send-request';
import { valuesOf } from './values-of-schema';

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
