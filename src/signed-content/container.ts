import { GeneralizedTime, ObjectIdentifier, OctetString, UTCTime } from 'asn1js';
import { AlgorithmIdentifier, Certificate as ParsedCertificate, IssuerAndSerialNumber } from 'pkijs';
import { Refusal } from '../domain/refusal';
import { BerReader, malformed, TAG, type Value } from './ber-reader';
import { Certificate } from './certificate';

/** Two-digit years: RFC 5280 puts 50 and above into the last century. */
const FIRST_YEAR_OF_LAST_CENTURY = 50;

const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

function withWholeYear(text: string): string {
  return `${Number(text.slice(0, 2)) < FIRST_YEAR_OF_LAST_CENTURY ? '20' : '19'}${text}`;
}

/** The moment that the text `YYYYMMDDHHMMSSZ` names, or `undefined`. */
export function momentOf(text: string): Date | undefined {
  const parts = TIME.exec(text);
  if (parts === null) return undefined;
  const iso = `${parts.slice(1, 4).join('-')}T${parts.slice(4).join(':')}.000Z`;
  const moment = new Date(iso);
  // Some engines turn 30 February into a day of March instead of refusing it.
  return Number.isNaN(moment.getTime()) || moment.toISOString() !== iso ? undefined : moment;
}

/**
 * The moment of an ASN.1 time, or `undefined`. Only the forms of RFC 5652 are accepted, in whole seconds of UTC: a time
 * without a zone would mean something else on each machine.
 */
export function readTime(time: unknown): Date | undefined {
  if (!(time instanceof UTCTime) && !(time instanceof GeneralizedTime)) return undefined;
  const text = Buffer.from(time.valueBlock.valueHexView).toString('latin1');
  return momentOf(time instanceof GeneralizedTime ? text : withWholeYear(text));
}

/** Attributes by object identifier, from RFC 5652, RFC 5035 and RFC 5126. */
export const ATTRIBUTES = {
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
  signingCertificate: '1.2.840.113549.1.9.16.2.12',
  signingCertificateV2: '1.2.840.113549.1.9.16.2.47',
  contentTimeStamp: '1.2.840.113549.1.9.16.2.20',
  /** Unsigned. */
  signatureTimeStamp: '1.2.840.113549.1.9.16.2.14',
} as const;

/** An attribute of a signature; its values are unparsed. */
interface Attribute {
  readonly type: string;
  readonly values: readonly Value[];
}

/** The attributes that the signature protects. */
export interface SignedAttributes {
  /** The signed bytes: encoded as a SET, where the container uses a tag of its own. */
  readonly bytes: Buffer;
  readonly contentType: string;
  readonly messageDigest: Buffer;
  /** By the signer's own clock. */
  readonly signingTime: Date | undefined;
  /** Unparsed: a token of RFC 3161 on the content. */
  readonly contentTimeStamp: Uint8Array | undefined;
  /** Which certificate the signature must be verified with. */
  readonly signingCertificate: unknown;
  readonly signingCertificateV2: unknown;
}

/** A signature as RFC 5652 describes it in `SignerInfo`. */
export interface Signature {
  /** Names the certificate: by issuer and serial number, or by the identifier of its key in hexadecimal. */
  readonly signer: IssuerAndSerialNumber | string;
  readonly digestAlgorithm: AlgorithmIdentifier;
  readonly algorithm: AlgorithmIdentifier;
  readonly value: Buffer;
  readonly attributes: SignedAttributes;
  /** Values by object identifier, unparsed. Anyone could have added or changed them on the way. */
  readonly unsigned: ReadonlyMap<string, readonly Uint8Array[]>;
}

/** Object identifiers of RFC 5652. */
const SIGNED_DATA = '1.2.840.113549.1.7.2';

export const PLAIN_DATA = '1.2.840.113549.1.7.1';

/** A signer with their authorities is three certificates. */
const MOST_CERTIFICATES = 16;

/** Real documents have a few kilobytes, and the slowest digest takes a tenth of a second for this many bytes. */
const LONGEST_CONTENT_BYTES = 256 * 1024;

/** Signed data in its parts; nothing in it is verified yet. */
export interface Container {
  readonly contentType: string;
  readonly content: Buffer;
  readonly signature: Signature;
  readonly certificates: readonly Certificate[];
  /** Revocation lists beside the certificates, unparsed: one may have hundreds of thousands of entries. */
  readonly crls: readonly Uint8Array[];
}

/** Reads one container; the bounds of its reader count everything that is read of it. */
class ContainerReader {
  private readonly reader = new BerReader();

  read(bytes: Uint8Array): Container {
    const { reader } = this;
    const outer = reader.parts(reader.whole(bytes, TAG.sequence));
    if (this.identifier(outer.required(TAG.objectIdentifier)) !== SIGNED_DATA) throw malformed();
    const data = reader.parts(reader.only(outer.required(TAG.around0), TAG.sequence));
    outer.end();
    data.required(TAG.integer);
    data.required(TAG.set);
    const encapsulated = data.required(TAG.sequence);
    const [certificates, crls] = [data.optional(TAG.around0), data.optional(TAG.around1)];
    const signatures = reader.parts(data.required(TAG.set)).values;
    data.end();
    const [signature, ...further] = signatures;
    if (signature === undefined) throw new Refusal('signature_missing');
    if (further.length > 0) throw new Refusal('signature_not_single');
    return {
      ...this.content(encapsulated),
      signature: this.signature(signature),
      certificates: this.certificates(certificates),
      crls: crls === undefined ? [] : reader.parts(crls).values.map((crl) => crl.bytes),
    };
  }

