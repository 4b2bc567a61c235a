import { BitString, OctetString, BaseBlock, ObjectIdentifier } from 'asn1js';
import {
  AuthorityKeyIdentifier,
  BasicConstraints,
  Certificate as ParsedCertificate,
  ExtKeyUsage,
  QCStatements,
  type RelativeDistinguishedNames,
  SubjectDirectoryAttributes,
} from 'pkijs';
import { signatureIsRight } from './signature-algorithm';
import { isSameNumber } from '../domain/person/signer-number';
import { Refusal } from '../domain/refusal';

/** Extensions of certificates that are read, by what they are called in RFC 5280 and RFC 3739. */
export const EXTENSIONS = {
  subjectDirectoryAttributes: '2.5.29.9',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  qualifiedStatements: '1.3.6.1.5.5.7.1.3',
  /** Where revocation lists are, and OCSP responders. */
  distributionPoints: '2.5.29.31',
  authorityInfoAccess: '1.3.6.1.5.5.7.1.1',
  subjectInfoAccess: '1.3.6.1.5.5.7.1.11',
} as const;

/**
 * Extensions that may be marked critical. Those we do not read only name places to look things up, or the policy of the
 * certificate; a critical one outside this list could change what the certificate means.
 */
export const UNDERSTOOD_WHEN_CRITICAL: ReadonlySet<string> = new Set([
  ...Object.values(EXTENSIONS),
  /** Alternative names of the subject and of the issuer. */
  '2.5.29.17',
  '2.5.29.18',
  /** Policies. */
  '2.5.29.32',
]);

/** Attributes of a subject, from X.520, and the national ones of the subject directory attributes. */
export const SUBJECT = {
  surname: '2.5.4.4',
  serialNumber: '2.5.4.5',
  organization: '2.5.4.10',
  givenName: '2.5.4.42',
  /** The number of a person in the register of taxpayers, or their passport's when they have none. */
  drfo: '1.2.804.2.1.1.1.11.1.4.1.1',
  /** The number of an organisation in the register of organisations. */
  edrpou: '1.2.804.2.1.1.1.11.1.4.2.1',
} as const;

/** Statements about a qualified certificate and its kind, from ETSI EN 319 412-5, and the older national ones. */
export const QUALIFIED = {
  compliance: '0.4.0.1862.1.1',
  nationalCompliance: '1.2.804.2.1.1.1.2.1',
  type: '0.4.0.1862.1.6',
  seal: '0.4.0.1862.1.6.2',
  sealPurpose: '1.2.804.2.1.1.1.3.9',
} as const;

/** Prefixes of ETSI EN 319 412-1 for numbers of Ukraine: of a taxpayer, a passport and an identity card. */
export const NUMBER_PREFIXES = ['TINUA-', 'PASUA-', 'IDCUA-'] as const;

/** Purposes of services and machines: TLS servers and clients, code, time-stamps, OCSP. */
const SERVICE_PURPOSES: ReadonlySet<string> = new Set(
  [1, 2, 3, 8, 9].map((purpose) => `1.3.6.1.5.5.7.3.${purpose}`),
);

const TIME_STAMPS = '1.3.6.1.5.5.7.3.8';

/** Purposes that allow signing documents: any, e-mail, RFC 9336, and two that programs for documents use. */
const SIGNING_PURPOSES: ReadonlySet<string> = new Set([
  '2.5.29.37.0',
  '1.3.6.1.5.5.7.3.4',
  '1.3.6.1.5.5.7.3.36',
  '1.3.6.1.4.1.311.10.3.12',
  '1.2.840.113583.1.1.5',
]);

/** Bits of the first byte of a key usage. */
const USAGE = { digitalSignature: 0x80, nonRepudiation: 0x40, keyCertSign: 0x04, crlSign: 0x02 } as const;

const hexOf = (bytes: ArrayBuffer | Uint8Array): string =>
  Buffer.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)).toString('hex');

/** A certificate as the checks need it: names as hexadecimal DER, and methods instead of extensions. */
export class Certificate {
  readonly der: Buffer;
  readonly subject: string;
  readonly issuer: string;
  readonly serial: string;
  /** Which issuers are known to have signed it or not. Trusted certificates stay, so their signatures are verified once. */
  private readonly known = new WeakMap<Certificate, boolean>();

