import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { decodeJwt, decodeProtectedHeader, jwtVerify, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  RefusedCalls,
  SESSION_KEY,
  SESSION_SECRET,
  sessionClaims,
  sessionJwt,
  type SignUpBody,
  SignUpFixture,
} from '../support/sign-up-fixture';

/** The lifetime of a session is set apart from its default, so that it is seen to be read. */
const TTL_SECONDS = 300;
const BEGIN = new Date('2026-03-10T10:00:00.000Z');
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;

let now = BEGIN;
let fixture: SignUpFixture;
let signed: SignUpBody;

beforeAll(async () => {
  const environment = { PIS_SESSION_SECRET: SESSION_SECRET, PIS_SESSION_TTL_SECONDS: String(TTL_SECONDS) };
  fixture = await SignUpFixture.start(environment, () => now);
});
afterAll(() => fixture.stop());
beforeEach(async () => {
  now = BEGIN;
  signed = await newSignature(BEGIN);
});

const refused = new RefusedCalls(() => fixture);
const UNAUTHORIZED = { status: 401, type: 'access_denied', message: 'Unauthorized' };

async function newSignature(signedAt: Date): Promise<SignUpBody> {
  const applicant = await fixture.applicant();
  return fixture.sign(fixture.contentBy(applicant), { ...applicant, signedAt });
}

const registered = (jwt: unknown) => refused.run(() => fixture.register({ ...signed, jwt }));
const claims = () => sessionClaims(signed.signed_content, now);

describe('The session that step 1 gives', () => {
  it('names its issuer, purpose, end and content', async () => {
    const jwt = await fixture.sessionOf(signed);
    expect(decodeProtectedHeader(jwt)).toMatchObject({ alg: 'HS256' });
    const { payload } = await jwtVerify(jwt, SESSION_KEY, { currentDate: now });
    expect(payload).toMatchObject({ ...claims(), exp: BEGIN.getTime() / SECOND_MS + TTL_SECONDS });
  });

  it('holds nothing of the person', async () => {
    const jwt = await fixture.sessionOf(signed);
    expect(Object.keys(decodeJwt(jwt)).sort()).toEqual(['aud', 'content_hash', 'exp', 'iat', 'iss']);
  });

  it('is accepted again for the same content until it is over', async () => {
    const jwt = await fixture.sessionOf(signed);
    expect((await fixture.register({ ...signed, jwt })).status).toBe(201);
    now = new Date(BEGIN.getTime() + (TTL_SECONDS - 1) * SECOND_MS);
    expect((await fixture.register({ ...signed, jwt })).status).toBe(201);
    now = new Date(BEGIN.getTime() + TTL_SECONDS * SECOND_MS);
    expect(await registered(jwt)).toEqual(UNAUTHORIZED);
  });

  it('is not accepted for the content of somebody else', async () => {
    const jwt = await fixture.sessionOf(await newSignature(BEGIN));
    expect(await registered(jwt)).toEqual(UNAUTHORIZED);
  });

  it('is not accepted for the same content signed once more', async () => {
    const applicant = await fixture.applicant();
    const content = fixture.contentBy(applicant).build();
    const first = fixture.sign(content, { ...applicant, signedAt: BEGIN });
    const second = fixture.sign(content, { ...applicant, signedAt: BEGIN });
    expect(second.signed_content).not.toBe(first.signed_content);
    const jwt = await fixture.sessionOf(first);
    const answer = await refused.run(() => fixture.register({ ...second, jwt }));
    expect(answer).toEqual(UNAUTHORIZED);
  });
});

