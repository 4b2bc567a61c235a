import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { Refusal, type RefusalCode } from '../domain/refusal';
import { Certificate, readCertificate } from './certificate';
import { checkContainer, type SignedContent } from './container-check';
import { TestAuthority } from '../../tools/test-authority';
import { type Certified, writeCertificate } from '../../tools/test-authority/certificate-writer';
import { signingKey } from '../../tools/test-authority/signing-key';

const authority = TestAuthority.make({ nodeEnv: 'test' });
const certificatesIn = (pem: string): Certificate[] =>
  [...pem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map(([, base64 = '']) =>
    readCertificate(Buffer.from(base64, 'base64')),
  );
const trusted = certificatesIn(authority.trustedPem).slice(0, 1);

const SIGNED_AT = new Date('2026-05-01T10:00:00Z');
const BY = { drfo: '1234567890', surname: 'Ґалаґан', givenName: 'Їжак', signedAt: SIGNED_AT };
const good = authority.sign('{"person":{"first_name":"Їжак"}}', BY);
const MIB = 1024 * 1024;

function answerTo(container: Uint8Array): SignedContent | RefusalCode {
  try {
    return checkContainer(container, trusted);
  } catch (error) {
    // Anything else would be a fault of the program, and fails the test.
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

const bytes = (hex: string): Buffer => Buffer.from(hex, 'hex');
const repeated = (hex: string, times: number): Buffer => Buffer.concat(Array<Buffer>(times).fill(bytes(hex)));

/** Nested values of definite length, built from the inside out, as deep as the size allows. */
function nested(levels: number): Buffer {
  let length = 0;
  const headers: Buffer[] = [];
  for (let level = 0; level < levels; level += 1) {
    const header = Buffer.concat([bytes('3084'), Buffer.alloc(4)]);
    header.writeUInt32BE(length, 2);
    headers.push(header);
    length += header.length;
  }
  return Buffer.concat(headers.reverse());
}

describe('A hostile container is refused as malformed', () => {
  it.each<[string, Buffer]>([
    ['nothing', Buffer.alloc(0)],
    ['text', Buffer.from('{"person":{}}')],
    ['2 MiB of zeros', Buffer.alloc(2 * MIB)],
    ['2 MiB of ones', Buffer.alloc(2 * MIB, 0xff)],
    ['4 GiB claimed', bytes('3084ffffffff')],
    ['16 EiB claimed', bytes('3088ffffffffffffffff')],
    ['a length of 126 bytes', Buffer.concat([bytes('30fe'), Buffer.alloc(126, 0xff)])],
    ['a tag without an end', Buffer.concat([bytes('3f'), Buffer.alloc(MIB, 0xff)])],
    ['300,000 levels of definite length', nested(300_000)],
    ['a million levels of open length', repeated('3080', MIB)],
    ['a million empty values', Buffer.concat([bytes('3083200000'), repeated('0500', MIB)])],
    ['an open length that never ends', bytes('3080060930800609')],
    ['a container cut in half', good.subarray(0, good.length / 2)],
    ['a container without its last byte', good.subarray(0, -1)],
    ['a container with something behind it', Buffer.concat([good, bytes('00')])],
    ['two containers', Buffer.concat([good, good])],
    ['a certificate', Buffer.from(trusted[0]?.der ?? '')],
  ])('%s', (_, container) => {
    const began = performance.now();
    expect(answerTo(container)).toBe('signature_container_malformed');
    // A thousand times what it takes; a walk that grows with the square of the size would take minutes.
    expect(performance.now() - began).toBeLessThan(5_000);
  });
});

describe('A good container, changed anywhere', () => {
  const original = checkContainer(good, trusted);

  it('never yields anything but the signed content', () => {
    const place = fc.nat({ max: good.length - 1 });
    fc.assert(
      fc.property(place, fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = Buffer.from(good);
        changed.writeUInt8(changed.readUInt8(at) ^ mask, at);
        const answer = answerTo(changed);
        if (typeof answer !== 'string') expect(answer).toEqual(original);
      }),
      { numRuns: 200 },
    );
  });

  it('is refused when it is cut anywhere', () => {
    fc.assert(
      fc.property(fc.nat({ max: good.length - 1 }), (end) => {
        expect(answerTo(good.subarray(0, end))).toBe('signature_container_malformed');
      }),
      { numRuns: 100 },
    );
  });

  it('is refused when a part of another container replaces it', () => {
    const other = authority.sign('{"person":{"first_name":"Їжак"} }', { ...BY, drfo: '9876543210' });
    // Signatures of one key differ in length by a byte or two.
    const shorter = Math.min(good.length, other.length);
    const span = fc.tuple(fc.nat({ max: shorter - 1 }), fc.integer({ min: 1, max: 200 }));
    fc.assert(
      fc.property(span, ([from, length]) => {
        const mixed = Buffer.from(good);
        other.copy(mixed, from, from, from + length);
        const answer = answerTo(mixed);
        if (typeof answer !== 'string') expect(answer).toEqual(original);
      }),
      { numRuns: 100 },
    );
  });

  it('is never accepted when it is random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (anything) => {
        expect(answerTo(anything)).toBe('signature_container_malformed');
      }),
    );
  });
});

