import { BasicOCSPResponse } from 'pkijs';
import { describe, expect, it } from 'vitest';
import {
  type Certified,
  type KeyKind,
  type RootKind,
  TestAuthority,
  type WantedAnswer,
  type WantedList,
  writeBasicResponse,
  writeResponse,
  writeRevocationList,
} from '../../tools/test-authority';
import { Certificate, readCertificate } from './certificate';
import { statusIn } from './certificate-status';
import { isPrivate } from './revocation.client';
import type { Evidence, StatusTask, Verdict } from './revocation-evidence';

const authority = TestAuthority.make({ nodeEnv: 'test' });
const stranger = TestAuthority.make({ nodeEnv: 'test' });
const NOW = new Date('2026-05-01T10:00:00Z');
const MINUTE_MS = 60_000;
const at = (minutes: number): Date => new Date(NOW.getTime() + minutes * MINUTE_MS);
const LIST_URL = 'http://lists.test/full-17.crl';
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';

const byOf = (algorithm: KeyKind) => ({ drfo: '1234567890', signedAt: NOW, algorithm });
const der = ({ certificate }: Certified): Uint8Array => new Certificate(certificate).der;

/** A signer's certificate by a root of this kind. */
function issued(kind: RootKind, from = authority) {
  const { subject, issuer } = from.issued(byOf(kind), { certificate: { listUrl: LIST_URL } });
  return { kind, subject, issuer, by: byOf(kind) };
}

const plain = issued('ecdsa');

function verdictOn(
  { subject, issuer }: { subject: Certified; issuer: Certified },
  evidence: readonly Evidence[],
  task: Partial<StatusTask> = {},
  known: readonly Certified[] = [],
): Verdict {
  const times = { atMs: NOW.getTime(), nowMs: NOW.getTime(), maxAgeMs: 30 * MINUTE_MS };
  const asked = { certificate: der(subject), issuer: der(issuer), evidence, ...times, ...task };
  return statusIn(
    asked,
    known.map(({ certificate }) => new Certificate(certificate)),
  );
}

const GOOD: WantedAnswer = { status: 'good', thisUpdate: at(-1), nextUpdate: at(10) };

/** What an answer like this says; wrapped, as a responder sends it. */
function answered(wanted: Partial<WantedAnswer>, task: Partial<StatusTask> = {}, of = plain): Verdict {
  const bytes = writeResponse(0, writeBasicResponse(of.subject, of.issuer, { ...GOOD, ...wanted }));
  return verdictOn(of, [{ kind: 'ocsp', bytes }], task);
}

const GOOD_LIST: WantedList = { status: 'good', thisUpdate: at(-600), nextUpdate: at(600) };

function listed(wanted: Partial<WantedList>, of = plain, task: Partial<StatusTask> = {}): Verdict {
  const bytes = writeRevocationList(of.subject, of.issuer, { ...GOOD_LIST, ...wanted });
  return verdictOn(of, [{ kind: 'crl', bytes }], task);
}

const whyOf = (verdict: Verdict): string => (verdict.status === 'unknown' ? verdict.why : verdict.status);

