import { BitString, OctetString } from 'asn1js';
import { AuthorityKeyIdentifier, BasicConstraints, type Certificate as ParsedCertificate } from 'pkijs';
import { signatureIsRight } from '../algorithm/verify-signature';
import { EXTENSIONS, UNDERSTOOD_WHEN_CRITICAL } from './extensions.table';

/** Bits of the first byte of a key usage. */
const USAGE = { digitalSignature: 0x80, nonRepudiation: 0x40, keyCertSign: 0x04 } as const;

const hexOf = (bytes: ArrayBuffer | Uint8Array): string =>
  Buffer.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)).toString('hex');

/** A certificate as the checks see it: names as bytes, and answers instead of extensions. */
export class Certificate {
  readonly der: Buffer;
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;

  constructor(readonly parsed: ParsedCertificate) {
    this.der = Buffer.from(parsed.toSchema().toBER());
    this.subject = hexOf(parsed.subject.toSchema().toBER());
    this.issuer = hexOf(parsed.issuer.toSchema().toBER());
    this.serial = hexOf(parsed.serialNumber.valueBlock.valueHexView);
  }

  /** What the package made of the value of an extension. */
  extension(name: keyof typeof EXTENSIONS): unknown {
    return this.parsed.extensions?.find(({ extnID }) => extnID === EXTENSIONS[name])?.parsedValue;
  }

  /** In hexadecimal, when the certificate says it. */
  get keyIdentifier(): string | undefined {
    const value = this.extension('subjectKeyIdentifier');
    return value instanceof OctetString ? hexOf(value.getValue()) : undefined;
  }

  /** Both ends of the validity belong to it. */
  wasValidAt(moment: Date): boolean {
    const { notBefore, notAfter } = this.parsed;
    return notBefore.value <= moment && moment <= notAfter.value;
  }

  /** The key of an agreement on ciphers, which people also carry with them, is not for signing. */
  get maySign(): boolean {
    return this.mayBeUsedFor(USAGE.digitalSignature) || this.mayBeUsedFor(USAGE.nonRepudiation);
  }

  /** An authority may certify others, and no more authorities below itself than it says. */
  mayIssue({ authoritiesBelow }: { authoritiesBelow: number }): boolean {
    const constraints = this.extension('basicConstraints');
    if (!(constraints instanceof BasicConstraints) || !constraints.cA) return false;
    const { pathLenConstraint: most } = constraints;
    // A number too long for the package is longer than any chain that is looked at.
    const isDeepEnough = typeof most !== 'number' || authoritiesBelow <= most;
    return isDeepEnough && this.mayBeUsedFor(USAGE.keyCertSign);
  }

  get hasOnlyUnderstoodDemands(): boolean {
    const extensions = this.parsed.extensions ?? [];
    return extensions.every(({ critical, extnID }) => !critical || UNDERSTOOD_WHEN_CRITICAL.has(extnID));
  }

  /** By name, and by the identifiers of the key where both sides have one. */
  namesAsIssuer(other: Certificate): boolean {
    if (this.issuer !== other.subject) return false;
    const named = this.extension('authorityKeyIdentifier');
    const wanted = named instanceof AuthorityKeyIdentifier ? named.keyIdentifier : undefined;
    const has = other.keyIdentifier;
    return wanted === undefined || has === undefined || hexOf(wanted.getValue()) === has;
  }

  /** Whether the key of the other certificate signed this one; refuses algorithms outside the table. */
  isSignedBy(issuer: Certificate): boolean {
    const { signatureAlgorithm, signature, tbsView, signatureValue } = this.parsed;
    // The algorithm stands twice, once where the signature protects it.
    if (signature.algorithmId !== signatureAlgorithm.algorithmId) return false;
    return signatureIsRight({
      algorithm: signatureAlgorithm,
      key: issuer.parsed.subjectPublicKeyInfo,
      data: tbsView,
      signature: Buffer.from(signatureValue.valueBlock.valueHexView),
    });
  }

  private mayBeUsedFor(bit: number): boolean {
    const usage = this.extension('keyUsage');
    if (usage === undefined) return true;
    if (!(usage instanceof BitString)) return false;
    return ((usage.valueBlock.valueHexView[0] ?? 0) & bit) === bit;
  }
}
