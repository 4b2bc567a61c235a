import Ajv2020 from 'ajv/dist/2020';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpenApi, type OpenApiDocument } from '../../src/http';
import { REFUSALS } from '../../src/domain/refusal';
import { AnswerCheck, type SentAnswer, takeFaults } from '../support/openapi-check';
import { TestEnvironment } from '../support/test-environment';

interface Media {
  readonly schema: object;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, { readonly value: unknown }>>;
}

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly example?: unknown }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, Media>> };
  readonly responses: Readonly<Record<string, { readonly content: Readonly<Record<string, Media>> }>>;
}

let env: TestEnvironment;
let document: OpenApiDocument;
let operations: readonly (readonly [place: readonly string[], operation: Operation])[];

beforeAll(async () => {
  env = await TestEnvironment.start();
  document = env.program.get(OpenApi).document();
  operations = Object.entries(document.paths).flatMap(([path, calls]) =>
    Object.entries(calls).map(
      ([method, call]) => [['paths', path, method], call as unknown as Operation] as const,
    ),
  );
});
afterAll(() => env.stop());

/** Each example with the place of its schema. */
function examplesOf(place: readonly string[], content: Readonly<Record<string, Media>>) {
  return Object.entries(content).flatMap(([media, { example, examples = {} }]) => {
    const values = [example, ...Object.values(examples).map(({ value }) => value)];
    const at = [...place, 'content', media, 'schema'];
    return values.filter((value) => value !== undefined).map((value) => ({ at, value }));
  });
}

const without = (change: (copy: OpenApiDocument) => void): AnswerCheck => {
  const copy = structuredClone(document);
  change(copy);
  return new AnswerCheck(copy);
};

/** Removes a part of an object. */
function take(from: unknown, ...path: readonly string[]): void {
  const owner = path.slice(0, -1).reduce((part, name) => (part as Record<string, unknown>)[name], from);
  delete (owner as Record<string, unknown>)[path.at(-1) ?? ''];
}

async function received(path: string): Promise<SentAnswer> {
  const answer = await env.program.public(path);
  const header = (name: string) => answer.headers.get(name) ?? undefined;
  return { method: 'GET', url: path, status: answer.status, header, text: await answer.text() };
}

describe('The description of the calls', () => {
  it('has every call of the program and no other', () => {
    const described = operations.map(([[, path = '', method = '']]) => `${method.toUpperCase()} ${path}`);
    const declared = env.program.routes().map((route) => route.replace(/:(\w+)/g, '{$1}'));
    expect(described.sort()).toEqual(declared.sort());
  });

  it('has an example of every answer and every body, and each is as it is described', () => {
    const check = new AnswerCheck(document);
    for (const [place, { requestBody, responses }] of operations) {
      const bodies =
        requestBody === undefined ? [] : examplesOf([...place, 'requestBody'], requestBody.content);
      if (requestBody !== undefined) expect(bodies).not.toEqual([]);
      const answers = Object.entries(responses).flatMap(([status, { content }]) => {
        const examples = examplesOf([...place, 'responses', status], content);
        expect(examples, `${place.join(' ')} ${status}`).not.toEqual([]);
        return examples;
      });
      for (const { at, value } of [...bodies, ...answers])
        expect([at.join(' '), check.faultOfValue(value, at)]).toEqual([at.join(' '), undefined]);
    }
  });

  it('is made of JSON Schema', () => {
    const ajv = new Ajv2020();
    const contents = operations.flatMap(([, { requestBody, responses }]) =>
      [...Object.values(responses), ...(requestBody ? [requestBody] : [])].map(({ content }) => content),
    );
    const { schemas } = document['components'] as { readonly schemas: Readonly<Record<string, object>> };
    const all = contents.flatMap((content) => Object.values(content).map(({ schema }) => schema));
    for (const schema of [...all, ...Object.values(schemas)])
      expect(ajv.validateSchema(schema), ajv.errorsText()).toBe(true);
  });

  it('has an example for every parameter of a path that fits it', () => {
    const check = new AnswerCheck(document);
    for (const [place, { parameters }] of operations)
      for (const [i, { example }] of parameters.entries())
        if (example !== undefined)
          expect(check.faultOfValue(example, [...place, 'parameters', String(i), 'schema'])).toBeUndefined();
  });

  it('lists every refusal, and for each the calls that return it', () => {
    const reported = JSON.stringify(operations);
    const silent = Object.keys(REFUSALS).filter(
      (code) => !reported.includes(`#/components/schemas/${code}"`),
    );
    // The others are returned by fields of GraphQL only, and this one by pages only: a call decides without a page.
    expect(silent.filter((code) => !code.startsWith('operation_'))).toEqual(['changed_meanwhile']);
  });
});