  private identifier(value: Value): string {
    const parsed = this.reader.parse(value);
    if (!(parsed instanceof ObjectIdentifier)) throw malformed();
    return parsed.getValue();
  }

  private algorithm(value: Value): AlgorithmIdentifier {
    return new AlgorithmIdentifier({ schema: this.reader.parse(value) });
  }

  private content(encapsulated: Value): Pick<Container, 'contentType' | 'content'> {
    const parts = this.reader.parts(encapsulated);
    const contentType = this.identifier(parts.required(TAG.objectIdentifier));
    const wrapper = parts.optional(TAG.around0);
    parts.end();
    if (wrapper === undefined) throw new Refusal('signature_content_detached');
    const [octets, ...further] = this.reader.parts(wrapper).values;
    // Programs that do not know the length in advance write the content in several pieces.
    const parsed = octets === undefined ? undefined : this.reader.parse(octets);
    if (!(parsed instanceof OctetString) || further.length > 0) throw malformed();
    const content = Buffer.from(parsed.getValue());
    if (content.length > LONGEST_CONTENT_BYTES) throw new Refusal('signed_content_too_large');
    return { contentType, content };
  }

  private certificates(value: Value | undefined): readonly Certificate[] {
    const found = value === undefined ? [] : this.reader.parts(value).values;
    if (found.length > MOST_CERTIFICATES) throw malformed();
    // The other tags are attribute certificates and formats of others.
    return found
      .filter(({ tag }) => tag === TAG.sequence)
      .map((each) => new Certificate(new ParsedCertificate({ schema: this.reader.parse(each) })));
  }

  private signature(value: Value): Signature {
    const parts = this.reader.parts(value);
    parts.required(TAG.integer);
    const keyIdentifier = parts.optional(TAG.primitive0);
    const signer =
      keyIdentifier === undefined
        ? new IssuerAndSerialNumber({ schema: this.reader.parse(parts.required(TAG.sequence)) })
        : Buffer.from(keyIdentifier.content).toString('hex');
    const digestAlgorithm = this.algorithm(parts.required(TAG.sequence));
    const signed = parts.optional(TAG.around0);
    const algorithm = this.algorithm(parts.required(TAG.sequence));
    const bytes = Buffer.from(parts.required(TAG.octetString).content);
    const unsigned = parts.optional(TAG.around1);
    parts.end();
    if (signed === undefined) throw new Refusal('signature_time_missing');
    return {
      signer,
      digestAlgorithm,
      algorithm,
      value: bytes,
      attributes: this.signedAttributes(signed),
      unsigned: this.unsigned(unsigned),
    };
  }

  private attributes(value: Value): Attribute[] {
    return this.reader.parts(value).values.map((attribute) => {
      const parts = this.reader.parts(attribute);
      const type = this.identifier(parts.required(TAG.objectIdentifier));
      const { values } = this.reader.parts(parts.required(TAG.set));
      parts.end();
      return { type, values };
    });
  }

  private signedAttributes(value: Value): SignedAttributes {
    const attributes = this.attributes(value);
    const parsed = (name: keyof typeof ATTRIBUTES): unknown => {
      const found = single(attributes, name);
      return found === undefined ? undefined : this.reader.parse(found);
    };
    const [contentType, messageDigest] = [parsed('contentType'), parsed('messageDigest')];
    const time = parsed('signingTime');
    const signingTime = readTime(time);
    const isTimeRead = time === undefined || signingTime !== undefined;
    const isWhole = contentType instanceof ObjectIdentifier && messageDigest instanceof OctetString;
    if (!isWhole || !isTimeRead) throw malformed();
    const bytes = Buffer.from(value.bytes);
    bytes.writeUInt8(TAG.set, 0);
    return {
      bytes,
      contentType: contentType.getValue(),
      messageDigest: Buffer.from(messageDigest.getValue()),
      signingTime,
      contentTimeStamp: single(attributes, 'contentTimeStamp')?.bytes,
      signingCertificate: parsed('signingCertificate'),
      signingCertificateV2: parsed('signingCertificateV2'),
    };
  }

  private unsigned(value: Value | undefined): Signature['unsigned'] {
    const unsigned = new Map<string, readonly Uint8Array[]>();
    for (const { type, values } of value === undefined ? [] : this.attributes(value))
      unsigned.set(type, [...(unsigned.get(type) ?? []), ...values.map(({ bytes }) => bytes)]);
    return unsigned;
  }
}

/** The value of an attribute. It must not occur twice: readers could disagree on which one counts. */
function single(attributes: readonly Attribute[], name: keyof typeof ATTRIBUTES): Value | undefined {
  const found = attributes.filter(({ type }) => type === ATTRIBUTES[name]);
  const values = found.flatMap((attribute) => attribute.values);
  if (found.length > 1 || (found.length === 1 && values.length !== 1)) throw malformed();
  return values[0];
}

/**
 * Reads the parts of signed data within bounded time and memory. What is not needed is skipped: revocation lists, unsigned
 * attributes, unknown attributes. Throws a `Refusal` for everything malformed: errors of the packages may quote the bytes,
 * so they are replaced.
 */
export function parseContainer(bytes: Uint8Array, contentType = PLAIN_DATA): Container {
  try {
    const container = new ContainerReader().read(bytes);
    if (container.contentType !== contentType) throw malformed();
    return container;
  } catch (error) {
    throw error instanceof Refusal ? error : malformed();
  }
}
