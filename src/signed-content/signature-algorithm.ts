import { createHash, createPublicKey, constants, verify, type KeyObject } from 'node:crypto';
import { Null } from 'asn1js';
import { AlgorithmIdentifier, type PublicKeyInfo, RSASSAPSSParams } from 'pkijs';
import { Refusal } from '../domain/refusal';
import { dstuSignatureIsRight, gost34311 } from './dstu';
import { kupyna } from './kupyna';

/**
 * What a signature may be made with; everything else is refused explicitly. SHA-1 and MD5 are left
 * out because colliding documents can be made for them.
 */

/** National digests, which Node does not know: GOST 34.311-95, and Kupyna in three lengths. */
const NATIONAL = {
  gost34311,
  kupyna256: (bytes: Uint8Array): Buffer => kupyna(bytes, 256),
  kupyna384: (bytes: Uint8Array): Buffer => kupyna(bytes, 384),
  kupyna512: (bytes: Uint8Array): Buffer => kupyna(bytes, 512),
} as const;

type NationalDigest = keyof typeof NATIONAL;

/** A digest by our name for it. Names that are not national are also those of Node. */
export type Digest = 'sha256' | 'sha384' | 'sha512' | NationalDigest;

/** Digests by object identifier: NIST's arc and the national one. */
export const DIGESTS: Readonly<Record<string, Digest>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '1.2.804.2.1.1.1.1.2.1': 'gost34311',
  '1.2.804.2.1.1.1.1.2.2.1': 'kupyna256',
  '1.2.804.2.1.1.1.1.2.2.2': 'kupyna384',
  '1.2.804.2.1.1.1.1.2.2.3': 'kupyna512',
};

/** How a key signs. */
export type SignatureScheme = 'ecdsa' | 'rsa-pkcs1' | 'rsa-pss' | 'dstu4145';

/** `separate`: the identifier of the scheme does not name the digest, another field does. */
interface SignatureAlgorithm {
  readonly scheme: SignatureScheme;
  readonly digest: Digest | 'separate';
}

/** Signatures by object identifier, from RFC 5758, RFC 8017 and the national technical specifications. */
export const SIGNATURES: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.10045.4.3.2': { scheme: 'ecdsa', digest: 'sha256' },
  '1.2.840.10045.4.3.3': { scheme: 'ecdsa', digest: 'sha384' },
  '1.2.840.10045.4.3.4': { scheme: 'ecdsa', digest: 'sha512' },
  '1.2.840.113549.1.1.11': { scheme: 'rsa-pkcs1', digest: 'sha256' },
  '1.2.840.113549.1.1.12': { scheme: 'rsa-pkcs1', digest: 'sha384' },
  '1.2.840.113549.1.1.13': { scheme: 'rsa-pkcs1', digest: 'sha512' },
  '1.2.840.113549.1.1.1': { scheme: 'rsa-pkcs1', digest: 'separate' },
  '1.2.840.113549.1.1.10': { scheme: 'rsa-pss', digest: 'separate' },
  '1.2.804.2.1.1.1.1.3.1.1': { scheme: 'dstu4145', digest: 'gost34311' },
  // Polynomial basis and little-endian order. Nobody was seen to use the normal basis or big-endian order with Kupyna.
  '1.2.804.2.1.1.1.1.3.6.1.1': { scheme: 'dstu4145', digest: 'kupyna256' },
  '1.2.804.2.1.1.1.1.3.6.2.1': { scheme: 'dstu4145', digest: 'kupyna384' },
  '1.2.804.2.1.1.1.1.3.6.3.1': { scheme: 'dstu4145', digest: 'kupyna512' },
};

/** Curves by the names OpenSSL gives to P-256, P-384 and P-521. */
export const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** Shorter RSA keys can be broken within the life of a registration; longer ones only cost time. */
export const RSA_BITS = { least: 2048, most: 8192 } as const;

/** The mask of RSA-PSS, the only one that RFC 8017 defines. */
export const MASK_GENERATION = '1.2.840.113549.1.1.8';

/** A signature with everything needed to verify it. */
export interface SignatureToVerify {
  readonly algorithm: AlgorithmIdentifier;
  /** The digest algorithm that the signer names; certificates have no such field. */
  readonly digest?: Digest;
  readonly key: PublicKeyInfo;
  readonly data: Uint8Array;
  readonly signature: Buffer;
}

interface ReadAlgorithm {
  readonly scheme: SignatureScheme;
  readonly digest: Digest;
  readonly saltLength?: number;
}

const unknown = (): Refusal => new Refusal('signature_algorithm_unknown');

