import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { FieldAccessCheck } from '../../src/graphql/field-access-check.service';
import { type CallerBuilder, aCaller } from '../support/builders';
import { GUARDED, type GuardedCall, saveThere, type There } from '../support/guarded-calls';
import { Program } from '../support/program';
import { TestEnvironment } from '../support/test-environment';

let there: There;

/** Calls that ask for none: health, the description of all calls, and those that prove themselves by signature. */
const OPEN: readonly string[] = [
  'GET /health/live',
  'GET /health/ready',
  'GET /docs',
  'GET /docs/openapi.json',
  'GET /docs/draw.js',
  'GET /docs/swagger-ui-bundle.js',
  'GET /docs/swagger-ui.css',
  'POST /api/pis/confidant/sign-up_validation',
  'POST /api/pis/confidant/register',
];

/** Calls that ask for a token, whatever it allows: they concern nothing but the token itself. */
const ANY_TOKEN: readonly string[] = ['DELETE /api/token'];

/** Calls that the public port does not know. */
const INTERNAL: readonly string[] = ['GET /metrics'];

type Answer = readonly [status: number, type: string, message: string];

const INVALID_TOKEN: Answer = [401, 'access_denied', 'Invalid access token'];
const NOT_ACTIVE: Answer = [409, 'request_conflict', 'client_id refers to legal entity that is not active'];
const OTHER_TYPE: Answer = [403, 'forbidden', "You don't have permission to access this resource"];
const missing = (scope: string): Answer => [
  403,
  'forbidden',
  `Your scope does not allow to access this resource. Missing allowances: ${scope}`,
];

/** The header, if any, and the answer to a wrong caller. */
const WITHOUT_TOKEN: readonly (readonly [who: string, authorization: string | undefined])[] = [
  ['no token', undefined],
  ['an empty header', ''],
  ['a scheme without a token', 'Bearer '],
  ['another scheme', 'Basic dXNlcjpwYXNzd29yZA=='],
  ['rubbish', 'Bearer rubbish'],
  ['rubbish in no form of a token', `Bearer ' OR 1=1 --`],
  ['two tokens', 'Bearer one two'],
  ['a very long token', `Bearer ${'x'.repeat(8_000)}`],
];

/** Somebody whose token is not good enough, each for one reason, and the refusal. */
const WRONG: readonly (readonly [
  who: string,
  caller: (scope: string) => CallerBuilder,
  answer: (scope: string) => Answer,
])[] = [
  ['an expired token', (scope) => aCaller().withScope(scope).expired(), () => INVALID_TOKEN],
  [
    'a token of another kind',
    (scope) => aCaller().withScope(scope).withTokenNamed('refresh_token'),
    () => INVALID_TOKEN,
  ],
  [
    'an authorization code',
    (scope) => aCaller().withScope(scope).withTokenNamed('authorization_code'),
    () => INVALID_TOKEN,
  ],
  ['a blocked user', (scope) => aCaller().withScope(scope).blocked(), () => INVALID_TOKEN],
  ['an inactive user', (scope) => aCaller().withScope(scope).inactive(), () => INVALID_TOKEN],
  ['a user without the scope', (scope) => aCaller().withClientScope(scope), missing],
  ['a client without the scope', (scope) => aCaller().withTokenScope(scope), missing],
  [
    'a scope that only begins like it',
    (scope) => aCaller().withScope(`${scope}s ${scope.slice(0, -1)}`),
    missing,
  ],
  [
    'a suspended legal entity',
    (scope) => aCaller().withScope(scope).withEntityStatus('SUSPENDED'),
    () => NOT_ACTIVE,
  ],
  [
    'a closed legal entity',
    (scope) => aCaller().withScope(scope).withEntityStatus('CLOSED'),
    () => NOT_ACTIVE,
  ],
  [
    'a deactivated legal entity',
    (scope) => aCaller().withScope(scope).withInactiveEntity(),
    () => NOT_ACTIVE,
  ],
  [
    'nothing right: the token is reported first',
    () => aCaller().blocked().ofType('MIS').withEntityStatus('CLOSED'),
    () => INVALID_TOKEN,
  ],
  [
    'no scope and a closed entity of another type: the scope is reported',
    () => aCaller().ofType('MIS').withEntityStatus('CLOSED'),
    missing,
  ],
  [
    'a suspended entity of another type: the suspension is reported',
    (scope) => aCaller().withScope(scope).ofType('MIS').withEntityStatus('SUSPENDED'),
    () => NOT_ACTIVE,
  ],
];

