// @ts-expect-error The package has no types; the parts used here are declared below.
import untypedGost from 'gost89';
// @ts-expect-error The package has no types; the parts used here are declared below.
import untypedCurves from 'jkurwa';
import { ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import type { PublicKeyInfo } from 'pkijs';
import { Refusal } from '../domain/refusal';

interface PublicPoint {
  /** Halves in little-endian order, one behind the other. */
  verify(digest: Buffer, signature: Buffer, format: 'le'): boolean;
  validate(): boolean;
  /** The compressed point as a DER octet string. */
  serialize(): Buffer;
}

interface PrivateNumber {
  sign(digest: Buffer, format: 'le'): Buffer;
  pub(): PublicPoint;
}

interface Curves {
  /** The point in big-endian hexadecimal. */
  pubkey(curve: DstuCurveName, hex: string, format: 'hex'): PublicPoint;
  pkey(curve: DstuCurveName, hex: string, format: 'hex'): PrivateNumber;
}

interface Gost {
  gosthash(bytes: Buffer): Buffer;
}

/** DSTU 4145-2002: arithmetic of the curves. */
export const curves = untypedCurves as Curves;

/** GOST 34.311-95: the digest that older keys go with. */
const gost = untypedGost as Gost;

/** One of the two curves that certificates of the national authorities use, as the package names it. */
export type DstuCurveName = 'DSTU_PB_257' | 'DSTU_PB_431';

interface DstuCurve {
  readonly name: DstuCurveName;
  /** The object identifier of the curve. */
  readonly identifier: string;
  /** The same curve written out, in hexadecimal DER; certificates in use carry it this way. */
  readonly parameters: string;
  /** Of the field, in bits. */
  readonly degree: number;
  /** Each half of a signature, in bytes. */
  readonly halfBytes: number;
  /** The order of the base point, in hexadecimal; both halves lie below it. */
  readonly order: string;
}

/** Other curves and other base points on the same curves are not accepted: keys on them could be made weak. */
export const DSTU_CURVES: readonly DstuCurve[] = [
  {
    name: 'DSTU_PB_257',
    identifier: '1.2.804.2.1.1.1.1.3.1.1.2.6',
    parameters:
      '307530070202010102010c020100042110bee3db6aea9e1f86578c45c12594ff942394a7d738f9187e6515017294f4ce01022100800000000000000000000000000000006759213af182e987d3e17714907d470d0421b60fd2d8dce8a93423c6101bca91c47a007e6c300b26cd556c9b0e7d20ef292a00',
    degree: 257,
    halfBytes: 32,
    order: '800000000000000000000000000000006759213af182e987d3e17714907d470d',
  },
  {
    name: 'DSTU_PB_431',
    identifier: '1.2.804.2.1.1.1.1.3.1.1.2.9',
    parameters:
      '3081bc300f020201af30090201010201030201050201010436f3ca40c669a4da173149ca12c32dae186b53ac6bc6365997deaeae8ad2d888f9bfd53401694ef9c4273d8cfe6dc28f706a0f4910ce0302363fffffffffffffffffffffffffffffffffffffffffffffffffffffba3175458009a8c0a724f02f81aa8a1fcbaf80d90c7a95110504cf04367c857c94c5433bfd991e17c22684065850a9a249ed7bc249ae5a4e878689f872ef7ad524082ec3038e9aede7ba6ba13381d979ba621a',
    degree: 431,
    halfBytes: 54,
    order:
      '3fffffffffffffffffffffffffffffffffffffffffffffffffffffba3175458009a8c0a724f02f81aa8a1fcbaf80d90c7a95110504cf',
  },
];

/** The substitution table "DKE no. 1" of the digest, packed as in certificates; it is the default. */
export const DSTU_SUBSTITUTION =
  'a9d6eb45f13c708280c4967b231f5eadf658eba4c037291d38d96bf025ca4e17f8e9720dc615b43a28975f0bc1dea36438b564ea2c179fd0123e6db8fac57904';

const hexOf = (bytes: ArrayBuffer | Uint8Array): string => Buffer.from(new Uint8Array(bytes)).toString('hex');

/** The curve of a key, recognised by its identifier or by all its parameters. */
function curveOf(key: PublicKeyInfo): DstuCurve {
  const parameters: unknown = key.algorithm.algorithmParams;
  if (!(parameters instanceof Sequence)) throw new Refusal('signature_algorithm_unknown');
  const [curve, substitution, ...rest] = parameters.valueBlock.value;
  const named = curve instanceof ObjectIdentifier ? curve.getValue() : undefined;
  const written = curve === undefined ? undefined : hexOf(curve.toBER());
  const found = DSTU_CURVES.find(({ parameters, identifier }) => {
    return parameters === written || identifier === named;
  });
  const isUsual =
    substitution === undefined ||
    (substitution instanceof OctetString && hexOf(substitution.getValue()) === DSTU_SUBSTITUTION);
  if (found === undefined || !isUsual || rest.length > 0) throw new Refusal('signature_algorithm_unknown');
  return found;
}

/** The content of an octet string with a tag and a length of one byte each, as keys and signatures have. */
function unwrapped(bytes: Buffer): Buffer | undefined {
  return bytes[0] === 0x04 && bytes[1] === bytes.length - 2 ? bytes.subarray(2) : undefined;
}

/** Certificates wrap the two halves into an octet string, containers carry them bare; both forms occur in both. */
function halvesOf(signature: Buffer, { halfBytes }: DstuCurve): Buffer | undefined {
  const whole = 2 * halfBytes;
  if (signature.length === whole) return signature;
  const inside = unwrapped(signature);
  return inside?.length === whole ? inside : undefined;
}

/** The package checks the upper bound of one half only. */
function liesBelowOrder(half: Buffer, { order }: DstuCurve): boolean {
  const number = BigInt(`0x${hexOf(Buffer.from(half).reverse())}`);
  return number > 0n && number < BigInt(`0x${order}`);
}

/** GOST 34.311-95 with the usual substitution table. */
export function gost34311(bytes: Uint8Array): Buffer {
  return gost.gosthash(Buffer.from(bytes));
}

/**
 * A digest as an element of the field: its lowest bits, byte 0 being the lowest, and 1 instead of 0. The package does not
 * cut digests that are longer than the field, and would then call right signatures wrong.
 */
export function fieldElement(digest: Buffer, { degree }: Pick<DstuCurve, 'degree'>): Buffer {
  const element = Buffer.from(digest.subarray(0, Math.ceil(degree / 8)));
  const top = Math.floor(degree / 8);
  if (top < element.length) element.writeUInt8(element.readUInt8(top) & ((1 << (degree % 8)) - 1), top);
  if (element.every((byte) => byte === 0)) element.writeUInt8(1, 0);
  return element;
}

/** DSTU 4145-2002, polynomial basis, little-endian, which is what certified keys use. */
export function dstuSignatureIsRight(of: {
  readonly key: PublicKeyInfo;
  /** Of the signed bytes, in the order in which digests are printed. */
  readonly digest: Buffer;
  readonly signature: Buffer;
}): boolean {
  const curve = curveOf(of.key);
  const halves = halvesOf(of.signature, curve);
  const point = unwrapped(Buffer.from(of.key.subjectPublicKey.valueBlock.valueHexView));
  if (halves === undefined || point === undefined) return false;
  const [r, s] = [halves.subarray(0, curve.halfBytes), halves.subarray(curve.halfBytes)];
  if (!liesBelowOrder(r, curve) || !liesBelowOrder(s, curve)) return false;
  const key = curves.pubkey(curve.name, hexOf(Buffer.from(point).reverse()), 'hex');
  return key.verify(fieldElement(of.digest, curve), halves, 'le');
}