describe.each([
  ['ecdsa', ['1.3.14.3.2.26', '2.16.840.1.101.3.4.2.1']],
  ['dstu', ['1.2.804.2.1.1.1.1.2.1', '1.2.804.2.1.1.1.1.2.2.1']],
  ['dstu-kupyna', ['1.2.804.2.1.1.1.1.2.2.1', '1.3.14.3.2.26']],
] as const)('An authority with a key of %s', (kind, digests) => {
  const of = issued(kind);
  const since = at(-100);

  it.each(digests)('answers about certificates named by digest %s', (digest) => {
    expect(answered({ digest }, {}, of)).toEqual({ status: 'good', untilMs: at(10).getTime() });
    const revoked = { status: 'revoked', sinceMs: since.getTime(), untilMs: at(10).getTime() };
    expect(answered({ digest, status: 'revoked', since }, {}, of)).toEqual({ ...revoked, isOnHold: false });
    expect(answered({ digest, status: 'revoked', since, isOnHold: true }, {}, of)).toEqual({
      ...revoked,
      isOnHold: true,
    });
    expect(whyOf(answered({ digest, hasWrongSignature: true }, {}, of))).toBe('signature');
  });

  it('answers through a responder that it made for this', () => {
    const responder = authority.service(of.by, { purposes: [OCSP_SIGNING] });
    expect(answered({ responder }, {}, of).status).toBe('good');
    expect(answered({ responder, named: 'key' }, {}, of).status).toBe('good');
    expect(whyOf(answered({ responder, hasWrongSignature: true }, {}, of))).toBe('signature');
  });

  it('publishes lists', () => {
    const untilMs = at(600).getTime();
    expect(listed({}, of)).toEqual({ status: 'good', untilMs });
    const revoked = { status: 'revoked', sinceMs: since.getTime(), untilMs };
    expect(listed({ status: 'revoked', since }, of)).toEqual({ ...revoked, isOnHold: false });
    expect(listed({ status: 'revoked', since, isOnHold: true }, of)).toEqual({ ...revoked, isOnHold: true });
    expect(whyOf(listed({ hasWrongSignature: true }, of))).toBe('signature');
  });
});

describe('An OCSP response says nothing', () => {
  const responderOf = (wanted: Parameters<TestAuthority['service']>[1], from = authority): Certified =>
    from.service(plain.by, { purposes: [OCSP_SIGNING], ...wanted });
  const nonce = new Uint8Array(20).fill(7);
  const asked = { digest: '1.3.14.3.2.26', nonce };

  it.each<[string, string, Partial<WantedAnswer>]>([
    ['stale', 'older than the longest age', { thisUpdate: at(-36) }],
    ['stale', 'replaced by a newer one', { nextUpdate: at(-6) }],
    ['future', 'from the future', { thisUpdate: at(6) }],
    ['future', 'made in the future', { producedAt: at(6) }],
    ['other_certificate', 'about another serial number', { serial: Buffer.from([1, 2, 3]) }],
    ['other_certificate', 'about another issuer', { issuer: issued('dstu').issuer }],
    ['unknown', 'that does not know the certificate', { status: 'unknown' }],
    ['responder', 'by a certificate of another issuer', { responder: responderOf({}, stranger) }],
    ['signature', 'by an issuer of the same name', { responder: issued('ecdsa', stranger).issuer }],
    [
      'responder',
      'by a certificate for time-stamps',
      { responder: responderOf({ purposes: ['1.3.6.1.5.5.7.3.8'] }) },
    ],
    ['responder', 'by a certificate without a purpose', { responder: authority.service(plain.by, {}) }],
    ['responder', 'by a certificate that has ended', { responder: responderOf({ notAfter: at(-2) }) }],
    [
      'responder',
      'by a certificate that has ended, dated back',
      { responder: responderOf({ notAfter: at(-2) }), producedAt: at(-3) },
    ],
    ['responder', 'by a certificate that is not sent along', { responder: responderOf({}), isAlone: true }],
    ['signature', 'with a wrong signature', { hasWrongSignature: true }],
    ['responder', 'by a certificate that may not sign', { responder: responderOf({ usage: 0x08 }) }],
  ])('%s: %s', (why, _, wanted) => {
    expect(whyOf(answered(wanted))).toBe(why);
  });

  it('at the edges of these times it counts', () => {
    expect(answered({ thisUpdate: at(-35) }).status).toBe('good');
    expect(answered({ nextUpdate: at(-5) }).status).toBe('good');
    expect(answered({ thisUpdate: at(5) }).status).toBe('good');
  });

  it('other_nonce: with another nonce than was sent; without any it counts', () => {
    expect(whyOf(answered({ nonce: new Uint8Array(20) }, { asked }))).toBe('other_nonce');
    expect(answered({ nonce }, { asked }).status).toBe('good');
    expect(answered({}, { asked }).status).toBe('good');
    expect(answered({ nonce }).status).toBe('good');
  });

  it('other_certificate: naming it by another digest than was sent', () => {
    expect(whyOf(answered({ digest: '2.16.840.1.101.3.4.2.1' }, { asked }))).toBe('other_certificate');
  });

  it('by a certificate that is not sent along but known from the trust file, it counts', () => {
    const responder = responderOf({});
    const bytes = writeBasicResponse(plain.subject, plain.issuer, { ...GOOD, responder, isAlone: true });
    expect(verdictOn(plain, [{ kind: 'ocsp', bytes }], {}, [responder]).status).toBe('good');
  });

  it.each([
    [1, 'good'],
    [2, 'responder'],
  ])('behind %i certificates that name its issuer falsely: %s', (forged, expected) => {
    const responder = responderOf({});
    const wrong = Buffer.from(der(responder));
    wrong.writeUInt8(wrong.readUInt8(wrong.length - 1) ^ 1, wrong.length - 1);
    const response = BasicOCSPResponse.fromBER(
      new Uint8Array(writeBasicResponse(plain.subject, plain.issuer, { ...GOOD, responder })),
    );
    // Nobody signs the list of certificates.
    response.certs = [
      ...Array.from({ length: forged }, () => readCertificate(wrong).parsed),
      responder.certificate,
    ];
    const bytes = new Uint8Array(response.toSchema().toBER());
    expect(whyOf(verdictOn(plain, [{ kind: 'ocsp', bytes }]))).toBe(expected);
  });

  it.each([
    [1, 'refused'],
    [2, 'unavailable'],
    [3, 'unavailable'],
    [5, 'unavailable'],
    [6, 'refused'],
  ])('with status %i: %s', (status, why) => {
    expect(whyOf(verdictOn(plain, [{ kind: 'ocsp', bytes: writeResponse(status) }]))).toBe(why);
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['HTML', Buffer.from('<html><body>404</body></html>')],
    ['a list', writeRevocationList(plain.subject, plain.issuer, GOOD_LIST)],
    ['status 0 without content', writeResponse(0)],
    ['half a response', writeBasicResponse(plain.subject, plain.issuer, GOOD).subarray(0, 200)],
  ])('malformed: %s', (_, bytes) => {
    expect(whyOf(verdictOn(plain, [{ kind: 'ocsp', bytes }]))).toBe('malformed');
  });

  it('after a byte of it was changed: a revoked certificate does not become good', () => {
    const bytes = writeBasicResponse(plain.subject, plain.issuer, {
      ...GOOD,
      status: 'revoked',
      since: at(-9),
    });
    for (let place = 0; place < bytes.length; place += 3) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(place) ^ 1, place);
      const verdict = verdictOn(plain, [{ kind: 'ocsp', bytes: changed }]);
      // Outside the signed bytes there may be places without a meaning, such as the class of a tag.
      expect(verdict.status, `byte ${place}`).not.toBe('good');
    }
  });
});

