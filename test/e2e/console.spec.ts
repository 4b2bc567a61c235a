import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SCOPES } from '../../src/domain/access/access.rules';
import { aCaller } from '../support/builders';
import { askConsole, PAGE_POLICY } from '../support/console-client';
import { OPEN_PAGES, SHOWN_PAGES } from '../support/console-pages';
import { saveThere } from '../support/guarded-calls';
import { send } from '../support/http-client';
import { TestEnvironment } from '../support/test-environment';

const env = TestEnvironment.forThisFile();

const ALL = SCOPES.join(' ');

const HOUR_SECONDS = 3_600;

/** A page with everything it loads, compressed. */
const MOST_BYTES = 60 * 1024;

const signIn = (form: Record<string, string>, headers: Record<string, string> = {}) =>
  askConsole(env, '/console/sign-in', { form, headers });

/** The cookie of a name that an answer sets, with its attributes. */
const cookieIn = (answer: Response, name: string): string | undefined =>
  answer.headers.getSetCookie().find((cookie) => cookie.startsWith(`${name}=`));

describe('Sign-in', () => {
  it('sets a cookie that only this host gets, for no longer than the token lasts', async () => {
    const token = await aCaller().withScope(ALL).save(env.sql);
    const answer = await signIn({ token, return: '/console' });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console']);
    const cookie = cookieIn(answer, '__Host-console') ?? '';
    expect(cookie).toContain(`__Host-console=${token};`);
    for (const attribute of ['HttpOnly', 'Secure', 'SameSite=Strict', 'Path=/'])
      expect(cookie).toContain(attribute);
    const seconds = Number(/Max-Age=(\d+)/.exec(cookie)?.[1]);
    // The tokens of the tests last an hour.
    expect(seconds).toBeGreaterThan(0);
    expect(seconds).toBeLessThanOrEqual(HOUR_SECONDS);
  });

  it('takes every token that the authorization server may issue', async () => {
    const token = 'a+b/c~d.e_f-g==';
    await aCaller().withScope(ALL).save(env.sql);
    const text = 'UPDATE mithril.tokens SET value_hash = $1';
    await env.sql.query({ text }, [createHash('sha256').update(token).digest('hex')]);
    const cookie = cookieIn(await signIn({ token }), '__Host-console')?.split(';', 1)[0] ?? '';
    expect((await askConsole(env, '/console', { cookie })).status).toBe(200);
    expect((await askConsole(env, '/console', { cookie: '__Host-console=%E0%A4%A' })).status).toBe(303);
  });

  it('lasts eight hours at most', async () => {
    const token = await aCaller().withScope(ALL).save(env.sql);
    await env.sql.run(`UPDATE mithril.tokens SET expires_at = now() + interval '30 days'`);
    const cookie = cookieIn(await signIn({ token }), '__Host-console') ?? '';
    expect(Number(/Max-Age=(\d+)/.exec(cookie)?.[1])).toBe(8 * HOUR_SECONDS);
  });

  it.each([
    ['no token', {}, 422],
    ['an empty one', { token: '' }, 422],
    ['rubbish', { token: `' OR 1=1 --` }, 401],
    ['an unknown one', { token: 'x'.repeat(43) }, 401],
    ['a field that is none', { token: 'x'.repeat(43), admin: 'true' }, 422],
  ])('refuses %s in words, without a cookie', async (_, form, status) => {
    const answer = await signIn(form);
    expect(answer.status).toBe(status);
    expect(cookieIn(answer, '__Host-console')).toBeUndefined();
    const page = await answer.text();
    expect(page).toContain('Токен недійсний');
    expect(page).not.toContain('OR 1=1');
  });

  it.each([
    ['a blocked user', aCaller().withScope(ALL).blocked()],
    ['an expired token', aCaller().withScope(ALL).expired()],
  ])('refuses %s', async (_, caller) => {
    const answer = await signIn({ token: await caller.save(env.sql) });
    expect([answer.status, cookieIn(answer, '__Host-console')]).toEqual([401, undefined]);
  });

  it.each([
    'https://evil.example/console',
    '//evil.example/console',
    '/consolex',
    '/console/\\evil.example',
    '/api/admin/jobs',
    'javascript:alert(1)',
  ])('does not lead to %s', async (elsewhere) => {
    const token = await aCaller().withScope(ALL).save(env.sql);
    expect((await signIn({ token, return: elsewhere })).headers.get('location')).toBe('/console');
  });

  it('leads back to the page that asked for it', async () => {
    const asked = await askConsole(env, '/console/somewhere?page=2');
    expect(asked.status).toBe(303);
    const location = asked.headers.get('location') ?? '';
    expect(location).toBe('/console/sign-in?return=%2Fconsole%2Fsomewhere%3Fpage%3D2');
    expect(await (await askConsole(env, location)).text()).toContain('value="/console/somewhere?page=2"');
  });

  it('is refused to another site, which could sign a visitor in as somebody else', async () => {
    const token = await aCaller().withScope(ALL).save(env.sql);
    for (const site of ['cross-site', 'same-site', 'none'])
      expect((await signIn({ token }, { 'sec-fetch-site': site })).status).toBe(403);
  });
});