describe('Checks of a hostile container that cost little come first', () => {
  const validity = {
    notBefore: new Date('2020-01-01T00:00:00Z'),
    notAfter: new Date('2040-01-01T00:00:00Z'),
  };
  const certify = (commonName: string, kind: 'dstu', issuer?: Certified): Certified =>
    writeCertificate({
      ...validity,
      commonName,
      key: signingKey(kind),
      isAuthority: true,
      ...(issuer ? { issuer } : {}),
    });
  const national = certificatesIn(authority.trustedPem);

  /** How many signatures of certificates were looked at. */
  function certificatesChecked(check: () => void): number {
    const spy = vi.spyOn(Certificate.prototype, 'isSignedBy');
    try {
      check();
      return spy.mock.calls.length;
    } finally {
      spy.mockRestore();
    }
  }

  it('looks at four signatures of eight forged certificates that name a trusted authority', () => {
    const forgedRoot = certify('TEST ONLY root (dstu)', 'dstu');
    const sent = Array.from({ length: 7 }, () =>
      certify('TEST ONLY authority in between', 'dstu', forgedRoot),
    );
    const container = new TestAuthority([forgedRoot]).sign(
      '{}',
      { ...BY, algorithm: 'dstu' },
      { between: 'an authority', sent },
    );
    const checked = certificatesChecked(() => {
      expect(() => checkContainer(container, national)).toThrow(code('certificate_not_trusted'));
    });
    expect(checked).toBeLessThanOrEqual(4);
  });

  it('refuses content of more than 256 KiB before it looks at anything else', () => {
    const longest = 'x'.repeat(256 * 1024);
    expect(answerTo(authority.sign(longest, BY))).not.toBe('signed_content_too_large');
    const unknown = TestAuthority.make({ nodeEnv: 'test' });
    const checked = certificatesChecked(() =>
      expect(answerTo(unknown.sign(`${longest}x`, BY))).toBe('signed_content_too_large'),
    );
    expect(checked).toBe(0);
  });

  it('digests content only under a certificate that is trusted', () => {
    const unknown = TestAuthority.make({ nodeEnv: 'test' });
    const changedBy = (signer: TestAuthority): Buffer => {
      const container = Buffer.from(signer.sign('{"a":"unchanged"}', BY));
      container.write('exchanged', container.indexOf('unchanged'));
      return container;
    };
    expect(answerTo(changedBy(unknown))).toBe('certificate_not_trusted');
    expect(answerTo(changedBy(authority))).toBe('signature_wrong');
  });
});

const code = (refusal: RefusalCode): unknown => expect.objectContaining({ code: refusal });
