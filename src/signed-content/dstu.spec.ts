import { ObjectIdentifier, BitString, Null, OctetString, Sequence } from 'asn1js';
import { AlgorithmIdentifier, PublicKeyInfo } from 'pkijs';
import { describe, expect, it } from 'vitest';
import { curves, DSTU_CURVES, dstuSignatureIsRight, fieldElement } from './dstu';
import { digestOf, signatureIsRight, type SignatureToVerify } from './signature-algorithm';

const DATA = Buffer.from('signed');
const KUPYNA = ['kupyna256', 'kupyna384', 'kupyna512'] as const;

function keyOn(curve: (typeof DSTU_CURVES)[number]) {
  const secret = curves.pkey(curve.name, '1'.repeat(60), 'hex');
  const key = new PublicKeyInfo();
  const parameters = new Sequence({ value: [new ObjectIdentifier({ value: curve.identifier })] });
  key.algorithm = new AlgorithmIdentifier({
    algorithmId: '1.2.804.2.1.1.1.1.3.1.1',
    algorithmParams: parameters,
  });
  key.subjectPublicKey = new BitString({ valueHex: new Uint8Array(secret.pub().serialize()).buffer });
  const sign = (digest: Buffer): Buffer => {
    const signature = secret.sign(fieldElement(digest, curve), 'le');
    return signature.length === 2 * curve.halfBytes ? signature : sign(digest);
  };
  return { key, sign };
}

const pairs = DSTU_CURVES.flatMap((curve) => KUPYNA.map((name) => [curve.name, name, curve] as const));

describe('A DSTU 4145 signature', () => {
  it.each(pairs)('on %s takes a digest of any length: %s', (_, name, curve) => {
    const { key, sign } = keyOn(curve);
    const digest = digestOf(DATA, name);
    const signature = sign(digest);
    expect(dstuSignatureIsRight({ key, digest, signature })).toBe(true);
    expect(dstuSignatureIsRight({ key, digest: digestOf(Buffer.from('other'), name), signature })).toBe(
      false,
    );
  });

  it('uses the lowest bits of a digest, and 1 for 0', () => {
    const ones = Buffer.alloc(64, 0xff);
    expect(fieldElement(ones, { degree: 257 }).toString('hex')).toBe(`${'ff'.repeat(32)}01`);
    expect(fieldElement(ones, { degree: 431 }).toString('hex')).toBe(`${'ff'.repeat(53)}7f`);
    expect(fieldElement(ones.subarray(0, 32), { degree: 257 })).toEqual(ones.subarray(0, 32));
    const beyond = Buffer.concat([Buffer.alloc(33), ones]);
    expect(fieldElement(beyond, { degree: 257 }).readUInt8(0)).toBe(1);
    expect(ones.every((byte) => byte === 0xff)).toBe(true);
  });
});

describe('The algorithm of a signature with Kupyna', () => {
  const [curve] = DSTU_CURVES as [(typeof DSTU_CURVES)[number]];
  const { key, sign } = keyOn(curve);
  const right = (algorithmParams?: unknown, more: Partial<SignatureToVerify> = {}): SignatureToVerify => ({
    algorithm: new AlgorithmIdentifier({
      algorithmId: '1.2.804.2.1.1.1.1.3.6.1.1',
      ...(algorithmParams === undefined ? {} : { algorithmParams }),
    }),
    key,
    data: DATA,
    signature: sign(digestOf(DATA, 'kupyna256')),
    ...more,
  });

  it('has no parameters, or a NULL', () => {
    expect(signatureIsRight(right())).toBe(true);
    expect(signatureIsRight(right(new Null()))).toBe(true);
    const other = right(new OctetString({ valueHex: new Uint8Array([1]).buffer }));
    expect(() => signatureIsRight(other)).toThrow('algorithm is not supported');
  });

  it('names the same digest as the signer does', () => {
    expect(signatureIsRight(right(undefined, { digest: 'kupyna256' }))).toBe(true);
    for (const digest of ['gost34311', 'kupyna384'] as const) {
      expect(() => signatureIsRight(right(undefined, { digest }))).toThrow('algorithm is not supported');
    }
  });

  it('is wrong over another digest', () => {
    const signature = sign(digestOf(DATA, 'gost34311'));
    expect(signatureIsRight(right(undefined, { signature }))).toBe(false);
  });
});