describe('A revocation list says nothing', () => {
  const issuingPoint = (value: string) => ({
    id: '2.5.29.28',
    critical: true,
    value: Buffer.from(value, 'hex'),
  });
  const named = (url: string): string => {
    const uri = Buffer.from(url);
    const inside = Buffer.concat([Buffer.from([0x86, uri.length]), uri]);
    const full = Buffer.concat([Buffer.from([0xa0, inside.length]), inside]);
    const name = Buffer.concat([Buffer.from([0xa0, full.length]), full]);
    return Buffer.concat([Buffer.from([0x30, name.length]), name]).toString('hex');
  };

  it.each<[string, string, Partial<WantedList>]>([
    ['stale', 'replaced by a newer one', { nextUpdate: at(-6) }],
    ['future', 'from the future', { thisUpdate: at(6) }],
    ['signature', 'signed by somebody else', { signer: issued('ecdsa', stranger).issuer }],
    ['signature', 'with a wrong signature', { hasWrongSignature: true }],
    [
      'malformed',
      'of changes only',
      { extensions: [{ id: '2.5.29.27', critical: true, value: Buffer.from('020101', 'hex') }] },
    ],
    [
      'other_certificate',
      'of another part',
      { extensions: [issuingPoint(named('http://lists.test/other.crl'))] },
    ],
    ['other_certificate', 'of authorities', { extensions: [issuingPoint('30038201ff')] }],
    ['other_certificate', 'of other issuers too', { extensions: [issuingPoint('30038401ff')] }],
    ['other_certificate', 'of some reasons', { extensions: [issuingPoint('300483020640')] }],
    [
      'other_certificate',
      'of another key',
      { extensions: [{ id: '2.5.29.35', critical: false, value: Buffer.from('3003800107', 'hex') }] },
    ],
  ])('%s: %s', (why, _, wanted) => {
    expect(whyOf(listed(wanted))).toBe(why);
  });

  it('of the part that the certificate names, or of users only, it counts', () => {
    expect(listed({ extensions: [issuingPoint(named(LIST_URL))] }).status).toBe('good');
    expect(listed({ extensions: [issuingPoint('30038101ff')] }).status).toBe('good');
  });

  it('responder: when the key of the issuer may not sign lists', () => {
    const issuer = authority.service(plain.by, { isAuthority: true, usage: 0x04 });
    const bytes = writeRevocationList(plain.subject, issuer, GOOD_LIST);
    expect(whyOf(verdictOn({ ...plain, issuer }, [{ kind: 'crl', bytes }]))).toBe('responder');
  });

  it('other_certificate: of another issuer', () => {
    const other = issued('dstu');
    const bytes = writeRevocationList(other.subject, other.issuer, GOOD_LIST);
    expect(whyOf(verdictOn(plain, [{ kind: 'crl', bytes }]))).toBe('other_certificate');
  });

  it.each<[string, Uint8Array]>([
    ['nothing', new Uint8Array()],
    ['HTML', Buffer.from('<html><body>404</body></html>')],
    ['a response', writeBasicResponse(plain.subject, plain.issuer, GOOD)],
    ['half a list', writeRevocationList(plain.subject, plain.issuer, GOOD_LIST).subarray(0, 100)],
    ['a million open values', Buffer.alloc(2_000_000, Buffer.from('3080', 'hex'))],
  ])('malformed: %s', (_, bytes) => {
    expect(whyOf(verdictOn(plain, [{ kind: 'crl', bytes }]))).toBe('malformed');
  });
});

