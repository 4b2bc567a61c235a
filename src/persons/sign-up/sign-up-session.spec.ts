import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { SignUpSession } from './sign-up-session';

const SECRET = 'кувшинка-над-тихою-водою-32';
const TTL_SECONDS = 600;
const NOW = new Date('2026-03-01T10:00:00.700Z');
/** Seconds of the token are whole. */
const ISSUED_AT = Date.parse('2026-03-01T10:00:00Z') / 1000;
const CONTENT = 'c2lnbmVk';
/** MD5 of the text above, computed by another program. */
const CONTENT_HASH = '2e72ba493dbabab74d9195eaeeef98ad';

const CLAIMS = {
  content_hash: CONTENT_HASH,
  iss: 'EHealth',
  aud: 'pis-registration',
  iat: ISSUED_AT,
  exp: ISSUED_AT + TTL_SECONDS,
};
type Claims = { [Name in keyof typeof CLAIMS | 'nbf']?: unknown };

const session = (secret?: string) =>
  new SignUpSession({ PIS_SESSION_SECRET: secret, PIS_SESSION_TTL_SECONDS: TTL_SECONDS });

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token as RFC 7515 writes it, made without the library under test. */
function token(claims: Claims, { header = { alg: 'HS256' }, secret = SECRET, hash = 'sha256' } = {}): string {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  return `${signed}.${createHmac(hash, secret).update(signed).digest('base64url')}`;
}

/** How a token is judged: accepted, or the code of the refusal. */
async function reported(jwt: string, { signedContent = CONTENT, now = NOW } = {}): Promise<string> {
  try {
    await session(SECRET).check(jwt, { signedContent, now });
    return 'accepted';
  } catch (error) {
    return (error as { code: string }).code;
  }
}

describe('A session', () => {
  it('is issued with the published claims', async () => {
    const jwt = await session(SECRET).issue({ signedContent: CONTENT, now: NOW });
    const [header, payload] = jwt.split('.').map((part) => Buffer.from(part, 'base64url').toString());
    expect(JSON.parse(header ?? '')).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(JSON.parse(payload ?? '')).toEqual(CLAIMS);
  });

  it('is accepted as it was issued, and as another program would have written it', async () => {
    expect(await reported(await session(SECRET).issue({ signedContent: CONTENT, now: NOW }))).toBe(
      'accepted',
    );
    expect(await reported(token(CLAIMS))).toBe('accepted');
  });

  it('is of one content only, to the last symbol', async () => {
    expect(await reported(token(CLAIMS), { signedContent: `${CONTENT}=` })).toBe('session_refused');
    expect(await reported(token(CLAIMS), { signedContent: '' })).toBe('session_refused');
  });

  it('lasts until its last second, and not a millisecond longer', async () => {
    const end = (ISSUED_AT + TTL_SECONDS) * 1000;
    expect(await reported(token(CLAIMS), { now: new Date(end - 1) })).toBe('accepted');
    expect(await reported(token(CLAIMS), { now: new Date(end) })).toBe('session_refused');
  });

  it('of another secret is refused, also when both were made up', async () => {
    expect(await reported(token(CLAIMS, { secret: `${SECRET}!` }))).toBe('session_refused');
    const made = await session().issue({ signedContent: CONTENT, now: NOW });
    await expect(session().check(made, { signedContent: CONTENT, now: NOW })).rejects.toThrow('Unauthorized');
  });

  it.each([['HS384', 'sha384'] as const, ['HS512', 'sha512'] as const])(
    'is refused with the algorithm %s, rightly signed by our secret',
    async (alg, hash) => {
      expect(await reported(token(CLAIMS, { header: { alg }, hash }))).toBe('session_refused');
    },
  );

  it.each([['none'], ['None'], ['hs256'], ['']])('is refused with the algorithm %j', async (alg) => {
    const signed = token(CLAIMS, { header: { alg } });
    expect(await reported(signed)).toBe('session_refused');
    expect(await reported(signed.replace(/[^.]*$/, ''))).toBe('session_refused');
  });

  it.each<[string, Claims]>([
    ['no content', { content_hash: undefined }],
    ['content that is no text', { content_hash: [CONTENT_HASH] }],
    ['another case of the content', { content_hash: CONTENT_HASH.toUpperCase() }],
    ['no end', { exp: undefined }],
    ['an end that is no number', { exp: String(CLAIMS.exp) }],
    ['no issuer', { iss: undefined }],
    ['another issuer', { iss: 'ehealth' }],
    ['no audience', { aud: undefined }],
    ['another audience', { aud: 'pis' }],
    ['an empty list of audiences', { aud: [] }],
    ['a beginning in the future', { nbf: CLAIMS.exp }],
  ])('is refused with %s', async (_, departure) => {
    expect(await reported(token({ ...CLAIMS, ...departure }))).toBe('session_refused');
  });

  it('may be for others as well: an audience can be a list', async () => {
    expect(await reported(token({ ...CLAIMS, aud: ['cabinet', CLAIMS.aud] }))).toBe('accepted');
    expect(await reported(token({ ...CLAIMS, aud: ['cabinet'] }))).toBe('session_refused');
  });

  it.each([[''], ['.'], ['..'], ['a.b.c'], ['null'], [`${encoded({ alg: 'HS256' })}.${encoded(null)}.`]])(
    'is refused when it is %j',
    async (jwt) => {
      expect(await reported(jwt)).toBe('session_refused');
    },
  );

  it('is refused with one changed symbol in any of its parts', async () => {
    const parts = token(CLAIMS).split('.');
    for (const changed of parts.keys()) {
      const jwt = parts.map((part, n) => (n === changed ? otherwise(part) : part)).join('.');
      expect(await reported(jwt)).toBe('session_refused');
    }
  });
});

/** The first symbol is another one: all of its bits count. */
function otherwise(part: string): string {
  return (part.startsWith('A') ? 'B' : 'A') + part.slice(1);
}
