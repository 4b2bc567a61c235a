import { createHash } from 'node:crypto';
import { fromBER, ObjectIdentifier, OctetString, Sequence, Set as AsnSet, UTCTime } from 'asn1js';
import {
  Attribute,
  ContentInfo,
  EncapsulatedContentInfo,
  IssuerAndSerialNumber,
  SignedAndUnsignedAttributes,
  SignedData,
  SignerInfo,
} from 'pkijs';
import type { Certified } from './certificate-writer';
import type { WrittenEvidence } from './status-writer';

/** The container to write. Everything but the first two fields can make it defective. */
export interface WantedContainer {
  readonly content: Uint8Array;
  readonly signers: readonly Certified[];
  /** `undefined`: no signing time. */
  readonly signedAt: Date | undefined;
  readonly isDetached: boolean;
  readonly carriesCertificates: boolean;
  /** Certificates between the signer and the trusted root. */
  readonly between: readonly Certified[];
  /** Which certificate the signature names as its own, and with which edition of the attribute. */
  readonly named: { readonly certificate?: Certified; readonly edition: 1 | 2 | 'none' };
  /** Of the content; plain data without one. */
  readonly contentType?: string;
  /** The type that the signed attribute states, where it is another one. */
  readonly statedType?: string;
  readonly stamps?: Stamps;
  readonly evidence?: WrittenEvidence;
}

/** Makes a token on the bytes. */
type Stamp = (bytes: Uint8Array) => Uint8Array;

/** The time-stamps of a container. */
export interface Stamps {
  readonly onContent?: readonly Stamp[];
  readonly onSignature?: readonly Stamp[];
}

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  contentTimeStamp: '1.2.840.113549.1.9.16.2.20',
  signatureTimeStamp: '1.2.840.113549.1.9.16.2.14',
} as const;

/** The attributes are sent under the tag [0] and signed as a SET. */
const SIGNED_ATTRIBUTES = 0;
const UNSIGNED_ATTRIBUTES = 1;
const TAG_OF_SET = 0x31;

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const octets = (bytes: Uint8Array): OctetString => new OctetString({ valueHex: bufferOf(bytes) });

/** CAdES: the signature names its certificate by digest. */
function signingCertificate({ certificate, key }: Certified): Sequence {
  const digest = octets(key.digest(new Uint8Array(certificate.toSchema().toBER())));
  const named = new Sequence({ value: [key.digestAlgorithm().toSchema(), digest] });
  return new Sequence({ value: [new Sequence({ value: [named] })] });
}

/** The first edition uses SHA-1 only, without naming it. */
function signingCertificateV1({ certificate }: Certified): Sequence {
  const digest = createHash('sha1').update(new Uint8Array(certificate.toSchema().toBER())).digest();
  return new Sequence({ value: [new Sequence({ value: [new Sequence({ value: [octets(digest)] })] })] });
}

const certificateNamed = {
  1: (signer: Certified) => attribute(OID.signingCertificate, signingCertificateV1(signer)),
  2: (signer: Certified) => attribute(OID.signingCertificateV2, signingCertificate(signer)),
} as const;

const attribute = (type: string, value: unknown): Attribute => new Attribute({ type, values: [value] });

const stamped = (type: string, stamps: readonly Stamp[] = [], bytes: Uint8Array): Attribute[] =>
  stamps.map((stamp) => attribute(type, fromBER(stamp(bytes)).result));

function attributesOf(signer: Certified, wanted: WantedContainer): Attribute[] {
  const { content, signedAt, named, stamps, contentType = OID.data, statedType = contentType } = wanted;
  const attributes = [
    attribute(OID.contentType, new ObjectIdentifier({ value: statedType })),
    attribute(OID.messageDigest, octets(signer.key.digest(content))),
    ...(signedAt === undefined ? [] : [attribute(OID.signingTime, new UTCTime({ valueDate: signedAt }))]),
    ...(named.edition === 'none' ? [] : [certificateNamed[named.edition](named.certificate ?? signer)]),
    ...stamped(OID.contentTimeStamp, stamps?.onContent, content),
  ];
  // DER sorts the members of a SET by their bytes.
  const written = attributes.map((attribute) => Buffer.from(attribute.toSchema().toBER()));
  return attributes
    .map((attribute, place) => ({ attribute, bytes: written[place] ?? Buffer.alloc(0) }))
    .sort((one, other) => Buffer.compare(one.bytes, other.bytes))
    .map(({ attribute }) => attribute);
}

function signatureOf(signer: Certified, wanted: WantedContainer): SignerInfo {
  const { certificate, key } = signer;
  const attributes = attributesOf(signer, wanted);
  const signed = new AsnSet({ value: attributes.map((attribute) => attribute.toSchema()) }).toBER();
  if (new Uint8Array(signed)[0] !== TAG_OF_SET) throw new Error('Attributes are signed as a SET.');
  const signature = key.sign(new Uint8Array(signed));
  const unsigned = [
    ...stamped(OID.signatureTimeStamp, wanted.stamps?.onSignature, signature),
    ...(wanted.evidence?.unsigned ?? []),
  ];
  return new SignerInfo({
    version: 1,
    sid: new IssuerAndSerialNumber({ issuer: certificate.issuer, serialNumber: certificate.serialNumber }),
    digestAlgorithm: key.digestAlgorithm(),
    signedAttrs: new SignedAndUnsignedAttributes({ type: SIGNED_ATTRIBUTES, attributes }),
    signatureAlgorithm: key.algorithm(),
    signature: octets(signature),
    ...(unsigned.length === 0
      ? {}
      : {
          unsignedAttrs: new SignedAndUnsignedAttributes({ type: UNSIGNED_ATTRIBUTES, attributes: unsigned }),
        }),
  });
}

/** A CMS container of signed data with the attributes that CAdES requires. */
export function writeContainer(wanted: WantedContainer): Buffer {
  const { signers, isDetached, content, carriesCertificates, between } = wanted;
  const encapContentInfo = new EncapsulatedContentInfo({ eContentType: wanted.contentType ?? OID.data });
  if (!isDetached) encapContentInfo.eContent = octets(content);
  const data = new SignedData({
    version: 1,
    digestAlgorithms: signers.map(({ key }) => key.digestAlgorithm()),
    encapContentInfo,
    signerInfos: signers.map((signer) => signatureOf(signer, wanted)),
  });
  if (carriesCertificates) data.certificates = [...signers, ...between].map(({ certificate }) => certificate);
  const lists = wanted.evidence?.lists ?? [];
  if (lists.length > 0) data.crls = [...lists];
  const outer = new ContentInfo({ contentType: OID.signedData, content: data.toSchema(true) });
  return Buffer.from(outer.toSchema().toBER());
}
