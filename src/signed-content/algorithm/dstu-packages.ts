// @ts-expect-error The package has no types; what is used of it is written down below.
import untypedGost from 'gost89';
// @ts-expect-error The package has no types; what is used of it is written down below.
import untypedCurves from 'jkurwa';
import type { DstuCurveName } from './dstu-curve.table';

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

/** GOST 34.311-95: the digest that goes with it. */
export const gost = untypedGost as Gost;
