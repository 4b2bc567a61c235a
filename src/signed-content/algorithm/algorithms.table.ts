/**
 * What a signature may be made with; what is not here is refused by name, never by luck. SHA-1 and MD5 are left
 * out because colliding documents can be made for them.
 */

/** A digest by the name this room gives it. Those but `gost34311` are also the names Node knows them by. */
export type Digest = 'sha256' | 'sha384' | 'sha512' | 'gost34311';

/** Digests by object identifier: NIST's arc, and the national one for GOST 34.311-95. */
export const DIGESTS: Readonly<Record<string, Digest>> = {
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
  '1.2.804.2.1.1.1.1.2.1': 'gost34311',
};

/** How a key signs. */
export type SignatureScheme = 'ecdsa' | 'rsa-pkcs1' | 'rsa-pss' | 'dstu4145';

/** `told beside` means: the identifier of the scheme says nothing about the digest, another field does. */
interface SignatureAlgorithm {
  readonly scheme: SignatureScheme;
  readonly digest: Digest | 'told beside';
}

/** Signatures by object identifier, from RFC 5758, RFC 8017 and the national technical specifications. */
export const SIGNATURES: Readonly<Record<string, SignatureAlgorithm>> = {
  '1.2.840.10045.4.3.2': { scheme: 'ecdsa', digest: 'sha256' },
  '1.2.840.10045.4.3.3': { scheme: 'ecdsa', digest: 'sha384' },
  '1.2.840.10045.4.3.4': { scheme: 'ecdsa', digest: 'sha512' },
  '1.2.840.113549.1.1.11': { scheme: 'rsa-pkcs1', digest: 'sha256' },
  '1.2.840.113549.1.1.12': { scheme: 'rsa-pkcs1', digest: 'sha384' },
  '1.2.840.113549.1.1.13': { scheme: 'rsa-pkcs1', digest: 'sha512' },
  '1.2.840.113549.1.1.1': { scheme: 'rsa-pkcs1', digest: 'told beside' },
  '1.2.840.113549.1.1.10': { scheme: 'rsa-pss', digest: 'told beside' },
  '1.2.804.2.1.1.1.1.3.1.1': { scheme: 'dstu4145', digest: 'gost34311' },
};

/** Curves by the names OpenSSL gives to P-256, P-384 and P-521. */
export const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1', 'secp521r1']);

/** Shorter RSA keys can be broken within the life of a registration; longer ones only cost time. */
export const RSA_BITS = { least: 2048, most: 8192 } as const;

/** The mask of RSA-PSS, the only one that RFC 8017 defines. */
export const MASK_GENERATION = '1.2.840.113549.1.1.8';
