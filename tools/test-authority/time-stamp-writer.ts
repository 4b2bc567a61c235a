import { GeneralizedTime, Integer, ObjectIdentifier, OctetString, Sequence, type AsnType } from 'asn1js';
import type { Certified } from './certificate-writer';
import { writeContainer, type WantedContainer } from './container-writer';

/** The type of the content of a token, from RFC 3161. */
const TIME_STAMP_CONTENT = '1.2.840.113549.1.9.16.1.4';

/** Names no policy of anybody. */
const POLICY = '1.3.6.1.4.1.99999.1';

const GENERALIZED_TIME = '$1$2$3$4$5$6Z';

/** What a token may have besides the stamped bytes and the time; everything can make it defective. */
export interface WantedStamp {
  readonly version?: number;
  /** The whole text of the time. */
  readonly time?: string;
  /** What follows the time in the content. */
  readonly further?: readonly AsnType[];
  readonly carriesCertificate?: boolean;
  readonly container?: Partial<WantedContainer>;
}

/** A made-up time-stamp authority. */
export class TimeStamper {
  constructor(readonly certified: Certified) {}

  get der(): Buffer {
    return Buffer.from(this.certified.certificate.toSchema().toBER());
  }

  /** A token of RFC 3161 on the bytes; like national ones it carries no certificate unless that is wanted. */
  stamp(bytes: Uint8Array, at: Date, wanted: WantedStamp = {}): Buffer {
    const { key } = this.certified;
    const digest = new OctetString({ valueHex: new Uint8Array(key.digest(bytes)).buffer });
    const text =
      wanted.time ?? at.toISOString().replace(/(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+).*/, GENERALIZED_TIME);
    const info = new Sequence({
      value: [
        new Integer({ value: wanted.version ?? 1 }),
        new ObjectIdentifier({ value: POLICY }),
        new Sequence({ value: [key.digestAlgorithm().toSchema(), digest] }),
        new Integer({ value: 1 }),
        new GeneralizedTime({ valueHex: new Uint8Array(Buffer.from(text, 'latin1')).buffer }),
        ...(wanted.further ?? []),
      ],
    });
    return writeContainer({
      contentType: TIME_STAMP_CONTENT,
      content: new Uint8Array(info.toBER()),
      signers: [this.certified],
      signedAt: undefined,
      isDetached: false,
      carriesCertificates: wanted.carriesCertificate ?? false,
      between: [],
      named: { edition: 2 },
      ...wanted.container,
    });
  }
}