/** The digest an algorithm identifier names. */
export function digestNamed(algorithmId: string): Digest {
  const digest = Object.hasOwn(DIGESTS, algorithmId) ? DIGESTS[algorithmId] : undefined;
  if (digest === undefined) throw unknown();
  return digest;
}

/** The digest of the bytes. */
export function digestOf(bytes: Uint8Array, digest: Digest): Buffer {
  return isNational(digest) ? NATIONAL[digest](bytes) : createHash(digest).update(bytes).digest();
}

const isNational = (digest: Digest): digest is NationalDigest => Object.hasOwn(NATIONAL, digest);

/** Signatures with Kupyna have no parameters; some programs write an explicit NULL instead. */
function refuseParameters(parameters: unknown): void {
  if (parameters !== undefined && !(parameters instanceof Null)) throw unknown();
}

/** RSA-PSS names its digest in its own parameters; the mask must use the same one. */
function readPss(parameters: unknown): ReadAlgorithm {
  const pss = new RSASSAPSSParams({ schema: parameters as object });
  const digest = digestNamed(pss.hashAlgorithm.algorithmId);
  const { algorithmId } = pss.maskGenAlgorithm;
  const inMask: unknown = pss.maskGenAlgorithm.algorithmParams;
  const mask = new AlgorithmIdentifier({ schema: inMask as object });
  const isUsual = algorithmId === MASK_GENERATION && pss.trailerField === 1;
  if (!isUsual || digestNamed(mask.algorithmId) !== digest) throw unknown();
  return { scheme: 'rsa-pss', digest, saltLength: pss.saltLength };
}

function readAlgorithm({ algorithm, digest }: SignatureToVerify): ReadAlgorithm {
  const id = algorithm.algorithmId;
  const named = Object.hasOwn(SIGNATURES, id) ? SIGNATURES[id] : undefined;
  if (named === undefined) throw unknown();
  const read =
    named.scheme === 'rsa-pss'
      ? readPss(algorithm.algorithmParams)
      : { scheme: named.scheme, digest: named.digest === 'separate' ? digest : named.digest };
  if (read.digest === undefined || (digest !== undefined && read.digest !== digest)) throw unknown();
  return { ...read, digest: read.digest };
}

/** Whether the table holds the algorithm of a certificate's signature. */
export function isKnownSignature({ algorithmId, algorithmParams }: AlgorithmIdentifier): boolean {
  const named = Object.hasOwn(SIGNATURES, algorithmId) ? SIGNATURES[algorithmId] : undefined;
  if (named?.scheme !== 'rsa-pss') return named !== undefined && named.digest !== 'separate';
  try {
    return Boolean(readPss(algorithmParams));
  } catch {
    return false;
  }
}

const KEY_TYPES: Readonly<Record<SignatureScheme, readonly string[]>> = {
  ecdsa: ['ec'],
  'rsa-pkcs1': ['rsa'],
  'rsa-pss': ['rsa', 'rsa-pss'],
  dstu4145: [],
};

function readKey(info: PublicKeyInfo, scheme: SignatureScheme): KeyObject {
  const key = createPublicKey({ key: Buffer.from(info.toSchema().toBER()), format: 'der', type: 'spki' });
  const { namedCurve = '', modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  const isStrong =
    scheme === 'ecdsa'
      ? CURVES.has(namedCurve)
      : modulusLength >= RSA_BITS.least && modulusLength <= RSA_BITS.most;
  if (!KEY_TYPES[scheme].includes(key.asymmetricKeyType ?? '') || !isStrong) throw unknown();
  return key;
}

function isRightDstu({ algorithm, key, data, signature }: SignatureToVerify, digest: Digest): boolean {
  if (digest !== 'gost34311') refuseParameters(algorithm.algorithmParams);
  return dstuSignatureIsRight({ key, digest: digestOf(data, digest), signature });
}

function isRight(of: SignatureToVerify): boolean {
  const { scheme, digest, saltLength } = readAlgorithm(of);
  if (scheme === 'dstu4145') return isRightDstu(of, digest);
  // RSA with a national digest is nobody's algorithm, and Node does not know its name.
  if (isNational(digest)) throw unknown();
  const key = readKey(of.key, scheme);
  const padding = scheme === 'rsa-pss' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const how =
    scheme === 'ecdsa' ? { key } : { key, padding, ...(saltLength === undefined ? {} : { saltLength }) };
  return verify(digest, of.data, how, of.signature);
}

/**
 * Returns whether the signature is right; throws `signature_algorithm_unknown` for algorithms outside the table. A key or a
 * signature that cannot be parsed counts as wrong: the error of the package is dropped, because it may quote the bytes.
 */
export function signatureIsRight(of: SignatureToVerify): boolean {
  try {
    return isRight(of);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return false;
  }
}
