import { Refusal, type RefusalCode } from '../domain/refusal';
import { type Certificate, signerOfCertificate, type Signer } from './certificate';
import { createHash } from 'node:crypto';
import { BaseBlock, ObjectIdentifier, OctetString } from 'asn1js';
import { digestNamed, digestOf, signatureIsRight } from './signature-algorithm';
import {
  ATTRIBUTES,
  type Container,
  parseContainer,
  type Signature,
  type SignedAttributes,
} from './container';
import { embeddedEvidence, type Revocable } from './revocation-evidence';
import { isStampOn, readTimeStamp, type TimeStamp } from './time-stamp';

/** National chains have two or three certificates; longer ones are attempts to waste time. */
const MOST_CERTIFICATES = 5;

/**
 * A chain of five has four signatures, and a real one two. An authority renews its certificate under the same name, so
 * several chains are possible; but each signature costs up to a fifth of a second, and anybody can send a container.
 */
const MOST_SIGNATURES = 4;

interface Around {
  /** The certificates in the container; none of them is trusted by itself. */
  readonly sent: readonly Certificate[];
  readonly authorities: readonly Certificate[];
}

/** Around a certificate at the moment of its signature. */
type AroundAt = Around & { readonly at: Date };

/**
 * The issuers of a certificate among those that were sent: one for each name and key, however many copies there are. One
 * that was valid at that moment comes before others.
 */
function issuersSent(certificate: Certificate, { sent, at }: AroundAt): Iterable<Certificate> {
  const named = sent.filter((each) => certificate.namesAsIssuer(each));
  const byKey = new Map<string, Certificate>();
  for (const issuer of named) {
    const key = `${issuer.subject} ${issuer.keyIdentifier ?? ''}`;
    const known = byKey.get(key);
    if (known === undefined || (!known.wasValidAt(at) && issuer.wasValidAt(at))) byKey.set(key, issuer);
  }
  return byKey.values();
}

/** Every chain from the certificate up to an authority, by names only; no signature is verified yet. */
function* chainsAbove(
  path: readonly [Certificate, ...Certificate[]],
  around: AroundAt,
): Generator<Certificate[]> {
  const [top] = path;
  for (const authority of around.authorities) {
    if (top.namesAsIssuer(authority)) yield [authority, ...path];
  }
  // One place remains for the authority itself.
  if (path.length >= MOST_CERTIFICATES - 1) return;
  for (const issuer of issuersSent(top, around)) {
    if (!path.includes(issuer)) yield* chainsAbove([issuer, ...path], around);
  }
}

type SignatureCheck = (certificate: Certificate, issuer: Certificate) => boolean;

/** Verifies from the trusted end down: a key is used only after its certificate has been verified. */
function isChainVerified(chain: readonly Certificate[], isSigned: SignatureCheck): boolean {
  return chain.every((certificate, place) => {
    const issuer = chain[place - 1];
    // Below the issuer are the authorities between it and the signer.
    const mayBe = issuer?.mayIssue({ authoritiesBelow: chain.length - place - 1 }) ?? true;
    return mayBe && certificate.hasOnlyUnderstoodDemands && (!issuer || isSigned(certificate, issuer));
  });
}

/**
 * Returns the certificate of the signer's issuer. Throws `certificate_not_trusted` when no chain leads to a trusted
 * authority, and `certificate_not_valid_then` when a certificate of every such chain was not valid at that moment.
 * Revocation is not checked here.
 */
