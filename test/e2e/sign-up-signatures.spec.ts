import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TestAuthority, type Defects, type MadeUpSignature } from '../../tools/test-authority';
import { aPerson, aUser } from '../support/builders';
import {
  RefusedCalls,
  type MadeUpApplicant,
  type SignUpBody,
  SignUpFixture,
} from '../support/sign-up-fixture';

let fixture: SignUpFixture;

beforeAll(async () => {
  fixture = await SignUpFixture.start();
});
afterAll(() => fixture.stop());

const refused = new RefusedCalls(() => fixture);
const DAY_MS = 86_400_000;
const daysFromNow = (days: number): Date => new Date(Date.now() + days * DAY_MS);

const encoded = (bytes: Uint8Array): SignUpBody => {
  return { signed_content: Buffer.from(bytes).toString('base64'), signed_content_encoding: 'base64' };
};

/** A good request of somebody new, whose container is then changed. */
async function signedBySomebody(
  departures: Defects = {},
  by: Partial<MadeUpSignature> = {},
): Promise<{ applicant: MadeUpApplicant; signed: SignUpBody }> {
  const applicant = await fixture.applicant();
  return {
    applicant,
    signed: fixture.sign(fixture.contentBy(applicant), { ...applicant, ...by }, departures),
  };
}

/** One byte of the container becomes another one. */
function changedAt({ signed_content }: SignUpBody, place: (bytes: Buffer) => number): SignUpBody {
  const bytes = Buffer.from(signed_content, 'base64');
  const at = place(bytes);
  bytes.writeUInt8(bytes.readUInt8(at) ^ 0x01, at);
  return encoded(bytes);
}

const answersTo = async (signed: SignUpBody) => [
  await refused.run(() => fixture.validate(signed)),
  await refused.run(() => fixture.register({ ...signed, jwt: 'of no importance yet' })),
];

const twice = (reported: Readonly<Record<string, unknown>>) => [reported, reported];
const malformed = (message: string) => twice({ status: 400, type: 'request_malformed', message });
const notFound = (message: string) => twice({ status: 404, type: 'not_found', message });

describe('Row 2: text that is not base64', () => {
  it.each([
    ['is empty', () => ''],
    ['has a sign of another alphabet', (text: string) => `-${text.slice(1)}`],
    ['lacks its padding', () => 'QQ'],
    ['has bits in its padding', () => 'QR=='],
    ['has padding in the middle', (text: string) => `QQ==${text}`],
    ['has a blank', (text: string) => ` ${text}`],
    ['is cut', (text: string) => text.slice(0, -1)],
  ])('it %s', async (_, change) => {
    const { signed } = await signedBySomebody();
    expect(await answersTo({ ...signed, signed_content: change(signed.signed_content) })).toEqual(
      twice({ status: 422, type: 'request_malformed', message: 'Invalid signed content' }),
    );
  });
});

