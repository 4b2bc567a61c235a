import { randomBytes } from 'node:crypto';
import {
  BitString,
  BmpString,
  Integer,
  ObjectIdentifier,
  OctetString,
  PrintableString,
  Sequence,
  Utf8String,
} from 'asn1js';
import {
  AccessDescription,
  Attribute,
  AttributeTypeAndValue,
  BasicConstraints,
  Certificate,
  CRLDistributionPoints,
  DistributionPoint,
  Extension,
  ExtKeyUsage,
  GeneralName,
  InfoAccess,
  RelativeDistinguishedNames,
  SubjectDirectoryAttributes,
  Time,
} from 'pkijs';
import { NUMBER_PREFIXES, EXTENSIONS, QUALIFIED, SUBJECT } from '../../src/signed-content/certificate';
import { TEST_ONLY_ORGANISATION } from '../../src/signed-content/trusted-authorities';
import { isDstu, type SigningKey } from './signing-key';

/** A certificate with its key. */
export interface Certified {
  readonly certificate: Certificate;
  readonly key: SigningKey;
}

/** The content of a made-up certificate. */
export interface Wanted {
  readonly commonName: string;
  readonly key: SigningKey;
  /** Self-signed without one. */
  readonly issuer?: Certified;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly isAuthority?: boolean;
  readonly surname?: string;
  readonly givenName?: string;
  readonly drfo?: string;
  readonly drfoIn?: 'directory' | 'serial number';
  /** Serial numbers of the subject, with their prefixes, besides `drfo`. */
  readonly serialNumbers?: readonly string[];
  /** How numbers are written; a PrintableString holds no Cyrillic letters. */
  readonly numbersAs?: keyof typeof STRINGS;
  readonly edrpou?: string;
  readonly isSeal?: boolean;
  /** The statement that a certificate is qualified; the European one unless something else is wanted. */
  readonly qualified?: 'european' | 'national' | 'no';
  /** Purposes of the extended key usage; no such extension without them. */
  readonly purposes?: readonly string[];
  readonly arePurposesCritical?: boolean;
  /** The first byte of the key usage. */
  readonly usage?: number;
  /** Where its status is asked: an OCSP responder, and a complete revocation list. */
  readonly ocspUrl?: string;
  readonly listUrl?: string;
}

/** The kinds of text that authorities use. */
const STRINGS = {
  UTF8String: (value: string) => new Utf8String({ value }),
  BMPString: (value: string) => new BmpString({ value }),
  PrintableString: (value: string) => new PrintableString({ value }),
} as const;

/** Authorities print what they can. */
const usualString = (value: string): keyof typeof STRINGS =>
  /^[\x20-\x7e]*$/.test(value) ? 'PrintableString' : 'UTF8String';

const COMMON_NAME = '2.5.4.3';
/** Key usages: signing certificates and revocation lists, and digital signature with non-repudiation. */
const CERTIFIES = 0x06;
const SIGNS = 0xc0;
/** From this year on RFC 5280 writes the year with four digits. */
const FOUR_DIGITS_FROM = 2050;
const UTC_TIME = 0;
const GENERALIZED_TIME = 1;

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

const timeOf = (value: Date): Time =>
  new Time({ value, type: value.getUTCFullYear() < FOUR_DIGITS_FROM ? UTC_TIME : GENERALIZED_TIME });

function subjectOf(wanted: Wanted): RelativeDistinguishedNames {
  const texts: [string, string | undefined][] = [
    [COMMON_NAME, wanted.commonName],
    [SUBJECT.organization, TEST_ONLY_ORGANISATION],
    [SUBJECT.surname, wanted.surname],
    [SUBJECT.givenName, wanted.givenName],
  ];
  const { drfo, drfoIn, numbersAs = 'UTF8String', serialNumbers = [] } = wanted;
  const numbers =
    drfoIn === 'serial number' ? [`${NUMBER_PREFIXES[0]}${drfo}`, ...serialNumbers] : serialNumbers;
  const typesAndValues = texts
    .filter(([, value]) => value !== undefined)
    .map(([type, value = '']) => new AttributeTypeAndValue({ type, value: STRINGS.UTF8String(value) }));
  const type = SUBJECT.serialNumber;
  const numbered = numbers.map(
    (text) => new AttributeTypeAndValue({ type, value: STRINGS[numbersAs](text) }),
  );
  return new RelativeDistinguishedNames({ typesAndValues: [...typesAndValues, ...numbered] });
}

