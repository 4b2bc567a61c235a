import { beforeEach, describe, expect, it } from 'vitest';
import { aCaller } from '../support/builders';
import { expectNoMarker } from '../support/personal-data';
import { GraphqlClient } from '../support/api-clients';
import { TestEnvironment } from '../support/test-environment';

const ID = '{ person(id: "x") { id } }';
const SECRET = 'made-up-'.repeat(8);
const INTROSPECTION = '{ __schema { types { name } } }';

const env = TestEnvironment.forThisFile();
let client: GraphqlClient;

beforeEach(async () => {
  const scope = 'person:read unzr:read unzr:write';
  client = await new GraphqlClient(env).authenticate(aCaller().withScope(scope));
});

const TOO_COSTLY = [200, 'BAD_REQUEST', 'The query asks for too much at once'];
const aliases = (times: number, field: string): string =>
  Array.from({ length: times }, (_, n) => `a${n}: ${field}`).join(' ');

describe('The way in', () => {
  it('is shut by the envelope of REST without a good token, whatever is asked', async () => {
    const nobody = new GraphqlClient(env);
    for (const query of [ID, 'not graphql', INTROSPECTION]) {
      const { status, body } = await nobody.ask(query);
      expect([status, body['error']]).toEqual([
        401,
        { type: 'access_denied', message: 'Invalid access token' },
      ]);
    }
  });

  it.each([
    ['JSON that is broken', '{"query": "{ x', 400],
    ['a list of operations', JSON.stringify([{ query: ID }, { query: ID }]), 400],
    ['no query', '{}', 400],
    ['a query that is no text', '{"query": 1}', 400],
    ['variables in a list', '{"query": "{ x }", "variables": []}', 400],
    ['more than the body may hold', JSON.stringify({ query: ID, more: 'x'.repeat(2_200_000) }), 413],
  ])('refuses %s as REST does', async (_, sent, expected) => {
    const { status, body } = await client.send(sent);
    expect([status, body['meta'].code]).toEqual([expected, expected]);
    expect(body).not.toHaveProperty('errors');
  });

  it('takes JSON by POST only, so no page of another site can send a form to it', async () => {
    expect((await client.send(ID, { 'content-type': 'text/plain' })).status).toBe(415);
    const { publicUrl = '' } = env.program.addresses;
    const page = await fetch(`${publicUrl}/graphql?query=${encodeURIComponent(ID)}`, {
      headers: { accept: 'text/html' },
    });
    expect(page.status).toBe(404);
  });

  it('returns the request id, and leaves one log line without the content of the operation', async () => {
    const answer = await client.send(
      JSON.stringify({ query: '{ unzrInfoRegister(unzr: "19850615-77777") { id } }' }),
      { 'x-request-id': 'graphql-request-1' },
    );
    expect(answer.body['extensions']).toEqual({ requestId: 'graphql-request-1' });
    expect(answer.headers.get('x-request-id')).toBe('graphql-request-1');
    const lines = env.program.logged.filter((line) => line.includes('graphql-request-1'));
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([
      { method: 'POST', route: '/graphql', status: 200 },
    ]);
    expectNoMarker(env.program.logged.join(''), ['19850615-77777', 'unzrInfoRegister']);
  });
});