describe('Row 4: a signature that proves nothing', () => {
  it('is of other content: a byte of it was changed', async () => {
    const { signed } = await signedBySomebody();
    const inTheName = (bytes: Buffer): number => bytes.indexOf('Волошка') + 1;
    expect(await answersTo(changedAt(signed, inTheName))).toEqual(
      malformed('Digital signature is not valid'),
    );
  });

  it('was changed in a byte of its own', async () => {
    const { signed } = await signedBySomebody();
    const last = (bytes: Buffer): number => bytes.length - 1;
    expect(await answersTo(changedAt(signed, last))).toEqual(malformed('Digital signature is not valid'));
  });

  it('is from an authority nobody trusts', async () => {
    const { applicant } = await signedBySomebody();
    const stranger = TestAuthority.make({ nodeEnv: 'test' });
    const bytes = fixture.contentBy(applicant).bytes();
    const { drfo } = applicant;
    expect(await answersTo(encoded(stranger.sign(bytes, { drfo, signedAt: new Date() })))).toEqual(
      malformed('Signer certificate is not issued by a trusted authority'),
    );
  });

  const life = (notBefore: number, notAfter: number): Defects => {
    return { certificate: { notBefore: daysFromNow(notBefore), notAfter: daysFromNow(notAfter) } };
  };

  it.each<[string, Defects, string]>([
    ['has an expired certificate', life(-300, -1), 'Signer certificate was not valid at signing time'],
    ['has a certificate of tomorrow', life(1, 300), 'Signer certificate was not valid at signing time'],
    ['is one of two', { signatures: 2 }, 'Signed content must carry exactly one signature'],
    ['is not there', { signatures: 0 }, 'Signed content carries no signature'],
    ['is detached', { isDetached: true }, 'Signed content carries no data of its own'],
    ['names no drfo', { certificate: { drfo: null } }, 'Signer certificate carries no drfo'],
    ['names an empty drfo', { certificate: { drfo: ' ' } }, 'Signer certificate carries no drfo'],
    [
      'is the seal of an organisation',
      { certificate: { isSeal: true } },
      'Signed content must be signed by a person, not sealed by an organisation',
    ],
    [
      'has no signing time',
      { hasSigningTime: false },
      'Digital signature carries no signing time and no time-stamp of its content',
    ],
    [
      'lacks its certificate',
      { carriesCertificates: false },
      'Signer certificate is not in the signed content',
    ],
    [
      'has a certificate issued by a person',
      { between: 'no authority' },
      'Signer certificate is not issued by a trusted authority',
    ],
  ])('it %s', async (_, departures, message) => {
    const { signed } = await signedBySomebody(departures);
    expect(await answersTo(signed)).toEqual(malformed(message));
  });

  it('is made with an algorithm nobody should use any more', async () => {
    const { signed } = await signedBySomebody({}, { algorithm: 'ecdsa-sha1' });
    expect(await answersTo(signed)).toEqual(malformed('Digital signature algorithm is not supported'));
  });

  it.each<[string, (container: Buffer) => Uint8Array]>([
    ['garbage', () => Buffer.from('Волошка')],
    ['JSON without a signature', () => fixture.contentBy({ personId: '' }).bytes()],
    ['cut off', (container) => container.subarray(0, 300)],
    ['followed by more', (container) => Buffer.concat([container, Buffer.from([0])])],
  ])('the container is %s', async (_, change) => {
    const { signed } = await signedBySomebody();
    const container = Buffer.from(signed.signed_content, 'base64');
    expect(await answersTo(encoded(change(container)))).toEqual(
      malformed('Signed content is not a CMS container of signed data'),
    );
  });
});

describe('The time of a signature', () => {
  const HOUR_MS = 3_600_000;
  const stampedNow = (bytes: Uint8Array): Buffer =>
    fixture.authority.timeStamper().stamp(bytes, new Date(), { carriesCertificate: true });
  const hoursAgo = (hours: number) => ({ signedAt: new Date(Date.now() - hours * HOUR_MS) });

  it('is that of a time-stamp on the content, although the clock of the signer is three hours slow', async () => {
    const { signed } = await signedBySomebody({ stamps: { onContent: [stampedNow] } }, hoursAgo(3));
    expect((await fixture.signUp(signed)).status).toBe(201);
  });

  it('is not that of a time-stamp on the signature, which anybody can add to an old one', async () => {
    const { signed } = await signedBySomebody({ stamps: { onSignature: [stampedNow] } }, hoursAgo(3));
    expect(await answersTo(signed)).toEqual(
      twice({ status: 401, type: 'access_denied', message: 'Digital signature timestamp is expired' }),
    );
  });

  it('is that of a time-stamp on the signature when the clock of the signer is three hours fast', async () => {
    const { signed } = await signedBySomebody({ stamps: { onSignature: [stampedNow] } }, hoursAgo(-3));
    expect((await fixture.signUp(signed)).status).toBe(201);
  });

  it.each<[string, Defects, string]>([
    [
      'on other content',
      { stamps: { onContent: [() => stampedNow(Buffer.from('other'))] } },
      'Time-stamp of the digital signature is not valid',
    ],
    [
      'by an authority nobody knows',
      { stamps: { onContent: [(bytes) => fixture.authority.timeStamper().stamp(bytes, new Date())] } },
      'Time-stamp of the digital signature is not issued by a trusted authority',
    ],
  ])('is refused with a time-stamp %s', async (_, departures, message) => {
    const { signed } = await signedBySomebody(departures);
    expect(await answersTo(signed)).toEqual(malformed(message));
  });
});

