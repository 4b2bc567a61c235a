import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Refusal, type RefusalCode } from '../../src/domain/refusal';
import { type Certificate, readCertificate } from '../../src/signed-content/certificate';
import { checkContainer } from '../../src/signed-content/container-check';
import { digestOf } from '../../src/signed-content/signature-algorithm';
import { TestAuthority, type Defects, type MadeUpSignature } from '../../tools/test-authority';

const authority = TestAuthority.make({ nodeEnv: 'test' });
const other = TestAuthority.make({ nodeEnv: 'test' });
const CONTENT = '{"person":{}}';
const SIGNED_AT = new Date('2026-05-01T10:00:00Z');
const BY = { drfo: '1234567890', surname: 'Ґалаґан', givenName: 'Їжак', signedAt: SIGNED_AT };
const ALGORITHMS = ['ecdsa', 'rsa', 'rsa-pss', 'dstu', 'dstu-kupyna'] as const;

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

describe.each(ALGORITHMS)('A container signed with %s', (algorithm) => {
  it('returns what was signed, when, and by whom', () => {
    const { content, signedAt, signer } = checkContainer(signed({}, { algorithm }), trusted);
    expect(Buffer.from(content).toString()).toBe(CONTENT);
    expect(signedAt).toEqual(SIGNED_AT);
    expect(signer).toEqual({ drfo: BY.drfo, surname: BY.surname, givenName: BY.givenName });
  });

  it('is refused when one byte of the content is another one', () => {
    const container = signed({}, { algorithm });
    container.write('!', container.indexOf(CONTENT));
    expect(codeOf(container)).toBe('signature_wrong');
  });

  it('is refused when one bit of the signature is another one', () => {
    const container = signed({}, { algorithm });
    const last = container.length - 1;
    container.writeUInt8(container.readUInt8(last) ^ 1, last);
    expect(codeOf(container)).toBe('signature_wrong');
  });

  it('is refused when the signing time was moved', () => {
    const container = signed({}, { algorithm });
    const place = container.lastIndexOf('260501100000Z');
    container.write('260501100001Z', place);
    expect(codeOf(container)).toBe('signature_wrong');
  });

  it('is refused when its authority is not trusted', () => {
    expect(codeOf(other.sign(CONTENT, { ...BY, algorithm }))).toBe('certificate_not_trusted');
  });

  it('is refused when nobody is trusted', () => {
    expect(codeOf(signed({}, { algorithm }), [])).toBe('certificate_not_trusted');
  });

  it('is accepted through an authority in between, but not through a certificate that may not issue', () => {
    expect(codeOf(signed({ between: 'an authority' }, { algorithm }))).toBe('accepted');
    expect(codeOf(signed({ between: 'no authority' }, { algorithm }))).toBe('certificate_not_trusted');
  });

  it('is refused when its certificate was not valid at signing time, to the second', () => {
    const at = (certificate: Defects['certificate']): string =>
      codeOf(signed({ ...(certificate && { certificate }) }, { algorithm }));
    expect(at({ notAfter: SIGNED_AT })).toBe('accepted');
    expect(at({ notBefore: SIGNED_AT })).toBe('accepted');
    expect(at({ notAfter: new Date('2026-05-01T09:59:59Z') })).toBe('certificate_not_valid_then');
    expect(at({ notBefore: new Date('2026-05-01T10:00:01Z') })).toBe('certificate_not_valid_then');
  });
});

describe('The authorities that the state published', () => {
  const pem = readFileSync(join(__dirname, '../fixtures/signed-content/published-authorities.pem'), 'latin1');
  const [root, issued] = certificatesIn(pem) as [Certificate, Certificate];

  it('are signed with DSTU 4145 as this module reads it, on both curves', () => {
    expect(root.isSignedBy(root)).toBe(true);
    expect(issued.namesAsIssuer(root)).toBe(true);
    expect(issued.isSignedBy(root)).toBe(true);
    expect(root.isSignedBy(issued)).toBe(false);
    expect(root.mayIssue({ authoritiesBelow: 1 })).toBe(true);
  });

  it('fail verification after one bit has changed', () => {
    const changed = Buffer.from(issued.der);
    const place = changed.indexOf(Buffer.from('151218140000Z', 'latin1'));
    changed.write('151218140001Z', place);
    expect(readCertificate(changed).isSignedBy(root)).toBe(false);
  });
});

describe('The root that the state published in 2026', () => {
  const pem = readFileSync(join(__dirname, '../fixtures/signed-content/cao-2026.pem'), 'latin1');
  const [root] = certificatesIn(pem) as [Certificate];

  it('verifies as a trusted authority, with Kupyna-256', () => {
    expect(root.parsed.signatureAlgorithm.algorithmId).toBe('1.2.804.2.1.1.1.1.3.6.1.1');
    expect(root.isSignedBy(root)).toBe(true);
    expect(root.namesAsIssuer(root)).toBe(true);
    expect(root.hasOnlyUnderstoodDemands).toBe(true);
    expect(root.mayIssue({ authoritiesBelow: 2 })).toBe(true);
    expect(root.mayIssue({ authoritiesBelow: 3 })).toBe(false);
    const identifier = digestOf(
      new Uint8Array(root.parsed.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView),
      'kupyna256',
    );
    expect(root.keyIdentifier).toBe(identifier.toString('hex'));
  });

  it.each([0, 20, 400, 1000])(
    'fails verification after one bit has changed, counted from byte %i',
    (offset) => {
      const text = root.der.indexOf(Buffer.from('UA-43220851-2601'));
      const changed = Buffer.from(root.der);
      // Bytes of texts: the certificate can still be parsed.
      const place = offset === 0 ? text : root.der.indexOf(Buffer.from('czo.gov.ua'), offset);
      changed.writeUInt8(changed.readUInt8(place) ^ 1, place);
      expect(readCertificate(changed).isSignedBy(root)).toBe(false);
    },
  );

  it('fails verification after one bit of its signature has changed', () => {
    const changed = Buffer.from(root.der);
    changed.writeUInt8(changed.readUInt8(changed.length - 60) ^ 1, changed.length - 60);
    expect(readCertificate(changed).isSignedBy(root)).toBe(false);
  });
});

describe('National signatures', () => {
  const kinds = ['dstu', 'dstu-kupyna'] as const;

  it.each(kinds.flatMap((certifiedBy) => kinds.map((algorithm) => [certifiedBy, algorithm] as const)))(
    'may mix their digests: certified by %s, signed with %s',
    (certifiedBy, algorithm) => {
      const container = signed({}, { certifiedBy, algorithm });
      expect(codeOf(container)).toBe('accepted');
      container.write('!', container.indexOf(CONTENT));
      expect(codeOf(container)).toBe('signature_wrong');
    },
  );

  it.each(['dstu-kupyna-384', 'dstu-kupyna-512'] as const)('may use a longer digest: %s', (algorithm) => {
    expect(codeOf(signed({}, { algorithm }))).toBe('accepted');
  });
});