describe('A session that step 1 did not give', () => {
  it('is accepted with the same claims and the same key', async () => {
    const jwt = await sessionJwt(claims());
    expect((await fixture.register({ ...signed, jwt })).status).toBe(201);
  });

  it.each<[string, Record<string, unknown>]>([
    ['has another issuer', { iss: 'Somebody' }],
    ['has no issuer', { iss: undefined }],
    ['is for another audience', { aud: 'pis-authorization' }],
    ['is for no audience', { aud: undefined }],
    ['is over', { exp: BEGIN.getTime() / SECOND_MS }],
    ['never ends', { exp: undefined }],
    ['ends at no time', { exp: 'tomorrow' }],
    ['begins later', { nbf: BEGIN.getTime() / SECOND_MS + 60 }],
    ['is of other content', { content_hash: 'd41d8cd98f00b204e9800998ecf8427e' }],
    ['is of no content', { content_hash: undefined }],
  ])('%s', async (_, change) => {
    expect(await registered(await sessionJwt({ ...claims(), ...change }))).toEqual(UNAUTHORIZED);
  });

  it('names its content in capitals', async () => {
    const { content_hash: hash } = claims();
    const jwt = await sessionJwt({ ...claims(), content_hash: String(hash).toUpperCase() });
    expect(await registered(jwt)).toEqual(UNAUTHORIZED);
  });

  it('is signed with another key', async () => {
    expect(await registered(await sessionJwt(claims(), randomBytes(32)))).toEqual(UNAUTHORIZED);
  });

  it.each(['HS384', 'HS512'])('is signed with the right key by %s', async (alg) => {
    expect(await registered(await sessionJwt(claims(), SESSION_KEY, alg))).toEqual(UNAUTHORIZED);
  });

  it('is not signed at all', async () => {
    expect(await registered(new UnsecuredJWT(claims()).encode())).toEqual(UNAUTHORIZED);
  });

  it('is signed with a private key of its own', async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const jwt = await new SignJWT(claims()).setProtectedHeader({ alg: 'ES256' }).sign(privateKey);
    expect(await registered(jwt)).toEqual(UNAUTHORIZED);
  });

  it('had a claim changed after it was signed', async () => {
    const [header, , signature] = (await sessionJwt(claims())).split('.');
    const longer = Buffer.from(JSON.stringify({ ...claims(), exp: 4_102_444_800 })).toString('base64url');
    expect(await registered(`${header ?? ''}.${longer}.${signature ?? ''}`)).toEqual(UNAUTHORIZED);
  });

  it.each(['', 'not a token', 'a.b.c', '..'])('is no token: "%s"', async (jwt) => {
    expect(await registered(jwt)).toEqual(UNAUTHORIZED);
  });

  it('is missing: that is reported with row 1, before anything that is wrong with the signed content', async () => {
    const fields = [['$.jwt', 'required', 'required property jwt was not present']];
    expect(await registered(undefined)).toEqual({
      status: 422,
      type: 'validation_failed',
      message: 'Validation failed',
      fields,
    });
    const garbage = { ...signed, signed_content: '*' };
    expect(await refused.run(() => fixture.register(garbage))).toMatchObject({ status: 422, fields });
  });

  it.each([
    ['null', null, 'null'],
    ['a number', 17, 'integer'],
    ['a list', ['a.b.c'], 'array'],
  ])('is %s', async (_, jwt, type) => {
    const description = `type mismatch. Expected string but got ${type}`;
    expect(await registered(jwt)).toMatchObject({ status: 422, fields: [['$.jwt', 'cast', description]] });
  });
});

describe('Row 5: the signing time', () => {
  it.each([
    ['sixty minutes ago', -60 * MINUTE_MS, 200],
    ['a second more than sixty minutes ago', -60 * MINUTE_MS - SECOND_MS, 401],
    ['in five minutes', 5 * MINUTE_MS, 200],
    ['in a second more than five minutes', 5 * MINUTE_MS + SECOND_MS, 401],
  ])('%s', async (_, ms, status) => {
    const later = await newSignature(new Date(BEGIN.getTime() + ms));
    if (status === 200) expect((await fixture.validate(later)).status).toBe(200);
    else
      expect(await refused.run(() => fixture.validate(later))).toEqual({
        status,
        type: 'access_denied',
        message: 'Digital signature timestamp is expired',
      });
  });

  it('is asked again in step 2: a session does not outlive the signature', async () => {
    const old = await newSignature(new Date(BEGIN.getTime() - 59 * MINUTE_MS));
    const jwt = await fixture.sessionOf(old);
    now = new Date(BEGIN.getTime() + MINUTE_MS + SECOND_MS);
    expect(await refused.run(() => fixture.register({ ...old, jwt }))).toMatchObject({
      status: 401,
      message: 'Digital signature timestamp is expired',
    });
  });
});