describe('A session', () => {
  it('begins without the reason that was given in another one', async () => {
    const token = await aCaller().withScope(ALL).save(env.sql);
    const answer = await signIn({ token });
    expect(cookieIn(answer, '__Host-console-reason')).toContain('Expires=Thu, 01 Jan 1970');
  });

  it('ends with the block of its user: every request looks the token up anew', async () => {
    const session = await aCaller().withScope(ALL).save(env.sql);
    expect((await askConsole(env, '/console', { session })).status).toBe(200);
    await env.sql.run('UPDATE mithril.users SET is_blocked = true');
    expect((await askConsole(env, '/console', { session })).status).toBe(303);
    expect((await askConsole(env, '/console/sign-out', { session, form: {} })).status).toBe(401);
  });

  it('counts below /console only, and a header Authorization does not count there', async () => {
    const session = await aCaller().withScope(ALL).save(env.sql);
    expect((await askConsole(env, '/api/admin/jobs', { session })).status).toBe(401);
    expect(
      (await askConsole(env, '/graphql', { session, headers: { authorization: '' }, method: 'POST' })).status,
    ).toBe(401);
    const headers = { authorization: `Bearer ${session}` };
    expect((await askConsole(env, '/console', { headers })).status).toBe(303);
  });

  it('ends with signing out: the cookie goes, and the token is worth nothing any more', async () => {
    const session = await aCaller().withScope(ALL).save(env.sql);
    const answer = await askConsole(env, '/console/sign-out', { session, form: {} });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/console/sign-in']);
    expect(cookieIn(answer, '__Host-console')).toContain('Expires=Thu, 01 Jan 1970');
    expect((await askConsole(env, '/console', { session })).status).toBe(303);
    expect((await env.program.withToken(session, '/api/admin/jobs')).status).toBe(401);
    const note = cookieIn(answer, '__Host-console-note')?.split(';', 1)[0] ?? '';
    const page = await askConsole(env, '/console/sign-in', { cookie: note });
    expect(await page.text()).toContain('Ви вийшли із системи.');
    expect(cookieIn(page, '__Host-console-note')).toContain('Expires=Thu, 01 Jan 1970');
  });

  it('without Sec-Fetch-Site a form is taken only from our own origin', async () => {
    const ask = async (origin: string | undefined) => {
      const session = await aCaller().withScope(ALL).save(env.sql);
      const headers = origin === undefined ? {} : { origin };
      const sent = { session, form: {}, headers, saysSite: false };
      return (await askConsole(env, '/console/no-such-page', sent)).status;
    };
    const { origin, port } = new URL(env.program.addresses.publicUrl ?? '');
    expect(await ask(origin)).toBe(404);
    for (const other of [undefined, 'null', 'https://evil.example', `http://127.0.0.1:${Number(port) + 1}`])
      expect([other, await ask(other)]).toEqual([other, 403]);
  });
});