describe('/docs', () => {
  it('serves the document and the page with all it needs, from this server alone', async () => {
    const page = await env.program.public('/docs');
    const html = await page.text();
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self'");
    expect(page.headers.get('x-content-type-options')).toBe('nosniff');
    const needed = [...html.matchAll(/(?:href|src)="(\/[^"]*)"/g)].map(([, path = '']) => path);
    expect(needed).toHaveLength(3);
    for (const path of needed) {
      const part = await env.program.public(path);
      expect([part.status, (await part.text()).length > 0]).toEqual([200, true]);
    }
    expect(html).not.toMatch(/<style|<script>|https?:/);
    expect(await (await env.program.public('/docs/openapi.json')).json()).toEqual(
      JSON.parse(JSON.stringify(document)),
    );
  });
});

describe('An answer that departs from the description', () => {
  const READY = ['paths', '/health/ready', 'get', 'responses'];
  const SCHEMA = ['components', 'schemas', 'ReadinessDto'];

  it('is none where the document is whole', async () => {
    expect(new AnswerCheck(document).faultOf(await received('/health/ready'))).toBeUndefined();
  });

  it.each([
    ['a status', [...READY, '200'], 'this status is not described'],
    ['a content type', [...READY, '200', 'content', 'application/json'], 'its content type is not described'],
    ['a property', [...SCHEMA, 'properties', 'redis'], '/ additionalProperties'],
    ['a call', ['paths', '/health/ready'], 'no call has this answer'],
  ])('fails when the document lacks %s', async (_, path, fault) => {
    const check = without((copy) => take(copy, ...path));
    expect(check.faultOf(await received('/health/ready'))).toMatch(new RegExp(`^GET .* → 200: ${fault}$`));
  });

  it('fails when a sentence is not that of the call, without quoting it', async () => {
    const refused = await received('/api/admin/jobs');
    expect(new AnswerCheck(document).faultOf(refused)).toBeUndefined();
    const other = { ...refused, text: refused.text.replace('Invalid access token', 'Перепелиця') };
    const fault = new AnswerCheck(document).faultOf(other) ?? '';
    expect(fault).toContain('GET /api/admin/jobs → 401: /error/message const');
    expect(fault).not.toContain('Перепелиця');
  });

  it('fails when a header is missing', async () => {
    const refused = await received('/api/admin/jobs');
    const bare = {
      ...refused,
      header: (name: string) => (/^www/.test(name) ? undefined : refused.header(name)),
    };
    expect(new AnswerCheck(document).faultOf(bare)).toMatch(/the header WWW-Authenticate is missing$/);
  });

  it('fails the test during which it was sent, whatever client asked', async () => {
    // The one this program is held against: that of the first program of this process that serves the same.
    const held = AnswerCheck.of(document).document;
    const { responses } = held.paths['/health/live']?.['get'] as unknown as Operation;
    const described = responses['200'];
    take(responses, '200');
    try {
      await env.program.public('/health/live');
    } finally {
      Object.assign(responses, { 200: described });
    }
    expect(takeFaults()).toEqual(['GET /health/live → 200: this status is not described']);
  });
});
