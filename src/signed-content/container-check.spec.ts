import { describe, expect, it } from 'vitest';
import { Refusal, type RefusalCode } from '../domain/refusal';
import { type Certificate, readCertificate } from './certificate';
import { checkContainer, contentOf, resultOf } from './container-check';
import { TestAuthority, type Defects, type MadeUpSignature } from '../../tools/test-authority';
import { describeError } from '../observability';

const authority = TestAuthority.make({ nodeEnv: 'test' });

const CONTENT = '{"person":{}}';

const SIGNED_AT = new Date('2026-05-01T10:00:00Z');

const BY = { drfo: '1234567890', surname: 'Ґалаґан', givenName: 'Їжак', signedAt: SIGNED_AT };

const certificatesIn = (pem: string): Certificate[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map(([, base64 = '']) =>
    readCertificate(Buffer.from(base64, 'base64')),
  );

const trusted = certificatesIn(authority.trustedPem);

function codeOf(container: Uint8Array, authorities = trusted): RefusalCode | 'accepted' {
  try {
    checkContainer(container, authorities);
    return 'accepted';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

const signed = (departures: Defects = {}, by: Partial<MadeUpSignature> = {}): Buffer =>
  authority.sign(CONTENT, { ...BY, ...by }, departures);

describe('A container', () => {
  it.each<[RefusalCode, string, Defects]>([
    ['signature_missing', 'nobody signed', { signatures: 0 }],
    ['signature_not_single', 'two signed', { signatures: 2 }],
    ['signature_content_detached', 'the content lies elsewhere', { isDetached: true }],
    ['signature_time_missing', 'no time is signed', { hasSigningTime: false }],
    ['certificate_missing', 'the certificate was left out', { carriesCertificates: false }],
    ['certificate_without_drfo', 'the certificate has no drfo', { certificate: { drfo: null } }],
    ['certificate_without_drfo', 'the drfo is blank', { certificate: { drfo: '  ' } }],
    ['signature_is_seal', 'the certificate says it is a seal', { certificate: { isSeal: true } }],
    [
      'signature_is_seal',
      'the certificate has the number of an organisation only',
      { certificate: { drfo: null, edrpou: '12345678' } },
    ],
    ['signature_wrong', 'it names another certificate of the same key', { namesAnother: true }],
    ['signature_wrong', 'it names one in the old way', { namesAnother: true, edition: 1 }],
    ['certificate_usage_refused', 'the key is for agreeing on ciphers', { certificate: { usage: 0x08 } }],
  ])('is refused with %s when %s', (code, _, departures) => {
    expect(codeOf(signed(departures))).toBe(code);
  });

  it('is refused when made with SHA-1', () => {
    expect(codeOf(signed({}, { algorithm: 'ecdsa-sha1' }))).toBe('signature_algorithm_unknown');
  });

  it('is accepted from a person who signs for an organisation', () => {
    const container = signed({ certificate: { edrpou: '12345678' } });
    expect(checkContainer(container, trusted).signer.drfo).toBe(BY.drfo);
  });

  it('has the drfo behind TINUA- when the directory attributes have none', () => {
    const container = signed({ certificate: { drfoIn: 'serial number' } });
    expect(checkContainer(container, trusted).signer.drfo).toBe(BY.drfo);
  });

  it('may name its certificate in the old way', () => {
    expect(codeOf(signed({ edition: 1 }))).toBe('accepted');
  });

  const OCSP = '1.3.6.1.5.5.7.3.9';
  const TLS_SERVER = '1.3.6.1.5.5.7.3.1';
  const TLS_CLIENT = '1.3.6.1.5.5.7.3.2';
  const TIME_STAMPS = '1.3.6.1.5.5.7.3.8';
  const EMAIL = '1.3.6.1.5.5.7.3.4';
  const OF_AN_AUTHORITY = '1.3.6.1.4.1.19398.1.1.8.31';

  it.each<[RefusalCode | 'accepted', string, Defects['certificate']]>([
    ['accepted', 'digital signature', { usage: 0x80 }],
    ['accepted', 'non-repudiation', { usage: 0x40 }],
    ['certificate_usage_refused', 'key agreement', { usage: 0x08 }],
    ['certificate_purpose_refused', 'TLS', { purposes: [TLS_SERVER, TLS_CLIENT] }],
    ['certificate_purpose_refused', 'OCSP', { purposes: [OCSP] }],
    [
      'certificate_purpose_refused',
      'OCSP and what its authority adds',
      { purposes: [OCSP, OF_AN_AUTHORITY] },
    ],
    ['certificate_purpose_refused', 'time-stamps', { purposes: [TIME_STAMPS] }],
    ['accepted', 'what its authority defines', { purposes: [OF_AN_AUTHORITY] }],
    ['accepted', 'TLS clients and e-mail', { purposes: [TLS_CLIENT, EMAIL] }],
    ['certificate_of_authority', 'an authority', { isAuthority: true, usage: 0xc4 }],
  ])('is %s with a certificate for %s', (code, _, certificate) => {
    expect(codeOf(signed(certificate && { certificate }))).toBe(code);
  });

  it.each(['european', 'national', 'no'] as const)(
    'needs a qualified certificate where the policy says so (%s statement)',
    (qualified) => {
      const container = signed({ certificate: { qualified } });
      expect(codeOf(container)).toBe('accepted');
      const check = (): unknown => checkContainer(container, trusted, { mustBeQualified: true });
      if (qualified === 'no')
        expect(check).toThrow(expect.objectContaining({ code: 'certificate_not_qualified' }));
      else expect(check).not.toThrow();
    },
  );

  it('needs no names', () => {
    const { signer } = checkContainer(authority.sign(CONTENT, { drfo: '1', signedAt: SIGNED_AT }), trusted);
    expect(signer).toEqual({ drfo: '1', surname: null, givenName: null });
  });

  it('keeps content that is no text, to the byte', () => {
    const bytes = Buffer.from(Array.from({ length: 70_000 }, (_, place) => place % 256));
    expect(checkContainer(authority.sign(bytes, BY), trusted).content).toEqual(bytes);
  });
});

const SIGNED = {
  content: new Uint8Array([1, 2]),
  signedAt: new Date('2026-05-01T10:00:00Z'),
  signer: { drfo: '1234567890', surname: null, givenName: null },
  identity: 'a1'.repeat(32),
  revocable: {
    certificate: new Uint8Array([3]),
    issuer: new Uint8Array([4]),
    evidence: [{ kind: 'ocsp' as const, bytes: new Uint8Array([5]) }],
  },
};

/** Results of threads are copied on the way. */
const carriedOver = (check: () => typeof SIGNED) => contentOf(structuredClone(resultOf(check)));

describe('The result of a check', () => {
  it('arrives from the thread unchanged', () => {
    expect(carriedOver(() => SIGNED)).toEqual(SIGNED);
    const proven = { ...SIGNED, provenAt: new Date('2026-05-01T10:01:00Z') };
    expect(carriedOver(() => proven)).toEqual(proven);
  });

  it('is the same refusal on both sides', () => {
    const refuse = (): never => {
      throw new Refusal('signature_wrong');
    };
    expect(() => carriedOver(refuse)).toThrow(expect.objectContaining({ code: 'signature_wrong' }));
  });

  it.each([
    ['an error that quotes the signed document', new Error('drfo 1234567890\n    at /1234567890.ts:1:1')],
    ['an error of a package', Object.assign(new TypeError('1234567890'), { cause: '1234567890' })],
    ['something that is no error', '1234567890'],
  ])('is, after %s, an error that names only places', (_, thrown) => {
    const fail = (): never => {
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- A package may throw anything.
      throw thrown;
    };
    let error: unknown;
    try {
      carriedOver(fail);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(Error);
    expect(String((error as Error).stack)).not.toContain('1234567890');
    const { at } = describeError(error).toJSON();
    if (thrown instanceof Error)
      expect(at?.[0]).toMatch(/^src\/signed-content\/container-check\.spec\.ts:\d+$/);
  });
});
