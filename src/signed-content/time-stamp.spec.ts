import { Boolean as AsnBoolean, Constructed, Integer, ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import { ContentInfo, SignedData } from 'pkijs';
import { describe, expect, it } from 'vitest';
import { TestAuthority, type Defects, type KeyKind, type TimeStamper } from '../../tools/test-authority';
import { Refusal, type RefusalCode } from '../domain/refusal';
import { readCertificate } from './certificate';
import { checkContainer, type SignedContent } from './container-check';

const authority = TestAuthority.make({ nodeEnv: 'test' });
const roots = [...authority.trustedPem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map(
  ([, base64 = '']) => readCertificate(Buffer.from(base64, 'base64')),
);

const CONTENT = '{"person":{}}';
const DATA = '1.2.840.113549.1.7.1';
/** The signer's clock is five minutes fast. */
const STAMPED_AT = new Date('2026-05-01T09:55:00Z');
const SIGNED_AT = new Date('2026-05-01T10:00:00Z');
const LATER = new Date('2026-05-01T10:05:00Z');
const BEFORE_THE_CERTIFICATE = new Date('2026-01-01T00:00:00Z');

const stamper = authority.timeStamper();

/** What is made for a test: a token on the content, or on the signature. */
type StampOptions = Parameters<TimeStamper['stamp']>[2];

const onContent = (by = stamper, wanted?: StampOptions, at = STAMPED_AT): Defects['stamps'] => ({
  onContent: [(bytes) => by.stamp(bytes, at, wanted)],
});

const onSignature = (by = stamper, wanted?: StampOptions, at = STAMPED_AT): Defects['stamps'] => ({
  onSignature: [(bytes) => by.stamp(bytes, at, wanted)],
});

const PLACES = [
  ['the content', onContent],
  ['the signature', onSignature],
] as const;

const signed = (stamps: Defects['stamps'], defects: Defects = {}, algorithm: KeyKind = 'ecdsa'): Buffer =>
  authority.sign(
    CONTENT,
    { drfo: '1234567890', signedAt: SIGNED_AT, algorithm },
    { ...defects, ...(stamps === undefined ? {} : { stamps }) },
  );

/** The authorities in the trust file: the roots, and certificates of time-stamp authorities. */
const trusting = (...stampers: readonly TimeStamper[]) => [
  ...roots,
  ...stampers.map(({ der }) => readCertificate(der)),
];

const check = (container: Uint8Array, trusted = trusting(stamper)): SignedContent =>
  checkContainer(container, trusted);

function outcomeOf(container: Uint8Array, trusted = trusting(stamper)): RefusalCode | 'accepted' {
  try {
    check(container, trusted);
    return 'accepted';
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe('The time of a signature', () => {
  it("is that of the signer's clock without a time-stamp", () => {
    const { signedAt, provenAt } = check(signed(undefined));
    expect([signedAt, provenAt]).toEqual([SIGNED_AT, undefined]);
  });

  it("is that of a time-stamp on the content, whatever the signer's clock says", () => {
    for (const at of [STAMPED_AT, LATER]) {
      const { signedAt, provenAt } = check(signed(onContent(stamper, {}, at)));
      expect([signedAt, provenAt]).toEqual([at, undefined]);
    }
  });

  it('is that of a time-stamp on the content when there is no signing time', () => {
    expect(check(signed(onContent(), { hasSigningTime: false })).signedAt).toEqual(STAMPED_AT);
  });

  it('is missing without a signing time and without a time-stamp on the content', () => {
    expect(outcomeOf(signed(undefined, { hasSigningTime: false }))).toBe('signature_time_missing');
  });

  it('is missing when only the signature is stamped: anybody can stamp an old signature today', () => {
    expect(outcomeOf(signed(onSignature(), { hasSigningTime: false }))).toBe('signature_time_missing');
  });

  it('is that of a time-stamp on the signature when that is earlier than the clock of the signer', () => {
    const { signedAt, provenAt } = check(signed(onSignature()));
    expect([signedAt, provenAt]).toEqual([STAMPED_AT, STAMPED_AT]);
  });

  it('is not made younger by a time-stamp on the signature', () => {
    const { signedAt, provenAt } = check(signed(onSignature(stamper, {}, LATER)));
    expect([signedAt, provenAt]).toEqual([SIGNED_AT, LATER]);
  });

  it('is that of the content, and proven by the earliest time-stamp on the signature', () => {
    const stamps = {
      onContent: [(bytes: Uint8Array) => stamper.stamp(bytes, STAMPED_AT)],
      onSignature: [LATER, SIGNED_AT].map((at) => (bytes: Uint8Array) => stamper.stamp(bytes, at)),
    };
    const { signedAt, provenAt } = check(signed(stamps));
    expect([signedAt, provenAt]).toEqual([STAMPED_AT, SIGNED_AT]);
  });

  it('by a time-stamp on the signature, which anybody can take away, does not make it another signature', () => {
    const stamped = signed(onSignature());
    const container = ContentInfo.fromBER(stamped);
    const data = new SignedData({ schema: container.content });
    for (const signer of data.signerInfos) delete signer.unsignedAttrs;
    container.content = data.toSchema(true);
    const bare = check(Buffer.from(container.toSchema().toBER()));
    const { signedAt, identity } = check(stamped);
    expect(bare.signedAt).not.toEqual(signedAt);
    expect(bare.identity).toBe(identity);
    // Another certificate, as every call of the authority makes one.
    expect(check(signed(undefined)).identity).not.toBe(identity);
  });

  it('may have fractions of a second in a time-stamp', () => {
    const container = signed(onContent(stamper, { time: '20260501095500.125Z' }));
    expect(check(container).signedAt).toEqual(STAMPED_AT);
  });
});

describe.each(PLACES)('A time-stamp on %s', (_, stamps) => {
  it.each<KeyKind>(['ecdsa', 'rsa', 'dstu', 'dstu-kupyna', 'dstu-kupyna-512'])(
    'may be made with %s',
    (kind) => {
      const by = authority.timeStamper(kind);
      expect(outcomeOf(signed(stamps(by)), trusting(by))).toBe('accepted');
    },
  );

  it('may be made with GOST 34.311 on a signature with Kupyna', () => {
    const by = authority.timeStamper('dstu');
    expect(outcomeOf(signed(stamps(by), {}, 'dstu-kupyna'), trusting(by))).toBe('accepted');
  });

  it('may carry its certificate, or the container may', () => {
    expect(outcomeOf(signed(stamps(stamper, { carriesCertificate: true })), roots)).toBe('accepted');
    expect(outcomeOf(signed(stamps(), { sent: [stamper.certified] }), roots)).toBe('accepted');
  });

  it('may name its certificate in the old way', () => {
    const old = stamps(stamper, { container: { named: { edition: 1 } } });
    expect(outcomeOf(signed(old))).toBe('accepted');
  });

  it.each<[RefusalCode, string, Parameters<TimeStamper['stamp']>[2]]>([
    ['time_stamp_wrong', 'two signed it', { container: { signers: [stamper.certified, stamper.certified] } }],
    ['time_stamp_wrong', 'nobody signed it', { container: { signers: [] } }],
    ['time_stamp_wrong', 'its content is of another type', { container: { contentType: DATA } }],
    ['time_stamp_wrong', 'its signed attribute states another type', { container: { statedType: DATA } }],
    [
      'time_stamp_wrong',
      'it names another certificate',
      { container: { named: { edition: 2, certificate: authority.timeStamper().certified } } },
    ],
    [
      'time_stamp_wrong',
      'it names another certificate in the old way',
      { container: { named: { edition: 1, certificate: authority.timeStamper().certified } } },
    ],
    ['time_stamp_wrong', 'it names no certificate', { container: { named: { edition: 'none' } } }],
    ['time_stamp_wrong', 'it has no content', { container: { isDetached: true } }],
    ['time_stamp_wrong', 'it has another version', { version: 2 }],
    ['time_stamp_wrong', 'its time has no zone', { time: '20260501095500' }],
    ['time_stamp_wrong', 'its time is of another zone', { time: '20260501095500+0300' }],
    ['time_stamp_wrong', 'its time is no time', { time: '20260230095500Z' }],
    [
      'time_stamp_wrong',
      'it is longer than any real one',
      { further: [new Integer({ valueHex: new ArrayBuffer(16_384) })] },
    ],
    ['time_stamp_wrong', 'it demands what nobody knows', { further: [criticalExtension()] }],
    ['time_stamp_wrong', 'something follows its content', { further: [new OctetString()] }],
    [
      'certificate_not_valid_then',
      'the certificate of the signer was not valid then',
      { time: '20260101000000Z' },
    ],
  ])('is refused with %s when %s', (code, _, wanted) => {
    expect(outcomeOf(signed(stamps(stamper, wanted)))).toBe(code);
  });

  it.each<[RefusalCode, string, Parameters<TestAuthority['timeStamper']>[1]]>([
    [
      'time_stamp_wrong',
      'is for other purposes as well',
      { purposes: ['1.3.6.1.5.5.7.3.8', '1.3.6.1.5.5.7.3.4'] },
    ],
    ['time_stamp_wrong', 'names no purpose', { purposes: [] }],
    ['time_stamp_wrong', 'is for another purpose', { purposes: ['1.3.6.1.5.5.7.3.9'] }],
    ['time_stamp_wrong', 'does not mark its purpose as critical', { arePurposesCritical: false }],
    ['time_stamp_wrong', 'may not sign', { usage: 0x08 }],
    ['time_stamp_not_trusted', 'was not valid then', { notBefore: SIGNED_AT }],
    ['time_stamp_not_trusted', 'had expired', { notAfter: BEFORE_THE_CERTIFICATE }],
  ])('is refused with %s when the certificate of its authority %s', (code, _, changed) => {
    const by = authority.timeStamper('ecdsa', changed);
    expect(outcomeOf(signed(stamps(by)), trusting(by))).toBe(code);
  });

  it('is refused when the certificate of its authority is nowhere', () => {
    expect(outcomeOf(signed(stamps()), roots)).toBe('time_stamp_not_trusted');
  });

  it('is refused when nobody trusted certifies its authority, even if the trust file has its certificate', () => {
    const stranger = TestAuthority.make({ nodeEnv: 'test' }).timeStamper();
    expect(outcomeOf(signed(stamps(stranger)), trusting(stranger))).toBe('time_stamp_not_trusted');
    const alone = stamps(stranger, { carriesCertificate: true });
    expect(outcomeOf(signed(alone), roots)).toBe('time_stamp_not_trusted');
  });

  it('is refused when it is on other bytes', () => {
    const other: Defects['stamps'] = Object.fromEntries(
      Object.keys(stamps() ?? {}).map((place) => [
        place,
        [() => stamper.stamp(Buffer.from('other'), STAMPED_AT)],
      ]),
    );
    expect(outcomeOf(signed(other))).toBe('time_stamp_wrong');
  });

  it('is refused when a byte of it was changed after it was signed', () => {
    const changed = (change: (token: Buffer) => void): Defects['stamps'] =>
      Object.fromEntries(
        Object.keys(stamps() ?? {}).map((place) => [
          place,
          [
            (bytes: Uint8Array) => {
              const token = stamper.stamp(bytes, STAMPED_AT);
              change(token);
              return token;
            },
          ],
        ]),
      );
    // The time in the content, and the end of the signature.
    const time = (token: Buffer): void => void token.write('1', token.indexOf('20260501095500Z') + 13);
    const signature = (token: Buffer): void => {
      token.writeUInt8(token.readUInt8(token.length - 1) ^ 1, token.length - 1);
    };
    for (const change of [time, signature])
      expect(outcomeOf(signed(changed(change)))).toBe('time_stamp_wrong');
  });
});

function criticalExtension(): Constructed {
  const [extnID, critical] = [new ObjectIdentifier({ value: '1.2.3.4' }), new AsnBoolean({ value: true })];
  const extension = new Sequence({ value: [extnID, critical, new OctetString()] });
  return new Constructed({ idBlock: { tagClass: 3, tagNumber: 1 }, value: [extension] });
}

describe('Time-stamps', () => {
  const repeated = (times: number) =>
    Array.from({ length: times }, () => (bytes: Uint8Array) => stamper.stamp(bytes, STAMPED_AT));

  it('are at most four on a signature', () => {
    expect(outcomeOf(signed({ onSignature: repeated(4) }))).toBe('accepted');
    expect(outcomeOf(signed({ onSignature: repeated(5) }))).toBe('time_stamp_wrong');
  });

  it('are all verified, the last one too', () => {
    const stranger = TestAuthority.make({ nodeEnv: 'test' }).timeStamper();
    const last = (bytes: Uint8Array): Buffer => stranger.stamp(bytes, STAMPED_AT);
    expect(outcomeOf(signed({ onSignature: [...repeated(1), last] }))).toBe('time_stamp_not_trusted');
  });

  it('on the content are one at most', () => {
    expect(outcomeOf(signed({ onContent: repeated(2) }))).toBe('signature_container_malformed');
  });

  it('do not make their authority one that certifies people', () => {
    const { der, certified } = stamper;
    const forged = authority.timeStamper('ecdsa', { issuer: certified, purposes: [], drfo: '1234567890' });
    const container = forged.stamp(Buffer.from('x'), SIGNED_AT, {
      carriesCertificate: true,
      container: { contentType: DATA, content: Buffer.from(CONTENT), signedAt: SIGNED_AT },
    });
    expect(outcomeOf(container, [...roots, readCertificate(der)])).toBe('certificate_not_trusted');
    // The same container of a person whom the root certified is accepted.
    const genuine = authority.timeStamper('ecdsa', { purposes: ['2.5.29.37.0'], drfo: '1234567890' });
    const accepted = genuine.stamp(Buffer.from('x'), SIGNED_AT, {
      carriesCertificate: true,
      container: { contentType: DATA, content: Buffer.from(CONTENT), signedAt: SIGNED_AT },
    });
    expect(outcomeOf(accepted)).toBe('accepted');
  });
});