describe('A page', () => {
  it('has the policy of the pages, and nobody may keep it', async () => {
    const session = await aCaller().withScope(ALL).save(env.sql);
    for (const path of ['/console', '/console/sign-in', '/console/no-such-page']) {
      const { headers } = await askConsole(env, path, { session });
      expect(headers.get('content-security-policy')).toBe(PAGE_POLICY);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
      expect(headers.get('referrer-policy')).toBe('same-origin');
    }
  });

  it('that answers a form links to the other language at the page of the form', async () => {
    const session = await aCaller().withScope(ALL).save(env.sql);
    const linkOn = async (path: string, form: Record<string, string>, referer?: string) => {
      const headers = referer === undefined ? {} : { referer: `http://127.0.0.1${referer}` };
      const page = await (await askConsole(env, path, { session, form, headers })).text();
      return /class="language"[^>]* href="([^"]*)"/.exec(page)?.[1];
    };
    const refused = '/console/sign-in?return=%2Fconsole%2Fruns';
    expect(await linkOn('/console/sign-in', {}, refused)).toBe(`${refused}&amp;lang=en`);
    expect(await linkOn('/console/no-such-page', {}, '/console/runs')).toBe('/console/runs?lang=en');
    expect(await linkOn('/console/no-such-page', {}, '/docs')).toBe('/console?lang=en');
    expect(await linkOn('/console/no-such-page', {})).toBe('/console?lang=en');
    // The second attempt is sent from the answer to the first.
    expect(await linkOn('/console/unzr/ask', { unzr: '1' }, '/console/unzr/ask')).toBe(
      '/console/unzr?lang=en',
    );
  });

  it('is Ukrainian, and English once that was chosen', async () => {
    expect(await (await askConsole(env, '/console/sign-in')).text()).toContain('<html lang="uk">');
    const chosen = await askConsole(env, '/console/sign-in?return=%2Fconsole&lang=en');
    expect([chosen.status, chosen.headers.get('location')]).toEqual([
      303,
      '/console/sign-in?return=%2Fconsole',
    ]);
    const cookie = cookieIn(chosen, '__Host-console-language')?.split(';', 1)[0] ?? '';
    expect(await (await askConsole(env, '/console/sign-in', { cookie })).text()).toContain(
      '<html lang="en">',
    );
    const elsewhere = await send(env.program.addresses.publicUrl ?? '', {
      method: 'GET',
      target: '/console/..//evil.example?lang=en',
      headers: {},
      body: '',
    });
    expect(elsewhere.headers['location']).toBe('/console/..//evil.example');
    const strange = '__Host-console-language=xx';
    expect(await (await askConsole(env, '/console/sign-in', { cookie: strange })).text()).toContain(
      'lang="uk"',
    );
  });

  it('that does not exist is a page too, and asks a stranger to sign in first', async () => {
    const session = await aCaller().withScope(ALL).save(env.sql);
    const answer = await askConsole(env, '/console/no-such-page', { session });
    expect([answer.status, (await answer.text()).includes('Сторінку не знайдено')]).toEqual([404, true]);
    expect((await askConsole(env, '/console/no-such-page')).status).toBe(303);
  });

  it('takes forms only: no JSON, no field twice, and nothing large', async () => {
    const send = (body: string, type: string) =>
      fetch(`${env.program.addresses.publicUrl}/console/sign-in`, {
        method: 'POST',
        body,
        headers: { 'content-type': type, 'sec-fetch-site': 'same-origin' },
      });
    const form = 'application/x-www-form-urlencoded';
    expect((await send('{"token":"x"}', 'application/json')).status).toBe(415);
    expect((await send('token=a&token=b', form)).status).toBe(400);
    expect((await send(`token=${'x'.repeat(70_000)}`, form)).status).toBe(413);
  });
});

describe('What a page loads', () => {
  const pathsIn = (page: string) =>
    [...page.matchAll(/(?:src|href)="(\/console\/assets\/[^"]+)"/g)].map(([, path]) => path ?? '');

  /** What an asset weighs when it is compressed, by its path. */
  const weights = new Map<string, number>();

  async function weightOf(path: string): Promise<number> {
    const known = weights.get(path);
    if (known !== undefined) return known;
    const answer = await askConsole(env, path, { headers: { 'accept-encoding': 'identity' } });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ]);
    expect(answer.headers.get('content-security-policy')).toBe(PAGE_POLICY);
    const body = Buffer.from(await answer.arrayBuffer());
    // The style sheet is ours, and it is to stay small.
    if (path.includes('/style-')) expect(body.length).toBeLessThanOrEqual(8 * 1024);
    const weight = gzipSync(body).length;
    weights.set(path, weight);
    return weight;
  }

  it('is kept for ever under a name with its digest, and weighs at most 60 KB with the page itself', async () => {
    const session = await aCaller().withScope(ALL).save(env.sql);
    const there = await saveThere(env.sql);
    for (const { route, path, right } of [...OPEN_PAGES, ...SHOWN_PAGES]) {
      const answer = await askConsole(env, path(there), { session });
      const page = await answer.text();
      const assets = pathsIn(page);
      expect([route, answer.status, assets.length >= 4]).toEqual([route, right, true]);
      let bytes = gzipSync(page).length;
      for (const asset of assets) bytes += await weightOf(asset);
      expect([route, Math.max(bytes, MOST_BYTES)]).toEqual([route, MOST_BYTES]);
    }
    // Those that every page loads, and the chart with its style sheet.
    expect(weights.size).toBe(6);
    expect((await askConsole(env, '/console/assets/console.css')).status).toBe(404);
  });
});

describe('A program without the console', () => {
  it('does not know the pages, nor does the internal port', async () => {
    const silent = await env.startProgram({ CONSOLE: 'false' });
    for (const path of ['/console', '/console/sign-in', '/console/assets/x.css']) {
      const answer = await silent.public(path);
      expect([answer.status, await answer.json()]).toMatchObject([404, { error: { type: 'not_found' } }]);
      expect(answer.headers.get('content-security-policy')).toBeNull();
      expect((await env.program.internal(path)).status).toBe(404);
    }
    await env.stopProgram(silent);
  });
});