  constructor(readonly parsed: ParsedCertificate) {
    this.der = Buffer.from(parsed.toSchema().toBER());
    this.subject = hexOf(parsed.subject.toSchema().toBER());
    this.issuer = hexOf(parsed.issuer.toSchema().toBER());
    this.serial = hexOf(parsed.serialNumber.valueBlock.valueHexView);
  }

  /** The parsed value of an extension; `undefined` without it. */
  extension(name: keyof typeof EXTENSIONS): unknown {
    return this.parsed.extensions?.find(({ extnID }) => extnID === EXTENSIONS[name])?.parsedValue;
  }

  /** In hexadecimal; `undefined` when the certificate has none. */
  get keyIdentifier(): string | undefined {
    const value = this.extension('subjectKeyIdentifier');
    return value instanceof OctetString ? hexOf(value.getValue()) : undefined;
  }

  /** Both ends of the validity are included. */
  wasValidAt(moment: Date): boolean {
    const { notBefore, notAfter } = this.parsed;
    return notBefore.value <= moment && moment <= notAfter.value;
  }

  /** People also have certificates for key agreement; those are not for signing. */
  get maySign(): boolean {
    return this.mayBeUsedFor(USAGE.digitalSignature) || this.mayBeUsedFor(USAGE.nonRepudiation);
  }

  /**
   * False for the certificate of a service that has no purpose of signing besides. Purposes that authorities define for
   * themselves exclude nothing.
   */
  get allowsSigning(): boolean {
    const usages = this.extension('extendedKeyUsage');
    if (usages === undefined) return true;
    if (!(usages instanceof ExtKeyUsage)) return false;
    const { keyPurposes } = usages;
    return (
      keyPurposes.some((purpose) => SIGNING_PURPOSES.has(purpose)) ||
      !keyPurposes.some((purpose) => SERVICE_PURPOSES.has(purpose))
    );
  }

  /** RFC 3161: the purpose of time-stamps must be the only one, and critical. */
  get isForTimeStamps(): boolean {
    const usages = this.parsed.extensions?.find(({ extnID }) => extnID === EXTENSIONS.extendedKeyUsage);
    const purposes = usages?.parsedValue instanceof ExtKeyUsage ? usages.parsedValue.keyPurposes : [];
    return usages?.critical === true && purposes.length === 1 && purposes[0] === TIME_STAMPS && this.maySign;
  }

  get isAuthority(): boolean {
    const constraints = this.extension('basicConstraints');
    return constraints instanceof BasicConstraints && constraints.cA;
  }

  /** By the European statement or by the older national one. */
  get isQualified(): boolean {
    const statements = this.extension('qualifiedStatements');
    const kinds: readonly string[] = [QUALIFIED.compliance, QUALIFIED.nationalCompliance];
    return statements instanceof QCStatements && statements.values.some(({ id }) => kinds.includes(id));
  }

  /** An authority may issue certificates, with at most as many authorities below itself as its constraint allows. */
  mayIssue({ authoritiesBelow }: { authoritiesBelow: number }): boolean {
    const constraints = this.extension('basicConstraints');
    if (!(constraints instanceof BasicConstraints) || !constraints.cA) return false;
    const { pathLenConstraint: most } = constraints;
    // A number too large for the package is larger than any chain we follow.
    const isDeepEnough = typeof most !== 'number' || authoritiesBelow <= most;
    return isDeepEnough && this.mayBeUsedFor(USAGE.keyCertSign);
  }

