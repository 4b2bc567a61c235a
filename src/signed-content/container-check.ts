import { Refusal, type RefusalCode } from '../domain/refusal';
import { type Certificate, signerOfCertificate, type Signer } from './certificate';
import { createHash } from 'node:crypto';
import { BaseBlock, ObjectIdentifier, OctetString, Primitive } from 'asn1js';
import { digestNamed, digestOf, signatureIsRight } from './signature-algorithm';
import {
  type SignedAttributes,
  parseContainer,
  PLAIN_DATA,
  type Container,
  readSignedAttributes,
} from './container';
import { IssuerAndSerialNumber, type SignerInfo } from 'pkijs';

/** National chains have two or three certificates; longer ones are attempts to waste time. */
const MOST_CERTIFICATES = 5;

/** An authority renews its certificate under the same name, so several chains are possible, but not many. */
const MOST_CHAINS = 8;

interface Around {
  /** The certificates in the container; none of them is trusted by itself. */
  readonly sent: readonly Certificate[];
  readonly authorities: readonly Certificate[];
}

/** Every chain from the certificate up to an authority, by names only; no signature is verified yet. */
function* chainsAbove(
  path: readonly [Certificate, ...Certificate[]],
  around: Around,
): Generator<Certificate[]> {
  const [top] = path;
  for (const authority of around.authorities) {
    if (top.namesAsIssuer(authority)) yield [authority, ...path];
  }
  // One place remains for the authority itself.
  if (path.length >= MOST_CERTIFICATES - 1) return;
  for (const issuer of around.sent) {
    if (top.namesAsIssuer(issuer) && !path.includes(issuer)) yield* chainsAbove([issuer, ...path], around);
  }
}

/** Verifies from the trusted end down: a key is used only after its certificate has been verified. */
function isChainVerified(chain: readonly Certificate[]): boolean {
  return chain.every((certificate, place) => {
    const issuer = chain[place - 1];
    // Below the issuer are the authorities between it and the signer.
    const mayBe = issuer?.mayIssue({ authoritiesBelow: chain.length - place - 1 }) ?? true;
    return mayBe && certificate.hasOnlyUnderstoodDemands && (!issuer || certificate.isSignedBy(issuer));
  });
}

/**
 * Throws `certificate_not_trusted` when no chain leads to a trusted authority, and `certificate_not_valid_then` when a
 * certificate of every such chain was not valid at that moment. Revocation is not checked.
 */
export function refuseUnlessTrusted(signer: Certificate, around: Around & { readonly at: Date }): void {
  let isVerified = false;
  let tried = 0;
  for (const chain of chainsAbove([signer], around)) {
    if (++tried > MOST_CHAINS) break;
    if (!isChainVerified(chain)) continue;
    isVerified = true;
    if (chain.every((certificate) => certificate.wasValidAt(around.at))) return;
  }
  throw new Refusal(isVerified ? 'certificate_not_valid_then' : 'certificate_not_trusted');
}

/** The parts of a constructed value; empty for any other value. */
function partsOf(value: unknown): readonly unknown[] {
  const parts: unknown = value instanceof BaseBlock ? Reflect.get(value.valueBlock, 'value') : undefined;
  return Array.isArray(parts) ? parts : [];
}

/** Both attributes start with the list of certificates, and the list with the certificate of the signer. */
const firstNamed = (attribute: unknown): readonly unknown[] => partsOf(partsOf(partsOf(attribute)[0])[0]);

function hasDigest(certificate: Certificate, named: readonly unknown[]): boolean {
  const [first, second] = named;
  const namesAlgorithm = !(first instanceof OctetString);
  const algorithm = namesAlgorithm ? partsOf(first)[0] : undefined;
  const value = namesAlgorithm ? second : first;
  if (!(value instanceof OctetString)) throw new Refusal('signature_container_malformed');
  // RFC 5035: SHA-256 unless another one is named.
  const digest = algorithm instanceof ObjectIdentifier ? digestNamed(algorithm.getValue()) : 'sha256';
  return digestOf(certificate.der, digest).equals(Buffer.from(value.getValue()));
}

/**
 * In CAdES a signature names its certificate by digest, so that it cannot be replaced by another certificate of the same
 * key. The first edition of the attribute uses SHA-1 only; it adds a check and replaces none.
 */
function refuseOtherCertificate(certificate: Certificate, attributes: SignedAttributes): void {
  const { signingCertificate, signingCertificateV2 } = attributes;
  if (signingCertificateV2 !== undefined && !hasDigest(certificate, firstNamed(signingCertificateV2))) {
    throw new Refusal('signature_wrong');
  }
  if (signingCertificate === undefined) return;
  const [value] = firstNamed(signingCertificate);
  const digest = createHash('sha1').update(certificate.der).digest();
  const isSame = value instanceof OctetString && digest.equals(Buffer.from(value.getValue()));
  if (!isSame) throw new Refusal('signature_wrong');
}