function directoryOf({ drfo, drfoIn = 'directory', edrpou, numbersAs }: Wanted): Extension[] {
  const numbers: [string, string | undefined][] = [
    [SUBJECT.drfo, drfoIn === 'directory' ? drfo : undefined],
    [SUBJECT.edrpou, edrpou],
  ];
  const attributes = numbers
    .filter(([, value]) => value !== undefined)
    .map(
      ([type, value = '']) =>
        new Attribute({ type, values: [STRINGS[numbersAs ?? usualString(value)](value)] }),
    );
  if (attributes.length === 0) return [];
  return [extension('subjectDirectoryAttributes', new SubjectDirectoryAttributes({ attributes }).toSchema())];
}

function extension(
  name: keyof typeof EXTENSIONS,
  value: { toBER(): ArrayBuffer },
  critical = false,
): Extension {
  return new Extension({ extnID: EXTENSIONS[name], critical, extnValue: value.toBER() });
}

const statement = (id: string, ...more: Sequence[]): Sequence =>
  new Sequence({ value: [new ObjectIdentifier({ value: id }), ...more] });

function statementsOf({ isAuthority = false, isSeal = false, qualified }: Wanted): Extension[] {
  const { compliance, nationalCompliance, seal, type } = QUALIFIED;
  const kind = qualified ?? (isAuthority ? 'no' : 'european');
  const statements = [
    ...(kind === 'european' ? [statement(compliance)] : []),
    ...(kind === 'national' ? [statement(nationalCompliance)] : []),
    ...(isSeal ? [statement(type, new Sequence({ value: [new ObjectIdentifier({ value: seal })] }))] : []),
  ];
  return statements.length === 0
    ? []
    : [extension('qualifiedStatements', new Sequence({ value: statements }))];
}

function purposesOf({ purposes, arePurposesCritical = false }: Wanted): Extension[] {
  if (purposes === undefined) return [];
  const usages = new ExtKeyUsage({ keyPurposes: [...purposes] }).toSchema();
  return [extension('extendedKeyUsage', usages, arePurposesCritical)];
}

const OCSP_ACCESS = '1.3.6.1.5.5.7.48.1';
const URI = 6;

function addressesOf({ ocspUrl, listUrl }: Wanted): Extension[] {
  const uri = (value: string): GeneralName => new GeneralName({ type: URI, value });
  const responders = (ocspUrl === undefined ? [] : [uri(ocspUrl)]).map(
    (accessLocation) => new AccessDescription({ accessMethod: OCSP_ACCESS, accessLocation }),
  );
  const points = (listUrl === undefined ? [] : [uri(listUrl)]).map(
    (name) => new DistributionPoint({ distributionPoint: [name] }),
  );
  return [
    ...(responders.length === 0
      ? []
      : [extension('authorityInfoAccess', new InfoAccess({ accessDescriptions: responders }).toSchema())]),
    ...(points.length === 0
      ? []
      : [
          extension(
            'distributionPoints',
            new CRLDistributionPoints({ distributionPoints: points }).toSchema(),
          ),
        ]),
  ];
}

function extensionsOf(wanted: Wanted): Extension[] {
  const { key, isAuthority = false, usage = isAuthority ? CERTIFIES : SIGNS } = wanted;
  const identifier = key.digest(new Uint8Array(key.publicKey.subjectPublicKey.valueBlock.valueHexView));
  return [
    extension('basicConstraints', new BasicConstraints({ cA: isAuthority }).toSchema(), true),
    extension('keyUsage', new BitString({ valueHex: bufferOf(Buffer.from([usage])) }), true),
    extension('subjectKeyIdentifier', new OctetString({ valueHex: bufferOf(identifier) })),
    ...directoryOf(wanted),
    ...statementsOf(wanted),
    ...purposesOf(wanted),
    ...addressesOf(wanted),
  ];
}

/** Certificates, like answers about them, wrap a national signature in one more octet string than containers. */
export function wrapped(key: SigningKey, signature: Buffer): Uint8Array {
  return isDstu(key.kind) ? Buffer.concat([Buffer.from([0x04, signature.length]), signature]) : signature;
}

/** Creates and signs a certificate. */
export function writeCertificate(wanted: Wanted): Certified {
  const { key, issuer } = wanted;
  const signer = issuer?.key ?? key;
  const subject = subjectOf(wanted);
  const certificate = new Certificate({
    version: 2,
    serialNumber: new Integer({ valueHex: bufferOf(Buffer.concat([Buffer.from([1]), randomBytes(15)])) }),
    subject,
    issuer: issuer?.certificate.subject ?? subject,
    notBefore: timeOf(wanted.notBefore),
    notAfter: timeOf(wanted.notAfter),
    subjectPublicKeyInfo: key.publicKey,
    extensions: extensionsOf(wanted),
    signature: signer.algorithm(),
    signatureAlgorithm: signer.algorithm(),
  });
  const signed = new Uint8Array(certificate.encodeTBS().toBER());
  certificate.tbsView = signed;
  certificate.signatureValue = new BitString({ valueHex: bufferOf(wrapped(signer, signer.sign(signed))) });
  return { certificate, key };
}
