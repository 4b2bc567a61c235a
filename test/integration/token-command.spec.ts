import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TokenRepository } from '../../src/mithril';
import { readTokenArguments } from '../../tools/token-arguments';
import { aCaller, tokensOf } from '../support/builders';
import { startCommand } from '../support/program';
import { TestEnvironment } from '../support/test-environment';

let env: TestEnvironment;

beforeAll(async () => {
  env = await TestEnvironment.start();
});
afterAll(() => env.stop());
beforeEach(() => env.clear());

const USER = '00000000-0000-4000-8000-000000000004';
const CLIENT = '00000000-0000-4000-8000-000000000003';
const OTHER_CLIENT = 'a3cc9c4c-0575-40b4-8163-357995888bdf';

const token = (args: readonly string[], environment: Record<string, string> = {}) =>
  startCommand('token', args, { DATABASE_URL: env.database.adminUrl, ...environment }).ended;

/** The token that is printed, and nothing else. */
async function made(...args: string[]): Promise<string> {
  const { status, stdout } = await token(args);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^[A-Za-z0-9_-]{43}\n$/);
  return stdout.trim();
}

const statusOf = async (bearer: string): Promise<number> =>
  (await env.program.withToken(bearer, '/api/admin/jobs')).status;

describe('npm run token', () => {
  it('makes a token that a call of officials takes, in an installation without anybody', async () => {
    const { status, stdout, stderr } = await token(['--scope', 'job:read  job:run', '--ttl-minutes', '5']);
    expect([status, stderr]).toEqual([0, expect.stringContaining('Valid for 5 minutes')]);
    expect(stderr).not.toContain(stdout.trim());
    expect(await statusOf(stdout.trim())).toBe(200);
    const [kept] = await tokensOf(env.sql, USER);
    expect(kept?.details).toEqual({ scope: 'job:read job:run', client_id: CLIENT, grant_type: 'local' });
    const lastsMs = (kept?.expires_at.getTime() ?? 0) - Date.now();
    expect(lastsMs).toBeGreaterThan(4 * 60_000);
    expect(lastsMs).toBeLessThanOrEqual(5 * 60_000);
  });

  it('made again adds to what the client may do, and earlier tokens stay as they were', async () => {
    const first = await made('--scope', 'job:read');
    const second = await made('--scope', 'person:read');
    expect(second).not.toBe(first);
    expect([await statusOf(first), await statusOf(second)]).toEqual([200, 403]);
    expect(await env.sql.query({ text: 'SELECT id, scope FROM mithril.clients' })).toEqual([
      { id: CLIENT, scope: 'job:read person:read' },
    ]);
    for (const table of ['mithril.users', 'prm.legal_entities'])
      expect(await env.sql.query({ text: `SELECT id FROM ${table}` })).toHaveLength(1);
  });

  it('leaves a legal entity as it is: one that is suspended can be seen to be refused', async () => {
    await made('--scope', 'job:read', '--client', OTHER_CLIENT.toUpperCase());
    await env.sql.run(`UPDATE prm.legal_entities SET status = 'SUSPENDED'`);
    expect(await statusOf(await made('--scope', 'job:read', '--client', OTHER_CLIENT))).toBe(409);
  });

  it('with --link prints a link that signs in once, in ten minutes at most; its code is no token', async () => {
    const { status, stdout, stderr } = await token(['--scope', 'job:read', '--link'], { HTTP_PORT: '3456' });
    expect([status, stderr]).toEqual([0, expect.stringContaining('Valid for 10 minutes')]);
    const [, code = ''] =
      /^http:\/\/127\.0\.0\.1:3456\/console\/sign-in\/link\?code=([A-Za-z0-9_-]{43})\n$/.exec(stdout) ?? [];
    expect(code).not.toBe('');
    expect(stderr).not.toContain(code);
    expect(await statusOf(code)).toBe(401);
    const [kept, ...more] = await tokensOf(env.sql, USER);
    expect([kept?.name, more]).toEqual(['console_sign_in_code', []]);
    const lastsMs = (kept?.expires_at.getTime() ?? 0) - Date.now();
    expect(lastsMs).toBeGreaterThan(9 * 60_000);
    expect(lastsMs).toBeLessThanOrEqual(10 * 60_000);
    const exchanged = (await env.program.get(TokenRepository).exchange(code)) ?? '';
    expect(await statusOf(exchanged)).toBe(200);
  });

  it('with --link needs the port of the running program: 78', async () => {
    const { status, stdout, stderr } = await token(['--scope', 'job:read', '--link'], { HTTP_PORT: '0' });
    expect([status, stdout, stderr]).toEqual([78, '', expect.stringContaining('HTTP_PORT is 0')]);
    expect(await env.sql.query({ text: 'SELECT id FROM mithril.tokens' })).toEqual([]);
  });

  it('reports a scope that no call asks for', async () => {
    const { status, stderr } = await token(['--scope', 'job:reed']);
    expect([status, stderr]).toEqual([0, expect.stringContaining('No call of this service requires')]);
  });

  it('ends with 64, its usage and no token when its arguments are wrong', async () => {
    const { status, stdout, stderr } = await token(['--scope', 'job:read', '--bogus']);
    expect([status, stdout]).toEqual([64, '']);
    expect(stderr).toContain('Usage: npm run -s token');
    expect(await env.sql.query({ text: 'SELECT id FROM mithril.tokens' })).toEqual([]);
  });

  it.each([
    ['no scope', [], '--scope "…" is missing'],
    ['an empty scope', ['--scope', ' '], '--scope "…" is missing'],
    ['what is no scope', ['--scope', "job:read ' OR 1=1"], '--scope must hold scopes'],
    ['a scope without its value', ['--scope'], "'--scope <value>' argument missing"],
    ['minutes that are no number', ['--scope', 'job:read', '--ttl-minutes', '1.5'], '--ttl-minutes must be'],
    ['no minutes', ['--scope', 'job:read', '--ttl-minutes', '0'], '--ttl-minutes must be'],
    ['a client that is no id', ['--scope', 'job:read', '--client', 'nhs'], '--client must be a UUID'],
    [
      'a link and minutes',
      ['--scope', 'job:read', '--link', '--ttl-minutes', '5'],
      'leave out --ttl-minutes',
    ],
    ['an unknown option', ['--scope', 'job:read', '--bogus'], "Unknown option '--bogus'"],
    ['a word', ['job:read'], "Unexpected argument 'job:read'"],
  ])('refuses as arguments %s', (_, args, why) => {
    expect(() => readTokenArguments(args)).toThrow(why);
  });

  it('does not work in production: 78 and one sentence', async () => {
    const environment = { NODE_ENV: 'production', PIS_SESSION_SECRET: 'x'.repeat(32) };
    const { status, stdout, stderr } = await token(['--scope', 'job:read'], environment);
    expect([status, stdout]).toEqual([78, '']);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr).toContain('NODE_ENV is production');
    expect(await env.sql.query({ text: 'SELECT id FROM mithril.users' })).toEqual([]);
  });

  it('needs the owner of the tables: the account of the program gets 78, one sentence and no token', async () => {
    const { status, stdout, stderr } = await token(['--scope', 'job:read'], {
      DATABASE_URL: env.database.url,
    });
    expect([status, stdout]).toEqual([78, '']);
    expect(stderr.trim().split('\n')).toEqual([expect.stringContaining('name the owner of the tables')]);
    expect(await env.sql.query({ text: 'SELECT id FROM mithril.tokens' })).toEqual([]);
  });

  it('needs the address of the database: 78', async () => {
    const { status, stdout, stderr } = await startCommand('token', ['--scope', 'job:read'], {}).ended;
    expect([status, stdout]).toEqual([78, '']);
    expect(stderr).toContain('DATABASE_URL is missing');
  });

  it('does not widen others’ tokens: the existing client is another one', async () => {
    const other = await aCaller().withTokenScope('job:read').save(env.sql);
    await made('--scope', 'job:read');
    expect(await statusOf(other)).toBe(403);
  });
});
