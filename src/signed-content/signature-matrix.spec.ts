import { describe, expect, it } from 'vitest';
import {
  archived,
  revocationListOf,
  TestAuthority,
  type Defects,
  type KeyKind,
  type RootKind,
  type WantedEvidence,
} from '../../tools/test-authority';
import { Refusal, type RefusalCode } from '../domain/refusal';
import { readCertificate } from './certificate';
import { statusIn } from './certificate-status';
import { checkContainer } from './container-check';

/*
 * Every algorithm of a certificate with every algorithm of a signature, every form of the signer's number and every kind of
 * embedded material. Certificates are signed by their root, so their algorithm is that of the root.
 */
const authority = TestAuthority.make({ nodeEnv: 'test' });
const SIGNED_AT = new Date('2026-05-01T10:00:00Z');
const trusted = [...authority.trustedPem.matchAll(/-----BEGIN CERTIFICATE-----([^-]+)-----END/g)].map(
  ([, base64 = '']) => readCertificate(Buffer.from(base64, 'base64')),
);

type Verdict = 'accepted' | RefusalCode;
type CertificateOf = NonNullable<Defects['certificate']>;

const CERTIFIED_BY: readonly RootKind[] = ['ecdsa', 'dstu', 'dstu-kupyna'];

const SIGNED_WITH: readonly (readonly [KeyKind, Verdict])[] = [
  ['ecdsa', 'accepted'],
  ['rsa', 'accepted'],
  ['rsa-pss', 'accepted'],
  ['dstu', 'accepted'],
  ['dstu-kupyna', 'accepted'],
  ['dstu-kupyna-384', 'accepted'],
  ['dstu-kupyna-512', 'accepted'],
  ['ecdsa-sha1', 'signature_algorithm_unknown'],
];

/** The number that is read, or why it is refused. */
const NUMBERS: readonly (readonly [string, CertificateOf, { readonly drfo: string } | RefusalCode])[] = [
  ['attribute, PrintableString', { drfo: '1234567890' }, { drfo: '1234567890' }],
  [
    'passport in the attribute, UTF8String',
    { drfo: 'МЮ123456', numbersAs: 'UTF8String' },
    { drfo: 'МЮ123456' },
  ],
  [
    'tax number in the subject, BMPString, small letters',
    { drfo: null, serialNumbers: ['tinua-1234567890'], numbersAs: 'BMPString' },
    { drfo: '1234567890' },
  ],
  [
    'passport in the subject, PrintableString',
    { drfo: null, serialNumbers: ['PASUA-MYU123456'], numbersAs: 'PrintableString' },
    { drfo: 'MYU123456' },
  ],
  ['identity card in the subject', { drfo: null, serialNumbers: ['IDCUA-123456789'] }, { drfo: '123456789' }],
  ['two numbers', { drfo: '1234567890', serialNumbers: ['TINUA-1234567891'] }, 'certificate_numbers_differ'],
  ['no number', { drfo: null }, 'certificate_without_drfo'],
];

/** Time-stamps are signed with the algorithm of the root. */
const STAMPERS = {
  ecdsa: authority.timeStamper('ecdsa'),
  dstu: authority.timeStamper('dstu'),
  'dstu-kupyna': authority.timeStamper('dstu-kupyna'),
} as const satisfies Record<RootKind, unknown>;

trusted.push(...Object.values(STAMPERS).map(({ der }) => readCertificate(der)));

interface Material {
  readonly stamps?: (root: RootKind) => NonNullable<Defects['stamps']>;
  readonly archive?: (container: Buffer) => Buffer;
  /** With an algorithm and a number that are accepted. */
  readonly verdict: Verdict;
}

const stampBy =
  (root: RootKind, isWrong = false) =>
  (bytes: Uint8Array): Buffer =>
    STAMPERS[root].stamp(isWrong ? Buffer.from('other bytes') : bytes, SIGNED_AT);

const MATERIAL: Readonly<Record<string, Material>> = {
  none: { verdict: 'accepted' },
  'content time-stamp': { stamps: (root) => ({ onContent: [stampBy(root)] }), verdict: 'accepted' },
  'signature time-stamp': { stamps: (root) => ({ onSignature: [stampBy(root)] }), verdict: 'accepted' },
  'wrong content time-stamp': {
    stamps: (root) => ({ onContent: [stampBy(root, true)] }),
    verdict: 'time_stamp_wrong',
  },
  'wrong signature time-stamp': {
    stamps: (root) => ({ onSignature: [stampBy(root, true)] }),
    verdict: 'time_stamp_wrong',
  },
  'references and revocation lists': {
    archive: (container) => archived(container, 'X-Long', revocationListOf(10)),
    verdict: 'accepted',
  },
};

interface Row {
  readonly algorithm: KeyKind;
  readonly certifiedBy: RootKind;
  readonly certificate?: CertificateOf;
  readonly material?: Material;
}