const env = TestEnvironment.forThisFile();

beforeEach(async () => {
  there = await saveThere(env.sql);
});

interface Asked {
  readonly authorization?: string | undefined;
  readonly port?: 'public' | 'internal';
}

async function ask(
  { call, field, path, body: asked }: GuardedCall,
  { authorization, port = 'public' }: Asked,
) {
  const { publicUrl = '', internalUrl } = env.program.addresses;
  const body = typeof asked === 'function' ? asked(there) : asked;
  const answer = await fetch((port === 'public' ? publicUrl : internalUrl) + path(there), {
    method: call.split(' ')[0] ?? '',
    headers: {
      ...(authorization === undefined ? {} : { authorization }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: JSON.parse(await answer.text()), field };
}

const askAs = async (call: GuardedCall, caller: CallerBuilder) =>
  ask(call, { authorization: `Bearer ${await caller.save(env.sql)}` });

const CODES: Readonly<Record<number, string>> = { 403: 'FORBIDDEN', 409: 'CONFLICT' };

type Answered = Awaited<ReturnType<typeof ask>>;

function expectRefused(answered: Answered, [status, type, message]: Answer): void {
  // Without a good token no field is reached.
  if (answered.field !== undefined && status !== 401)
    return expectFieldRefused(answered, CODES[status], message);
  expect(answered.body.error).toEqual({ type, message });
  expect([answered.status, answered.body.meta.code]).toEqual([status, status]);
  expect(answered.body).not.toHaveProperty('data');
}

function expectFieldRefused({ status, body }: Answered, code: string | undefined, message: string): void {
  expect(status).toBe(200);
  expect(body.errors).toMatchObject([{ message, extensions: { code } }]);
  expect(Object.values(body.data ?? {}).filter((answer) => answer !== null)).toEqual([]);
}

/** The good answer of a call, which for a field is not the status. */
function expectRight({ status, body }: Answered, { field, right }: GuardedCall): void {
  expect(status).toBe(right);
  if (field !== undefined) expect(body).not.toHaveProperty('errors');
}

describe('Every call of the program', () => {
  it('is in a table of this suite, and every row of a table is a call', () => {
    const guarded = GUARDED.map(({ call, field }) => (field === undefined ? call : 'POST /graphql'));
    const tables = [...new Set(guarded), ...ANY_TOKEN, ...OPEN, ...INTERNAL];
    expect(env.program.routes().sort()).toEqual(tables.sort());
  });

  it('is in it field by field where one call asks for many', () => {
    const fields = env.program.get(FieldAccessCheck).fields();
    expect(fields.map(({ root, name }) => `${root}.${name}`).sort()).toEqual(
      GUARDED.flatMap(({ field }) => field ?? []).sort(),
    );
  });
});

describe.each(GUARDED)('$call', (call) => {
  it.each(WITHOUT_TOKEN)('refuses %s', async (_, authorization) => {
    expectRefused(await ask(call, { authorization }), INVALID_TOKEN);
  });

  it.each(WRONG)('refuses %s', async (_, caller, answer) => {
    expectRefused(await askAs(call, caller(call.scope)), answer(call.scope));
  });

  it.each(['MIS', 'PIS', 'MSP', 'nhs'])('is allowed for type %s as its row defines', async (type) => {
    const answered = await askAs(call, aCaller().withScope(call.scope).ofType(type));
    if (call.of === undefined) expectRight(answered, call);
    else expectRefused(answered, OTHER_TYPE);
  });

  it('answers the right caller, whatever other rights the caller has', async () => {
    const caller = aCaller()
      .withTokenScope(`app:authorize  ${call.scope}`)
      .withClientScope(`${call.scope} x:y`);
    expectRight(await askAs(call, caller), call);
  });

  it('asks for a token on the internal port as well', async () => {
    expectRefused(await ask(call, { port: 'internal' }), INVALID_TOKEN);
  });
});

describe.each(ANY_TOKEN)('%s', (call) => {
  const [method = '', path = ''] = call.split(' ');
  const guarded = { call: `${method} ${path}`, path: () => path, scope: '', right: 200 };

  it.each(WITHOUT_TOKEN)('refuses %s', async (_, authorization) => {
    expectRefused(await ask(guarded, { authorization }), INVALID_TOKEN);
  });

  it.each(WRONG)('refuses %s only when the token itself is wrong', async (_, caller, answer) => {
    const answered = await askAs(guarded, caller('job:read'));
    if (answer('job:read') === INVALID_TOKEN) expectRefused(answered, INVALID_TOKEN);
    else expectRight(answered, guarded);
  });

  it.each(['NHS', 'MIS', 'PIS', 'MSP'])('is allowed for type %s', async (type) => {
    expectRight(await askAs(guarded, aCaller().ofType(type)), guarded);
  });

  it('asks for a token on the internal port as well', async () => {
    expectRefused(await ask(guarded, { port: 'internal' }), INVALID_TOKEN);
  });
});

describe('A caller who signs out', () => {
  const [call] = GUARDED as readonly [GuardedCall];
  const signOut = (token: string, url = env.program.addresses.publicUrl ?? '') =>
    fetch(`${url}/api/token`, { method: 'DELETE', headers: { authorization: `Bearer ${token}` } });

  it('is refused from then on by every process, whether over REST or GraphQL; other tokens stay', async () => {
    const other = await Program.start({ ...env.servers, works: false });
    try {
      const token = await aCaller().withScope('job:read person_verification:details').save(env.sql);
      const kept = await anotherTokenOfTheirs();
      const statusAt = async ({ addresses: { publicUrl } }: Program, bearer: string, path: string) =>
        (await fetch(`${publicUrl}${path}`, { headers: { authorization: `Bearer ${bearer}` } })).status;
      expect(await statusAt(other, token, '/api/admin/jobs')).toBe(200);
      expect((await signOut(token)).status).toBe(200);
      expect(await statusAt(other, token, '/api/admin/jobs')).toBe(401);
      const authorization = `Bearer ${token}`;
      for (const each of [call, ...GUARDED.filter(({ field }) => field !== undefined)])
        expectRefused(await ask(each, { authorization }), INVALID_TOKEN);
      expect(await statusAt(other, kept, '/api/admin/jobs')).toBe(200);
    } finally {
      await other.stop();
    }
  });

  async function anotherTokenOfTheirs(): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const text = `
      INSERT INTO mithril.tokens (name, value_hash, expires_at, user_id, details)
      SELECT name, $1, expires_at, user_id, details FROM mithril.tokens`;
    await env.sql.query({ text }, [createHash('sha256').update(token).digest('hex')]);
    return token;
  }

  it('leaves one audit row, also when they sign out several times at once', async () => {
    const userId = randomUUID();
    const token = await aCaller().withUserId(userId).save(env.sql);
    const [{ id } = { id: '' }] = await env.sql.query<{ id: string }>(
      { text: 'SELECT id FROM mithril.tokens WHERE user_id = $1' },
      [userId],
    );
    const statuses = await Promise.all(Array.from({ length: 8 }, async () => (await signOut(token)).status));
    expect(statuses).toContain(200);
    expect(statuses.filter((status) => status !== 200 && status !== 401)).toEqual([]);
    expect((await signOut(token)).status).toBe(401);
    const text = `SELECT actor_id, resource_id, changeset FROM mpi.audit_log WHERE resource = 'tokens'`;
    expect(await env.sql.query({ text })).toEqual([
      {
        actor_id: userId,
        resource_id: id,
        changeset: { name: { old_value: 'access_token', new_value: null } },
      },
    ]);
  });
});

describe('A caller who lost access', () => {
  const [call] = GUARDED as readonly [GuardedCall];

  it('is refused with the next call: a token is checked each time', async () => {
    const authorization = `Bearer ${await aCaller().withScope(call.scope).save(env.sql)}`;
    expect((await ask(call, { authorization })).status).toBe(call.right);
    await env.sql.run('UPDATE mithril.users SET is_blocked = true');
    expectRefused(await ask(call, { authorization }), INVALID_TOKEN);
    await env.sql.run('UPDATE mithril.users SET is_blocked = false', 'DELETE FROM mithril.tokens');
    expectRefused(await ask(call, { authorization }), INVALID_TOKEN);
  });

  it.each([
    ['the client is gone', 'DELETE FROM mithril.clients', missing(call.scope)],
    ['the legal entity is gone', 'DELETE FROM prm.legal_entities', NOT_ACTIVE],
    ['the entity has no status', 'UPDATE prm.legal_entities SET status = NULL', NOT_ACTIVE],
    ['the entity is neither active nor not', 'UPDATE prm.legal_entities SET is_active = NULL', NOT_ACTIVE],
    ['the user is neither active nor not', 'UPDATE mithril.users SET is_active = NULL', INVALID_TOKEN],
    ['the token never ends', 'UPDATE mithril.tokens SET expires_at = NULL', INVALID_TOKEN],
    ['the token is nobody’s', 'UPDATE mithril.tokens SET user_id = NULL', INVALID_TOKEN],
    ['the token says nothing', 'UPDATE mithril.tokens SET details = NULL', INVALID_TOKEN],
    [
      'its client is no id',
      `UPDATE mithril.tokens SET details = details || '{"client_id":"x"}'`,
      INVALID_TOKEN,
    ],
    ['its scope is no text', `UPDATE mithril.tokens SET details = details - 'scope'`, missing(call.scope)],
  ])('is so because %s: other programs write these tables too', async (_, statement, answer) => {
    const authorization = `Bearer ${await aCaller().withScope(call.scope).save(env.sql)}`;
    await env.sql.run(statement);
    expectRefused(await ask(call, { authorization }), answer);
  });

  it('cannot use the hash of a token in its place', async () => {
    await aCaller().withScope(call.scope).save(env.sql);
    const [kept] = await env.sql.query<{ value_hash: string }>({
      text: 'SELECT value_hash FROM mithril.tokens',
    });
    expectRefused(await ask(call, { authorization: `Bearer ${kept?.value_hash}` }), INVALID_TOKEN);
  });

  it('may write the name of the scheme in any case', async () => {
    const token = await aCaller().withScope(call.scope).save(env.sql);
    expect((await ask(call, { authorization: `bEARER  ${token}` })).status).toBe(call.right);
  });
});

describe('Without a token', () => {
  const addressOf = (route: string): [string, string] => route.split(' ') as [string, string];

  it.each(OPEN)('%s answers on both ports', async (route) => {
    const [method, path] = addressOf(route);
    const { publicUrl = '', internalUrl } = env.program.addresses;
    for (const url of [publicUrl, internalUrl]) {
      const { status } = await fetch(url + path, { method });
      expect([200, 422]).toContain(status);
    }
  });

  it.each(INTERNAL)('%s answers on the internal port, and the public one does not know it', async (route) => {
    const [, path] = addressOf(route);
    expect((await env.program.internal(path)).status).toBe(200);
    expect((await env.program.public(path)).status).toBe(404);
    const official = await aCaller().withScope('job:read').save(env.sql);
    expect((await env.program.withToken(official, path)).status).toBe(404);
  });

  it('a path that is not there is 404, as with one', async () => {
    expect((await env.program.public('/api/admin/no-such-call')).status).toBe(404);
  });
});