export function trustedIssuerOf(signer: Certificate, around: AroundAt): Certificate {
  let isVerified = false;
  let left = MOST_SIGNATURES;
  const isSigned: SignatureCheck = (certificate, issuer) => left-- > 0 && certificate.isSignedBy(issuer);
  for (const chain of chainsAbove([signer], around)) {
    if (left <= 0) break;
    if (!isChainVerified(chain, isSigned)) continue;
    isVerified = true;
    const issuer = chain.at(-2);
    if (issuer !== undefined && chain.every((certificate) => certificate.wasValidAt(around.at)))
      return issuer;
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

const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

/** A signature names its certificate by issuer and serial number, or by the identifier of its key. */
function certificateOf({ signer }: Signature, among: readonly Certificate[]): Certificate {
  const isNamed = ({ issuer, serial, keyIdentifier }: Certificate): boolean =>
    typeof signer === 'string'
      ? keyIdentifier === signer
      : issuer === hexOf(new Uint8Array(signer.issuer.toSchema().toBER())) &&
        serial === hexOf(signer.serialNumber.valueBlock.valueHexView);
  const found = among.find(isNamed);
  if (found === undefined) throw new Refusal('certificate_missing');
  return found;
}

/** Only the digest binds the content to the signature. Under a national digest it costs more than the certificates do. */
function refuseOtherContent({ content, contentType, signature }: Container): void {
  const digest = digestNamed(signature.digestAlgorithm.algorithmId);
  if (signature.attributes.contentType !== contentType) throw new Refusal('signature_container_malformed');
  if (!digestOf(content, digest).equals(signature.attributes.messageDigest))
    throw new Refusal('signature_wrong');
}

function refuseWrongSignature(signature: Signature, certificate: Certificate): void {
  const isRight = signatureIsRight({
    algorithm: signature.algorithm,
    digest: digestNamed(signature.digestAlgorithm.algorithmId),
    key: certificate.parsed.subjectPublicKeyInfo,
    data: signature.attributes.bytes,
    signature: signature.value,
  });
  if (!isRight) throw new Refusal('signature_wrong');
}

interface Verification {
  /** Where the certificate of the signer may be. */
  readonly among: readonly Certificate[];
  readonly around: Around;
  readonly at: Date;
  /** Throws when the certificate is for something else. */
  readonly refuseUnfit: (certificate: Certificate) => void;
}

/**
 * Verifies the chain and the signature of signed data; returns the certificates of the signer and of their issuer. What the
 * sender can make large is digested last.
 */
function verifiedSigner(
  container: Container,
  { among, around, at, refuseUnfit }: Verification,
): { readonly certificate: Certificate; readonly issuer: Certificate } {
  const { signature } = container;
  const certificate = certificateOf(signature, among);
  refuseOtherCertificate(certificate, signature.attributes);
  const issuer = trustedIssuerOf(certificate, { ...around, at });
  refuseUnfit(certificate);
  refuseOtherContent(container);
  refuseWrongSignature(signature, certificate);
  return { certificate, issuer };
}

/** Real containers have one time-stamp on the signature; archives add few. */
const MOST_SIGNATURE_STAMPS = 4;

/** The time-stamps of a container; the signatures of their authorities are not verified yet. */
interface TimeStamps {
  readonly onContent: TimeStamp | undefined;
  readonly onSignature: readonly TimeStamp[];
}

function timeStampsIn({ signature }: Container): TimeStamps {
  const { contentTimeStamp } = signature.attributes;
  const tokens = signature.unsigned.get(ATTRIBUTES.signatureTimeStamp) ?? [];
  if (tokens.length > MOST_SIGNATURE_STAMPS) throw new Refusal('time_stamp_wrong');
  return {
    onContent: contentTimeStamp === undefined ? undefined : readTimeStamp(contentTimeStamp),
    onSignature: tokens.map(readTimeStamp),
  };
}

const earliest = (moments: readonly Date[]): Date | undefined =>
  moments.reduce<Date | undefined>(
    (first, each) => (first === undefined || each < first ? each : first),
    undefined,
  );

/**
 * When the content was signed. The signed time-stamp on the content counts before the signer's own clock. A time-stamp on
 * the signature is not signed itself: anyone can add one to an old signature, so it can only make a signature older.
 */
function timeOfSigning({ signature }: Container, { onContent, onSignature }: TimeStamps): Date {
  const { signingTime } = signature.attributes;
  const signedAt = onContent?.madeAt ?? signingTime;
  if (signedAt === undefined) throw new Refusal('signature_time_missing');
  if (onContent !== undefined) return signedAt;
  return earliest([signedAt, ...onSignature.map(({ madeAt }) => madeAt)]) ?? signedAt;
}

function refuseUnlessForTimeStamps(certificate: Certificate): void {
  if (!certificate.isForTimeStamps) throw new Refusal('time_stamp_wrong');
}

/** What the chain of a time-stamp is refused with; everything else is an error in the time-stamp. */
const UNTRUSTED: readonly RefusalCode[] = [
  'certificate_missing',
  'certificate_not_trusted',
  'certificate_not_valid_then',
];

/** National tokens carry no certificate, so that of their authority may be among the trusted ones. */
function refuseWrongTimeStamp({ token, madeAt }: TimeStamp, { sent, authorities }: Around): void {
  const { signingCertificate, signingCertificateV2 } = token.signature.attributes;
  const around = { sent: [...token.certificates, ...sent], authorities };
  // RFC 3161 requires the attribute that names the certificate.
  if ((signingCertificateV2 ?? signingCertificate) === undefined) throw new Refusal('time_stamp_wrong');
  try {
    const among = [...around.sent, ...authorities];
    verifiedSigner(token, { among, around, at: madeAt, refuseUnfit: refuseUnlessForTimeStamps });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Refusal(UNTRUSTED.includes(error.code) ? 'time_stamp_not_trusted' : 'time_stamp_wrong');
  }
}

function refuseWrongTimeStamps(
  { content, signature }: Container,
  stamps: TimeStamps,
  of: { readonly signer: Certificate; readonly around: Around },
): void {
  const { onContent, onSignature } = stamps;
  const stamped: (readonly [TimeStamp, Uint8Array])[] = onSignature.map((stamp) => [stamp, signature.value]);
  if (onContent !== undefined) stamped.push([onContent, content]);
  for (const [stamp, bytes] of stamped) {
    if (!isStampOn(stamp, bytes)) throw new Refusal('time_stamp_wrong');
    if (!of.signer.wasValidAt(stamp.madeAt)) throw new Refusal('certificate_not_valid_then');
    refuseWrongTimeStamp(stamp, of.around);
  }
}

/** Verified content, and who signed it. */
export interface SignedContent {
  readonly content: Uint8Array;
  /** By the time-stamp on the content, otherwise by the signer's own clock. */
  readonly signedAt: Date;
  /**
   * When the signature existed at the latest, by a time-stamp on it. A certificate that was revoked later signed rightly.
   * A time-stamp on the content proves no such thing: with a stolen key the content can be signed at any later time.
   */
  readonly provenAt?: Date;
  readonly signer: Signer;
  /** The same for every encoding of the same signature: see `identityOf`. */
  readonly identity: string;
}

/**
 * SHA-256 of what makes a signature the same: content, issuer and serial number of the signer, and the time in the signed
 * attributes. A container can be encoded in many ways, an ECDSA signature (r, s) is as right as (r, n − s), and anyone can
 * add a time-stamp on the signature. The text behind the last two line breaks has none, so nothing is ambiguous.
 */
function identityOf(
  { content, signature }: Container,
  { onContent }: TimeStamps,
  signer: Certificate,
): string {
  const time = onContent?.madeAt ?? signature.attributes.signingTime;
  const text = `\n${signer.issuer}:${signer.serial}\n${time?.toISOString() ?? ''}`;
  return createHash('sha256').update(content).update(text).digest('hex');
}

/** The same, and what the status of the signer's certificate is asked with. */
export interface CheckedContent extends SignedContent {
  readonly revocable: Revocable;
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
): CheckedContent {
  const container = parseContainer(bytes);
  const stamps = timeStampsIn(container);
  const signedAt = timeOfSigning(container, stamps);
  const around = { sent: container.certificates, authorities };
  const { certificate, issuer } = verifiedSigner(container, {
    among: container.certificates,
    around,
    at: signedAt,
    refuseUnfit: (signer) => refuseUnlessForSigning(signer, policy),
  });
  refuseWrongTimeStamps(container, stamps, { signer: certificate, around });
  const provenAt = earliest(stamps.onSignature.map(({ madeAt }) => madeAt));
  return {
    content: container.content,
    signedAt,
    ...(provenAt === undefined ? {} : { provenAt }),
    signer: signerOfCertificate(certificate),
    identity: identityOf(container, stamps, certificate),
    revocable: { certificate: certificate.der, issuer: issuer.der, evidence: embeddedEvidence(container) },
  };
}

/** The outcome of a check in a form that can be sent between threads. */
export type CheckResult =
  | {
      readonly kind: 'signed';
      readonly content: Uint8Array;
      readonly signedAtMs: number;
      readonly provenAtMs?: number;
      readonly signer: Signer;
      readonly identity: string;
      readonly revocable: Revocable;
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
export function resultOf(check: () => CheckedContent): CheckResult {
  try {
    const { content, signedAt, provenAt, ...rest } = check();
    const proven = provenAt === undefined ? {} : { provenAtMs: provenAt.getTime() };
    const signed = { content: new Uint8Array(content), signedAtMs: signedAt.getTime() };
    return { kind: 'signed', ...signed, ...proven, ...rest };
  } catch (error) {
    if (error instanceof Refusal) return { kind: 'refused', code: error.code };
    return { kind: 'failed', places: placesOf(error) };
  }
}

/** The reverse of `resultOf`: returns the content, or throws what the check threw. */
export function contentOf(result: CheckResult): CheckedContent {
  if (result.kind === 'refused') throw new Refusal(result.code);
  if (result.kind === 'failed') throw failureIn(result.places);
  const { content, signedAtMs, provenAtMs, signer, identity, revocable } = result;
  const proven = provenAtMs === undefined ? {} : { provenAt: new Date(provenAtMs) };
  return { content, signedAt: new Date(signedAtMs), ...proven, signer, identity, revocable };
}

/** An error with the places in the thread, and nothing else of the original. */
function failureIn(places: readonly string[]): Error {
  const error = new Error('A signature could not be checked.');
  error.stack = [`Error: ${error.message}`, ...places.map((place) => `    at ${place}:1`)].join('\n');
  return error;
}