describe('Several answers', () => {
  const ocsp = (wanted: Partial<WantedAnswer>): Evidence => {
    return { kind: 'ocsp', bytes: writeBasicResponse(plain.subject, plain.issuer, { ...GOOD, ...wanted }) };
  };
  const list = (wanted: Partial<WantedList>): Evidence => {
    return {
      kind: 'crl',
      bytes: writeRevocationList(plain.subject, plain.issuer, { ...GOOD_LIST, ...wanted }),
    };
  };

  it('the first one that counts decides', () => {
    expect(verdictOn(plain, [ocsp({ hasWrongSignature: true }), list({ status: 'revoked' })]).status).toBe(
      'revoked',
    );
    expect(verdictOn(plain, [ocsp({}), list({ status: 'revoked' })]).status).toBe('good');
  });

  it('are left alone after four wrong signatures, whatever follows', () => {
    const wrong = ocsp({ hasWrongSignature: true });
    expect(whyOf(verdictOn(plain, [wrong, wrong, wrong, wrong, ocsp({})]))).toBe('signature');
    expect(verdictOn(plain, [wrong, wrong, wrong, ocsp({})]).status).toBe('good');
  });

  it('a list does not make a certificate good that the responder does not know', () => {
    expect(whyOf(verdictOn(plain, [ocsp({ status: 'unknown' }), list({})]))).toBe('unknown');
  });
});

describe('Addresses that are not public', () => {
  it.each(['127.0.0.1', '10.1.2.3', '172.16.0.1', '192.168.1.1', '169.254.169.254', '100.64.0.1', '0.0.0.0'])(
    '%s',
    (address) => expect(isPrivate(address)).toBe(true),
  );
  it.each([
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '::ffff:0:7f00:1',
    '2002:7f00:1::1',
    '2001:0:808:808::80ff:fffe',
    'fec0::1',
    'ff02::1',
  ])('%s', (address) => expect(isPrivate(address)).toBe(true));
  it.each(['8.8.8.8', '193.29.204.1', '2a00:1450:4001::1'])('but not %s', (address) =>
    expect(isPrivate(address)).toBe(false),
  );
});