function outcomeOf({
  algorithm,
  certifiedBy,
  certificate = {},
  material = { verdict: 'accepted' },
}: Row): { drfo: string } | RefusalCode {
  const by = { drfo: '1234567890', signedAt: SIGNED_AT, algorithm, certifiedBy };
  const stamps = material.stamps?.(certifiedBy) ?? {};
  const container = authority.sign('{}', by, { certificate, stamps });
  try {
    const { drfo } = checkContainer(material.archive?.(container) ?? container, trusted).signer;
    return { drfo };
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

describe.each(CERTIFIED_BY)('A certificate signed with %s', (certifiedBy) => {
  it.each(SIGNED_WITH)('and a signature with %s: %s', (algorithm, verdict) => {
    for (const [form, certificate, number] of NUMBERS) {
      const expected = verdict === 'accepted' ? number : verdict;
      expect([form, outcomeOf({ algorithm, certifiedBy, certificate })]).toEqual([form, expected]);
    }
  });

  const kinds: readonly KeyKind[] = ['ecdsa', 'rsa', 'dstu', 'dstu-kupyna', 'ecdsa-sha1'];

  it.each(SIGNED_WITH.filter(([kind]) => kinds.includes(kind)))(
    'and a signature with %s, with embedded material: %s',
    (algorithm, verdict) => {
      for (const [name, material] of Object.entries(MATERIAL)) {
        const expected = verdict === 'accepted' ? material.verdict : verdict;
        const outcome = outcomeOf({ algorithm, certifiedBy, material });
        expect([name, typeof outcome === 'string' ? outcome : 'accepted']).toEqual([name, expected]);
      }
    },
  );
});

const MINUTE_MS = 60_000;
const fromSigning = (minutes: number): Date => new Date(SIGNED_AT.getTime() + minutes * MINUTE_MS);
const CURRENT = { thisUpdate: fromSigning(-1), nextUpdate: fromSigning(60) };
const REVOKED = { status: 'revoked', since: fromSigning(-90) } as const;

/** What a container carries about its certificate, and what that says a quarter of an hour after the signing. */
const EMBEDDED: readonly (readonly [string, WantedEvidence, string])[] = [
  ['nothing', {}, 'no evidence'],
  ['OCSP: good', { answer: { status: 'good', ...CURRENT } }, 'good'],
  ['OCSP: good, made after the signing', { answer: { status: 'good', thisUpdate: fromSigning(9) } }, 'good'],
  ['OCSP: revoked', { answer: { ...REVOKED, ...CURRENT } }, 'revoked'],
  ['OCSP: on hold', { answer: { ...REVOKED, isOnHold: true, ...CURRENT } }, 'revoked'],
  ['OCSP: stale at signing', { answer: { status: 'good', thisUpdate: fromSigning(-36) } }, 'stale'],
  ['OCSP: from the future', { answer: { status: 'good', thisUpdate: fromSigning(21) } }, 'future'],
  ['OCSP: wrong signature', { answer: { status: 'good', ...CURRENT, hasWrongSignature: true } }, 'signature'],
  ['list: good', { list: { status: 'good', ...CURRENT } }, 'good'],
  ['list: revoked', { list: { ...REVOKED, ...CURRENT } }, 'revoked'],
  [
    'list: stale at signing',
    { list: { status: 'good', thisUpdate: fromSigning(-90), nextUpdate: fromSigning(-6) } },
    'stale',
  ],
  [
    'list: good, current but older than a response may be',
    { list: { status: 'good', thisUpdate: fromSigning(-36), nextUpdate: fromSigning(6_000) } },
    'stale',
  ],
  [
    'list: revoked, and as old',
    { list: { ...REVOKED, thisUpdate: fromSigning(-36), nextUpdate: fromSigning(6_000) } },
    'revoked',
  ],
  ['list: wrong signature', { list: { status: 'good', ...CURRENT, hasWrongSignature: true } }, 'signature'],
];

function embeddedStatus(certifiedBy: RootKind, evidence: WantedEvidence): string {
  const by = { drfo: '1234567890', signedAt: SIGNED_AT, algorithm: certifiedBy };
  const { revocable } = checkContainer(authority.sign('{}', by, { evidence }), trusted);
  if (revocable.evidence.length === 0) return 'no evidence';
  const times = { atMs: SIGNED_AT.getTime(), nowMs: fromSigning(15).getTime(), maxAgeMs: 30 * MINUTE_MS };
  const verdict = statusIn({ ...revocable, isCarried: true, ...times }, trusted);
  return verdict.status === 'unknown' ? verdict.why : verdict.status;
}

describe.each(CERTIFIED_BY)('A certificate of %s with embedded material', (certifiedBy) => {
  it.each(EMBEDDED)('%s', (_, evidence, expected) => {
    for (const place of ['attribute', 'lists'] as const)
      expect([place, embeddedStatus(certifiedBy, { ...evidence, in: place })]).toEqual([place, expected]);
  });
});
