import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpenApi } from '../../src/http';
import { callsOf, type DescribedCall } from '../support/fuzz-rest';
import { expectNoInternals, expectWellFormedRefusal, FuzzFixture } from '../support/fuzz-fixture';
import { send } from '../support/http-client';

/** Ten times what a busy machine needs. */
const WITHIN_MS = 5_000;

let fixture: FuzzFixture;
let calls: readonly DescribedCall[];

beforeAll(async () => {
  fixture = await FuzzFixture.start();
  calls = callsOf(fixture.program.get(OpenApi).document().paths);
});
afterAll(() => fixture.stop());

const nested = (levels: number, open: string, close: string): string =>
  `${open.repeat(levels)}1${close.repeat(levels)}`;

/** Each as JSON text: it is sent as the whole body, and as the value of each property of a good one. */
const HOSTILE: readonly (readonly [name: string, json: string])[] = [
  ['[]', '[]'],
  ['[[…]]', '[[{}]]'],
  ['null', 'null'],
  ['1990', '1990'],
  ['"1990"', '"1990"'],
  ['10,000 entries', JSON.stringify(new Array(10_000).fill({ unzr: 1 }))],
  [
    '10,000 properties',
    JSON.stringify(Object.fromEntries(Array.from({ length: 10_000 }, (_, at) => [`p${at}`, 1]))),
  ],
  ['20,000 levels of objects', nested(20_000, '{"a":', '}')],
  ['20,000 levels of lists', nested(20_000, '[', ']')],
];

function targetOf(call: DescribedCall, query: string): string {
  const path = call.template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const { example, schema } = call.parameters.find((parameter) => parameter.name === name) ?? {};
    return schema?.format === 'uuid' ? (fixture.known.ids[0] ?? '') : String(example);
  });
  return `${path}${query}`;
}

async function answerTo(call: DescribedCall, { body = '', query = '' }) {
  const begun = performance.now();
  const answer = await send(fixture.url, {
    method: call.method,
    target: targetOf(call, query),
    headers: {
      authorization: `Bearer ${fixture.known.token}`,
      ...(body === '' ? {} : { 'content-type': 'application/json' }),
    },
    body,
  });
  expect(performance.now() - begun).toBeLessThan(WITHIN_MS);
  expectNoInternals(answer.text);
  return answer;
}

const withBody = () => calls.filter(({ body }) => body !== undefined);

/** Optional properties may be null, and texts may be judged later: what fits is accepted or refused as described. */
async function expectDescribed(call: DescribedCall, body: string): Promise<void> {
  const answer = await answerTo(call, { body });
  expect(call.statuses).toContain(answer.status);
  expect(answer.status).toBeLessThan(500);
  if (answer.status >= 400) expectWellFormedRefusal(answer);
}

describe('A hostile body', () => {
  it('has calls to be sent to', () => {
    expect(withBody().length).toBeGreaterThanOrEqual(7);
  });

  it.each(HOSTILE)('%s is refused by every call', async (_, json) => {
    for (const call of withBody()) {
      const answer = await answerTo(call, { body: json });
      expect([call.name, answer.status]).toEqual([call.name, expect.toSatisfy(isRefused)]);
      expectWellFormedRefusal(answer);
    }
  });

  it.each(HOSTILE)('with %s for a property is answered as described', async (_, json) => {
    for (const call of withBody())
      for (const [name] of propertiesOf(call)) {
        const others = propertiesOf(call).filter(([other]) => other !== name);
        const members = [...others.map(([other, value]) => `${quoted(other)}:${JSON.stringify(value)}`)];
        await expectDescribed(call, `{${[...members, `${quoted(name)}:${json}`].join(',')}}`);
      }
  });

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'with an own property %s is not taken for one without',
    async (name) => {
      // An unknown property of an operation is ignored, as GraphQL clients send some.
      for (const call of withBody().filter(({ template }) => template !== '/graphql')) {
        const good = JSON.stringify(Object.fromEntries(propertiesOf(call)));
        const answer = await answerTo(call, { body: good.replace(/\}$/, `,${quoted(name)}:{"unzr":1}}`) });
        expect([call.name, answer.status]).toEqual([call.name, expect.toSatisfy(isRefused)]);
      }
    },
  );
});

describe('A hostile query', () => {
  it.each(['', '[]', '%5B%5D', 'null', '1990', '0x10', '1e3', '-1', '%00', 'x'.repeat(3_000)])(
    'with %j for each parameter is answered as described',
    async (value) => {
      for (const call of calls)
        for (const { name, in: place } of call.parameters.filter((each) => each.in === 'query')) {
          for (const query of [
            `?${name}=${value}`,
            `?${name}=${value}&${name}=${value}`,
            `?${name}[]=${value}`,
          ]) {
            const answer = await answerTo(call, { query });
            expect(call.statuses, `${call.name} ${place} ${query}`).toContain(answer.status);
            expect(answer.status).toBeLessThan(500);
          }
        }
    },
  );

  it.each(['0x10', '1e3', '-1', '1.5', ' 1', '٣'])('refuses the page %j', async (value) => {
    for (const call of calls.filter(({ parameters }) => parameters.some(({ name }) => name === 'page')))
      expect((await answerTo(call, { query: `?page=${encodeURIComponent(value)}` })).status).toBe(422);
  });
});

const quoted = (name: string): string => JSON.stringify(name);
const isRefused = (status: number): boolean => status >= 400 && status < 500;
const propertiesOf = ({ body }: DescribedCall) => Object.entries(body?.example ?? {});
