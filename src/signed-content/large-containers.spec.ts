import { describe, expect, it, vi } from 'vitest';
import { archived, revocationListOf, TestAuthority, type ArchivedForm } from '../../tools/test-authority';
import { BOUNDS } from './ber-reader';
import { readCertificate } from './certificate';
import { checkContainer } from './container-check';

/** How many bytes and values the program gave to its parser. */
const parsed = vi.hoisted(() => ({ bytes: 0, values: 0 }));

vi.mock('asn1js', async (original) => {
  const actual = await original<typeof import('asn1js')>();
  const fromBER: typeof actual.fromBER = (bytes, options) => {
    parsed.bytes += bytes.byteLength;
    parsed.values += 1;
    return actual.fromBER(bytes, options);
  };
  return { ...actual, fromBER };
});

const authority = TestAuthority.make({ nodeEnv: 'test' });
const [root = ''] = authority.trustedPem.split('-----END CERTIFICATE-----');
const stamper = authority.timeStamper();
const trusted = [
  readCertificate(Buffer.from(root.replace(/-----.*-----/, ''), 'base64')),
  readCertificate(stamper.der),
];

const CONTENT = '{"person":{"first_name":"Їжак"}}';
const SIGNED_AT = new Date('2026-05-01T10:00:00Z');
const stamp = (bytes: Uint8Array): Buffer => stamper.stamp(bytes, SIGNED_AT);

/** CAdES-T: both time-stamps. */
const plain = authority.sign(
  CONTENT,
  { drfo: '1234567890', signedAt: SIGNED_AT },
  { stamps: { onContent: [stamp], onSignature: [stamp] } },
);

const ENTRIES = 300_000;
const list = revocationListOf(ENTRIES);
const FORMS: readonly ArchivedForm[] = ['C', 'X-Long', 'LT', 'LTA'];

function parsedOf(container: Uint8Array) {
  Object.assign(parsed, { bytes: 0, values: 0 });
  const { content, signer, signedAt, provenAt } = checkContainer(container, trusted);
  expect(Buffer.from(content).toString()).toBe(CONTENT);
  expect([signer.drfo, signedAt, provenAt]).toEqual(['1234567890', SIGNED_AT, SIGNED_AT]);
  return { ...parsed };
}

describe('A container with a revocation list of 300,000 entries', () => {
  it.each(FORMS)('is read in the form %s without parsing the list', (form) => {
    const large = archived(plain, form, list);
    expect(large.length).toBeGreaterThan(ENTRIES * 54);
    const [few, many] = [parsedOf(plain), parsedOf(large)];
    expect(few.values).toBeGreaterThan(10);
    // Besides, only the names of the added attributes are parsed.
    expect(many.values - few.values).toBeLessThanOrEqual(4);
    expect(many.bytes - few.bytes).toBeLessThanOrEqual(4 * 13);
  });

  it('is read with lengths left open around it', () => {
    const large = archived(plain, 'LT', list);
    // The two outer lengths: the value and [0] around the signed data.
    const header = large.indexOf(Buffer.from('06092a864886f70d010702', 'hex'));
    const data = large.indexOf(Buffer.from([0x30, 0x83]), header + 11);
    const open = Buffer.concat([
      Buffer.from('3080', 'hex'),
      large.subarray(header, header + 11),
      Buffer.from('a080', 'hex'),
      large.subarray(data),
      Buffer.alloc(4),
    ]);
    expect(parsedOf(open)).toEqual(parsedOf(large));
  });
});

describe('A container with many lists', () => {
  const lists = (count: number): Buffer => archived(plain, 'LT', Buffer.alloc(count * 2, '3000', 'hex'));

  it('is read while the values that are walked over are few enough', () => {
    expect(parsedOf(lists(BOUNDS.maxNodes / 2))).toEqual(parsedOf(plain));
  });

  it('is refused as malformed beyond that', () => {
    expect(() => checkContainer(lists(BOUNDS.maxNodes), trusted)).toThrow(
      expect.objectContaining({ code: 'signature_container_malformed' }),
    );
  });
});