  /** Its key may sign revocation lists. */
  get mayIssueLists(): boolean {
    return this.mayBeUsedFor(USAGE.crlSign);
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

  /** Throws `signature_algorithm_unknown` for algorithms outside the table. */
  isSignedBy(issuer: Certificate): boolean {
    const isSigned = this.known.get(issuer) ?? this.hasSignatureOf(issuer);
    this.known.set(issuer, isSigned);
    return isSigned;
  }

  private hasSignatureOf(issuer: Certificate): boolean {
    const { signatureAlgorithm, signature, tbsView, signatureValue } = this.parsed;
    // The algorithm is stored twice, once under the protection of the signature.
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

/** Parses DER; throws when it is no certificate. */
export function readCertificate(der: Uint8Array): Certificate {
  return new Certificate(ParsedCertificate.fromBER(new Uint8Array(der)));
}

/** The person who signed, as their certificate names them. */
export interface Signer {
  /** Their tax number, or the number of their passport or identity card, as the certificate spells it. */
  readonly drfo: string;
  readonly surname: string | null;
  readonly givenName: string | null;
}

/** Longer names and numbers are ignored; X.520 allows 64 characters for most. */
const LONGEST_TEXT = 128;

function textOf(value: unknown): string | null {
  const text: unknown = value instanceof BaseBlock ? Reflect.get(value.valueBlock, 'value') : undefined;
  const trimmed = typeof text === 'string' ? text.trim() : '';
  return trimmed === '' || trimmed.length > LONGEST_TEXT || /\p{C}/u.test(trimmed) ? null : trimmed;
}

function textsIn(subject: RelativeDistinguishedNames, type: string): readonly string[] {
  const values = subject.typesAndValues.filter((attribute) => attribute.type === type);
  return values.map(({ value }) => textOf(value)).filter((text) => text !== null);
}

function textsInDirectory(certificate: Certificate, type: string): readonly string[] {
  const directory = certificate.extension('subjectDirectoryAttributes');
  if (!(directory instanceof SubjectDirectoryAttributes)) return [];
  const values = directory.attributes.filter((attribute) => attribute.type === type);
  return values.flatMap((attribute) => attribute.values.map(textOf)).filter((text) => text !== null);
}

/** The number behind one of the prefixes. Other serial numbers of subjects count something of the authority's own. */
function numberIn(serial: string): string {
  const prefix = NUMBER_PREFIXES.find((each) => serial.toUpperCase().startsWith(each));
  return prefix === undefined ? '' : serial.slice(prefix.length).trim();
}

/**
 * The number in the directory attributes, otherwise the one in the subject. Throws `certificate_numbers_differ` when the
 * certificate has two, in whichever places.
 */
function drfoOf(certificate: Certificate): string | undefined {
  const inDirectory = textsInDirectory(certificate, SUBJECT.drfo);
  const inSubject = textsIn(certificate.parsed.subject, SUBJECT.serialNumber).map(numberIn);
  const [number, ...others] = [...inDirectory, ...inSubject].filter((text) => text !== '');
  if (number === undefined) return undefined;
  if (!others.every((other) => isSameNumber(other, number))) throw new Refusal('certificate_numbers_differ');
  return number;
}

function isDeclaredSeal(certificate: Certificate): boolean {
  const usages = certificate.extension('extendedKeyUsage');
  if (usages instanceof ExtKeyUsage && usages.keyPurposes.includes(QUALIFIED.sealPurpose)) return true;
  const statements = certificate.extension('qualifiedStatements');
  if (!(statements instanceof QCStatements)) return false;
  return statements.values.some(
    ({ id, type }) => id === QUALIFIED.type && kindsIn(type).includes(QUALIFIED.seal),
  );
}

function kindsIn(sequence: unknown): readonly string[] {
  const kinds: unknown =
    sequence instanceof BaseBlock ? Reflect.get(sequence.valueBlock, 'value') : undefined;
  if (!Array.isArray(kinds)) return [];
  return kinds.filter((kind) => kind instanceof ObjectIdentifier).map((kind) => kind.getValue());
}

/**
 * The person behind a certificate. Throws `signature_is_seal` for a seal: a certificate that declares itself one, or that
 * has the number of an organisation and no person's, as older seals do.
 */
export function signerOfCertificate(certificate: Certificate): Signer {
  if (isDeclaredSeal(certificate)) throw new Refusal('signature_is_seal');
  const drfo = drfoOf(certificate);
  if (drfo === undefined) {
    const isOfOrganisation = textsInDirectory(certificate, SUBJECT.edrpou).length > 0;
    throw new Refusal(isOfOrganisation ? 'signature_is_seal' : 'certificate_without_drfo');
  }
  const { subject } = certificate.parsed;
  const [surname = null] = textsIn(subject, SUBJECT.surname);
  const [givenName = null] = textsIn(subject, SUBJECT.givenName);
  return { drfo, surname, givenName };
}