describe('An operation', () => {
  it.each([
    ['many names of one field', `{ ${aliases(61, 'unzrInfoRegister(unzr: "x") { id }')} }`],
    [
      'many changes',
      `mutation { ${aliases(12, 'syncUnzrInfoRegister(input: { unzr: "x" }) { unzrInfo { id } }')} }`,
    ],
    [
      'long pages of many things',
      `{ unverifiedPersons(first: 300) { nodes { ${aliases(30, 'lastName')} } } }`,
    ],
    [
      'fragments that double',
      `{ person(id: "x") { ...f0 } } ${Array.from({ length: 25 }, (_, n) => `fragment f${n} on Person { ...f${n + 1} ...f${n + 1} }`).join(' ')} fragment f25 on Person { id }`,
    ],
  ])('of %s is refused before anything of it is done', async (_, query) => {
    expect(await client.refused(query)).toEqual(TOO_COSTLY);
  });

  it('that is too deep, too long, unknown or unnamed is refused without quoting it', async () => {
    const secret = 'Верболоз-19850615-00013';
    const deep = `{ person(id: "x") ${'{ ... on Person '.repeat(3)}{ id } ${'}'.repeat(3)} }`;
    expect((await client.refused(deep))[1]).toBe('UNPROCESSABLE_ENTITY');
    expect(await client.refused(`{ ${'a '.repeat(1_600)} }`)).toEqual([
      200,
      'BAD_REQUEST',
      'The query can not be read: it is not GraphQL, or it is too long',
    ]);
    const queries: [string, object?][] = [
      [`{ person(id: "${secret}") { id } `],
      [`{ person(id: "x", name: "${secret}") { id } }`],
      [`{ unverifiedPersons(first: "${secret}") { nodes { id } } }`],
      [`{ unverifiedPersons(filter: { verificationStatus: "${secret}" }) { nodes { id } } }`],
      [`query ($first: Int) { unverifiedPersons(first: $first) { nodes { id } } }`, { first: secret }],
      [
        `query ($filter: UnverifiedPersonFilter) { unverifiedPersons(filter: $filter) { nodes { id } } }`,
        { filter: { [secret]: 1, verificationStatus: secret } },
      ],
      [`query ($id: ID!) { person(id: $id) { id } }`, { id: { secret } }],
      [`query ($id: ID = "${secret}") { person(id: $id) { id } }`, { id: null }],
      [`query ($skips: Boolean = true) { __typename @skip(if: $skips) }`, { skips: null }],
      [
        `mutation ($unzr: String = "${secret}") { syncUnzrInfoRegister(input: { unzr: $unzr }) { unzrInfo { id } } }`,
        { unzr: null },
      ],
      [`{ person(id: "${secret}") { id } }`],
      [`query A { person(id: "${secret}") { id } } query B { person(id: "${secret}") { id } }`],
      [`subscription { person(id: "${secret}") { id } }`],
    ];
    for (const [query, variables] of queries) {
      const { status, text, body } = await client.ask(query, variables);
      expect(status).toBe(200);
      expect(body.errors?.[0]?.extensions.code).toMatch(/^(BAD_REQUEST|UNPROCESSABLE_ENTITY)$/);
      expectNoMarker(text, [secret, '00013', 'Верболоз']);
    }
    expectNoMarker(env.program.logged.join(''), [secret]);
  });

  it('whose field fails unexpectedly answers with a sentence of ours, and others beside it are answered', async () => {
    await env.sql.run('ALTER TABLE mimir.unzr_info RENAME TO unzr_info_away');
    try {
      const query = '{ unzrInfoRegister(unzr: "19850615-00013") { id } unverifiedPersons { nodes { id } } }';
      const { text, body } = await client.ask(query);
      expect(body.errors).toMatchObject([
        {
          message: 'Internal error',
          path: ['unzrInfoRegister'],
          extensions: { code: 'INTERNAL_SERVER_ERROR' },
        },
      ]);
      expect(body.data).toEqual({ unzrInfoRegister: null, unverifiedPersons: { nodes: [] } });
      expectNoMarker(text, ['relation', 'SELECT', 'node_modules', '00013']);
    } finally {
      await env.sql.run('ALTER TABLE mimir.unzr_info_away RENAME TO unzr_info');
    }
  });

  it('about the schema is answered outside production only', async () => {
    expect((await client.ask(INTROSPECTION)).body.errors).toBeUndefined();
    const program = await env.startProgram({ NODE_ENV: 'production', PIS_SESSION_SECRET: SECRET });
    try {
      expect(await client.at(program).refused(INTROSPECTION)).toEqual([
        200,
        'BAD_REQUEST',
        'The query does not fit the schema',
      ]);
    } finally {
      await env.stopProgram(program);
    }
  });
});