describe('Row 6: the applicant is known by the drfo of the signature alone', () => {
  it('several users with that number count as none', async () => {
    const personId = await aPerson().save(fixture.env.sql);
    await aUser().ofPerson(personId).withTaxId('МЮ123456').save(fixture.env.sql);
    await aUser().withTaxId('MYU123456').save(fixture.env.sql);
    const signed = fixture.sign(fixture.contentBy({ personId }), { drfo: 'МЮ123456' });
    expect(await answersTo(signed)).toEqual(notFound('Applicant user not found.'));
  });

  it('the number of the person does not matter, only that of the user', async () => {
    const drfo = fixture.nextDrfo();
    const personId = await aPerson().withTaxId(drfo).save(fixture.env.sql);
    await aUser().ofPerson(personId).save(fixture.env.sql);
    const signed = fixture.sign(fixture.contentBy({ personId }), { drfo });
    expect(await answersTo(signed)).toEqual(notFound('Applicant user not found.'));
  });

  it('row 8: a user who is nobody has no person', async () => {
    const drfo = fixture.nextDrfo();
    await aUser().withTaxId(drfo).save(fixture.env.sql);
    const signed = fixture.sign(fixture.contentBy({ personId: '' }), { drfo });
    expect(await answersTo(signed)).toEqual(notFound('Applicant person not found.'));
  });
});

describe('A signature that is accepted by both calls', () => {
  it.each<[string, Partial<MadeUpSignature>, Defects]>([
    ['ECDSA', { algorithm: 'ecdsa' }, {}],
    ['RSA', { algorithm: 'rsa' }, {}],
    ['RSA-PSS', { algorithm: 'rsa-pss' }, {}],
    ['DSTU 4145 with GOST 34.311', { algorithm: 'dstu' }, {}],
    ['DSTU 4145 with Kupyna-256', { algorithm: 'dstu-kupyna' }, {}],
    ['Kupyna under a root of GOST 34.311', { algorithm: 'dstu-kupyna', certifiedBy: 'dstu' }, {}],
    ['an authority between the signer and the trusted one', {}, { between: 'an authority' }],
    ['DSTU 4145 with such an authority', { algorithm: 'dstu' }, { between: 'an authority' }],
    ['the drfo in the serial number', {}, { certificate: { drfoIn: 'serial number' } }],
    ['the drfo as BMPString', {}, { certificate: { numbersAs: 'BMPString' } }],
  ])('%s', async (_, by, departures) => {
    const { signed } = await signedBySomebody(departures, by);
    const { status, body } = await fixture.signUp(signed);
    expect(body.error).toBeUndefined();
    expect(status).toBe(201);
  });

  it('the passport of somebody without a tax number, in another spelling than their user has', async () => {
    const applicant = await fixture.applicant();
    const text = 'UPDATE mithril.users SET tax_id = $1 WHERE id = $2';
    await fixture.env.sql.query({ text }, ['МЮ 987654', applicant.userId]);
    const signed = fixture.sign(fixture.contentBy(applicant), { ...applicant, drfo: 'MYU987654' });
    const { status, body } = await fixture.signUp(signed);
    expect(body.error).toBeUndefined();
    expect(status).toBe(201);
  });
});
