import { ObjectIdentifier, OctetString, Sequence } from 'asn1js';
import type { PublicKeyInfo } from 'pkijs';
import { Refusal } from '../../domain/refusal';
import { DSTU_CURVES, DSTU_SUBSTITUTION } from './dstu-curve.table';
import { curves, gost } from './dstu-packages';

type DstuCurve = (typeof DSTU_CURVES)[number];

const hexOf = (bytes: ArrayBuffer | Uint8Array): string => Buffer.from(new Uint8Array(bytes)).toString('hex');

/** The curve a key lies on, known by its identifier or by all its parameters to the last bit. */
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

/** An octet string of which both the length and the tag are one byte, as all of a key or a signature are. */
function unwrapped(bytes: Buffer): Buffer | undefined {
  return bytes[0] === 0x04 && bytes[1] === bytes.length - 2 ? bytes.subarray(2) : undefined;
}

/** Certificates wrap the two halves into an octet string, containers carry them bare; both are met in both. */
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

/** DSTU 4145-2002 over GOST 34.311-95, polynomial basis, little-endian, which is what certified keys use. */
export function dstuSignatureIsRight(of: {
  readonly key: PublicKeyInfo;
  readonly data: Uint8Array;
  readonly signature: Buffer;
}): boolean {
  const curve = curveOf(of.key);
  const halves = halvesOf(of.signature, curve);
  const point = unwrapped(Buffer.from(of.key.subjectPublicKey.valueBlock.valueHexView));
  if (halves === undefined || point === undefined) return false;
  const [r, s] = [halves.subarray(0, curve.halfBytes), halves.subarray(curve.halfBytes)];
  if (!liesBelowOrder(r, curve) || !liesBelowOrder(s, curve)) return false;
  const key = curves.pubkey(curve.name, hexOf(Buffer.from(point).reverse()), 'hex');
  return key.verify(gost34311(of.data), halves, 'le');
}
