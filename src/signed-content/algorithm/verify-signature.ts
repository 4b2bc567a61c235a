import { createHash, createPublicKey, constants, verify, type KeyObject } from 'node:crypto';
import { AlgorithmIdentifier, type PublicKeyInfo, RSASSAPSSParams } from 'pkijs';
import { Refusal } from '../../domain/refusal';
import {
  CURVES,
  DIGESTS,
  MASK_GENERATION,
  RSA_BITS,
  SIGNATURES,
  type Digest,
  type SignatureScheme,
} from './algorithms.table';
import { dstuSignatureIsRight, gost34311 } from './dstu';

/** A signature together with everything it is about. */
export interface SignatureToVerify {
  readonly algorithm: AlgorithmIdentifier;
  /** What the signer says he digested the content with; certificates have no such field. */
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
  return digest === 'gost34311' ? gost34311(bytes) : createHash(digest).update(bytes).digest();
}

/** RSA-PSS tells its digest in parameters of its own; the mask must be made with the same. */
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
      : { scheme: named.scheme, digest: named.digest === 'told beside' ? digest : named.digest };
  if (read.digest === undefined || (digest !== undefined && read.digest !== digest)) throw unknown();
  return { ...read, digest: read.digest };
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

function isRight(of: SignatureToVerify): boolean {
  const { scheme, digest, saltLength } = readAlgorithm(of);
  if (scheme === 'dstu4145') return dstuSignatureIsRight(of);
  const key = readKey(of.key, scheme);
  const padding = scheme === 'rsa-pss' ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING;
  const how =
    scheme === 'ecdsa' ? { key } : { key, padding, ...(saltLength === undefined ? {} : { saltLength }) };
  return verify(digest, of.data, how, of.signature);
}

/**
 * Refuses algorithms outside the table; otherwise answers whether the signature is right. A key or a signature that
 * cannot even be read makes it wrong: what the packages say about it may quote it.
 */
export function signatureIsRight(of: SignatureToVerify): boolean {
  try {
    return isRight(of);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return false;
  }
}
