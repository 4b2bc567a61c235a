import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  sign,
  type KeyObject,
  constants,
  createPublicKey,
} from 'node:crypto';
import { BitString, fromBER, Null, ObjectIdentifier, Sequence } from 'asn1js';
import { AlgorithmIdentifier, PublicKeyInfo, RSASSAPSSParams } from 'pkijs';
import { DSTU_CURVES, curves, fieldElement } from '../../src/signed-content/dstu';
import { digestOf, type Digest } from '../../src/signed-content/signature-algorithm';

/** How made-up people sign with national keys: `dstu` over GOST 34.311, the others over Kupyna. */
export type DstuKind = 'dstu' | 'dstu-kupyna' | 'dstu-kupyna-384' | 'dstu-kupyna-512';

/** How made-up people sign. The last kind exists to be refused. */
export type KeyKind = 'ecdsa' | 'rsa' | 'rsa-pss' | DstuKind | 'ecdsa-sha1';

/** A private key with everything that certificates and containers name of it. */
export interface SigningKey {
  readonly kind: KeyKind;
  readonly publicKey: PublicKeyInfo;
  /** A new object each time: the packages keep parts of their arguments. */
  algorithm(): AlgorithmIdentifier;
  digestAlgorithm(): AlgorithmIdentifier;
  digest(bytes: Uint8Array): Buffer;
  sign(bytes: Uint8Array): Buffer;
  /** The private key as text, for storing. */
  readonly kept: string;
}

const OID = {
  sha1: '1.3.14.3.2.26',
  sha256: '2.16.840.1.101.3.4.2.1',
  ecdsaWithSha1: '1.2.840.10045.4.1',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  rsaWithSha256: '1.2.840.113549.1.1.11',
  rsaPss: '1.2.840.113549.1.1.10',
  maskGeneration: '1.2.840.113549.1.1.8',
  dstu: '1.2.804.2.1.1.1.1.3.1.1',
} as const;

const SALT_BYTES = 32;

const algorithm = (algorithmId: string, algorithmParams?: unknown): AlgorithmIdentifier =>
  new AlgorithmIdentifier({ algorithmId, ...(algorithmParams === undefined ? {} : { algorithmParams }) });

function pssAlgorithm(): AlgorithmIdentifier {
  const digest = algorithm(OID.sha256, new Null());
  const maskGenAlgorithm = algorithm(OID.maskGeneration, digest.toSchema());
  const parameters = new RSASSAPSSParams({ hashAlgorithm: digest, maskGenAlgorithm, saltLength: SALT_BYTES });
  return algorithm(OID.rsaPss, parameters.toSchema());
}

interface KindOfKey {
  readonly digestName: 'sha1' | 'sha256';
  readonly algorithm: () => AlgorithmIdentifier;
  readonly make: () => KeyObject;
  readonly padding?: { readonly padding: number; readonly saltLength?: number };
}

const makeEc = (): KeyObject => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const makeRsa = (): KeyObject => generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;

/** Digests of national signatures, with the identifiers of digest and signature. */
const DSTU_KINDS: Readonly<
  Record<DstuKind, { readonly digest: Digest; readonly digestId: string; readonly signatureId: string }>
> = {
  dstu: { digest: 'gost34311', digestId: '1.2.804.2.1.1.1.1.2.1', signatureId: OID.dstu },
  'dstu-kupyna': kupynaKind('kupyna256', 1),
  'dstu-kupyna-384': kupynaKind('kupyna384', 2),
  'dstu-kupyna-512': kupynaKind('kupyna512', 3),
};

function kupynaKind(digest: Digest, place: number): (typeof DSTU_KINDS)[DstuKind] {
  const arc = '1.2.804.2.1.1.1.1';
  return { digest, digestId: `${arc}.2.2.${place}`, signatureId: `${arc}.3.6.${place}.1` };
}

/** Whether the key is a national one. */
export const isDstu = (kind: KeyKind): kind is DstuKind => Object.hasOwn(DSTU_KINDS, kind);

const KINDS: Readonly<Record<Exclude<KeyKind, DstuKind>, KindOfKey>> = {
  ecdsa: { digestName: 'sha256', algorithm: () => algorithm(OID.ecdsaWithSha256), make: makeEc },
  'ecdsa-sha1': { digestName: 'sha1', algorithm: () => algorithm(OID.ecdsaWithSha1), make: makeEc },
  rsa: {
    digestName: 'sha256',
    algorithm: () => algorithm(OID.rsaWithSha256, new Null()),
    make: makeRsa,
    padding: { padding: constants.RSA_PKCS1_PADDING },
  },
  'rsa-pss': {
    digestName: 'sha256',
    algorithm: pssAlgorithm,
    make: makeRsa,
    padding: { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: SALT_BYTES },
  },
};

function dstuKey(kind: DstuKind, kept = randomBytes(31).toString('hex')): SigningKey {
  const [curve] = DSTU_CURVES;
  if (curve === undefined) throw new Error('The table of curves is empty.');
  const key = curves.pkey(curve.name, kept, 'hex');
  const { digestId, signatureId, ...names } = DSTU_KINDS[kind];
  const digest = (bytes: Uint8Array): Buffer => digestOf(bytes, names.digest);
  const signed = (bytes: Uint8Array): Buffer => key.sign(fieldElement(digest(bytes), curve), 'le');
  const parameters = (): Sequence =>
    new Sequence({ value: [new ObjectIdentifier({ value: curve.identifier })] });
  const publicKey = new PublicKeyInfo();
  publicKey.algorithm = algorithm(OID.dstu, parameters());
  publicKey.subjectPublicKey = new BitString({ valueHex: new Uint8Array(key.pub().serialize()).buffer });
  return {
    kind,
    publicKey,
    algorithm: () => algorithm(signatureId),
    digestAlgorithm: () => algorithm(digestId),
    digest,
    sign: (bytes) => wholeHalves(() => signed(bytes), 2 * curve.halfBytes),
    kept,
  };
}

/** The package drops leading zeros of both halves together; one signature in 65,536 is repeated for that. */
function wholeHalves(make: () => Buffer, bytes: number): Buffer {
  const signature = make();
  return signature.length === bytes ? signature : wholeHalves(make, bytes);
}

/** Generates a key, or reads a stored one. */
export function signingKey(kind: KeyKind, kept?: string): SigningKey {
  if (isDstu(kind)) return dstuKey(kind, kept);
  const { digestName, algorithm: name, make, padding } = KINDS[kind];
  const key = kept === undefined ? make() : createPrivateKey(kept);
  const spki = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return {
    kind,
    publicKey: new PublicKeyInfo({ schema: fromBER(spki).result }),
    algorithm: name,
    digestAlgorithm: () => algorithm(OID[digestName]),
    digest: (bytes) => createHash(digestName).update(bytes).digest(),
    sign: (bytes) => sign(digestName, bytes, { key, ...padding }),
    kept: key.export({ format: 'pem', type: 'pkcs8' }) as string,
  };
}