/** Verified content: who signed it, and when according to the signer. */
export interface SignedContent {
  readonly content: Uint8Array;
  readonly signedAt: Date;
  readonly signer: Signer;
}

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A signature names its certificate by issuer and serial number, or by the identifier of its key. */
function certificateOf({ signature, certificates }: Container): Certificate {
  const named: unknown = signature.sid;
  const found = certificates.find((certificate) => {
    if (named instanceof IssuerAndSerialNumber) {
      const issuer = hexOf(new Uint8Array(named.issuer.toSchema().toBER()));
      return (
        certificate.issuer === issuer &&
        certificate.serial === hexOf(named.serialNumber.valueBlock.valueHexView)
      );
    }
    // The identifier has a tag of its own, so the package does not parse it as an octet string.
    return named instanceof Primitive && certificate.keyIdentifier === hexOf(named.valueBlock.valueHexView);
  });
  if (found === undefined) throw new Refusal('certificate_missing');
  return found;
}

/** Only the digest binds the content to the signature; it is cheap, so it is checked first. */
function refuseOtherContent({ content, signature }: Container, attributes: SignedAttributes): void {
  const digest = digestNamed(signature.digestAlgorithm.algorithmId);
  if (attributes.contentType !== PLAIN_DATA) throw new Refusal('signature_container_malformed');
  if (!digestOf(content, digest).equals(attributes.messageDigest)) throw new Refusal('signature_wrong');
}

function refuseWrongSignature(signature: SignerInfo, of: { certificate: Certificate; bytes: Buffer }): void {
  const isRight = signatureIsRight({
    algorithm: signature.signatureAlgorithm,
    digest: digestNamed(signature.digestAlgorithm.algorithmId),
    key: of.certificate.parsed.subjectPublicKeyInfo,
    data: of.bytes,
    signature: Buffer.from(signature.signature.valueBlock.valueHexView),
  });
  if (!isRight) throw new Refusal('signature_wrong');
}

/** What a certificate must say besides being trusted. */
export interface CertificatePolicy {
  readonly mustBeQualified: boolean;
}

function refuseUnlessForSigning(certificate: Certificate, { mustBeQualified }: CertificatePolicy): void {
  if (certificate.isAuthority) throw new Refusal('certificate_of_authority');
  if (!certificate.maySign) throw new Refusal('certificate_usage_refused');
  if (!certificate.allowsSigning) throw new Refusal('certificate_purpose_refused');
  if (mustBeQualified && !certificate.isQualified) throw new Refusal('certificate_not_qualified');
}

/**
 * Checks a container completely; each failed check throws its own `Refusal`. Pure computation: no clock, network or disk.
 * Keys are used only after a trusted authority has certified them.
 */
export function checkContainer(
  bytes: Uint8Array,
  authorities: readonly Certificate[],
  policy: CertificatePolicy = { mustBeQualified: false },
): SignedContent {
  const container = parseContainer(bytes);
  const { signature, content, certificates } = container;
  const attributes = readSignedAttributes(signature);
  refuseOtherContent(container, attributes);
  const certificate = certificateOf(container);
  refuseOtherCertificate(certificate, attributes);
  refuseUnlessTrusted(certificate, { sent: certificates, authorities, at: attributes.signedAt });
  refuseUnlessForSigning(certificate, policy);
  refuseWrongSignature(signature, { certificate, bytes: attributes.bytes });
  return { content, signedAt: attributes.signedAt, signer: signerOfCertificate(certificate) };
}

/** The outcome of a check in a form that can be sent between threads. */
export type CheckResult =
  | {
      readonly kind: 'signed';
      readonly content: Uint8Array;
      readonly signedAtMs: number;
      readonly signer: Signer;
    }
  | { readonly kind: 'refused'; readonly code: RefusalCode }
  /** A fault of the program. Only its places are passed on: the message of an error may quote the signed document. */
  | { readonly kind: 'failed'; readonly places: readonly string[] };

/** Places from the engine's call sites; the text of a stack would include the message of the error. */
function placesOf(error: unknown): readonly string[] {
  const before = Object.getOwnPropertyDescriptor(Error, 'prepareStackTrace');
  Error.prepareStackTrace = (_, sites) =>
    sites.map((site) => `${site.getFileName() ?? 'unknown'}:${site.getLineNumber() ?? 0}`);
  const stack: unknown = error instanceof Error ? error.stack : undefined;
  if (before === undefined) Reflect.deleteProperty(Error, 'prepareStackTrace');
  else Object.defineProperty(Error, 'prepareStackTrace', before);
  return Array.isArray(stack) ? (stack as string[]) : [];
}

/** Runs a check and returns its outcome; never throws. */
export function resultOf(check: () => SignedContent): CheckResult {
  try {
    const { content, signedAt, signer } = check();
    return { kind: 'signed', content: new Uint8Array(content), signedAtMs: signedAt.getTime(), signer };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', code: error.code };
    return { kind: 'failed', places: placesOf(error) };
  }
}

/** The reverse of `resultOf`: returns the content, or throws what the check threw. */
export function contentOf(result: CheckResult): SignedContent {
  if (result.kind === 'refused') throw new Refusal(result.code);
  if (result.kind === 'failed') throw failureIn(result.places);
  return { content: result.content, signedAt: new Date(result.signedAtMs), signer: result.signer };
}

/** An error with the places in the thread, and nothing else of the original. */
function failureIn(places: readonly string[]): Error {
  const error = new Error('A signature could not be checked.');
  error.stack = [`Error: ${error.message}`, ...places.map((place) => `    at ${place}:1`)].join('\n');
  return error;
}
