import { fromBER } from 'asn1js';
import { Certificate as ParsedCertificate, ContentInfo, SignedData, type SignerInfo } from 'pkijs';
import { Refusal } from '../../domain/refusal';
import { Certificate } from '../certificate/certificate';
import { BOUNDS, refuseLooseEncoding } from './refuse-loose-encoding';

/** Object identifiers of RFC 5652. */
const SIGNED_DATA = '1.2.840.113549.1.7.2';
export const PLAIN_DATA = '1.2.840.113549.1.7.1';

/** A signer with his authorities is three certificates. */
const MOST_CERTIFICATES = 16;

/** A container taken apart; nothing in it is proved yet. */
export interface Container {
  readonly content: Buffer;
  readonly signature: SignerInfo;
  readonly certificates: readonly Certificate[];
}

function signedDataOf(bytes: Uint8Array): SignedData {
  refuseLooseEncoding(bytes);
  const { offset, result } = fromBER(bytes, { ...BOUNDS, parseEmbedded: false });
  if (offset !== bytes.length) throw new Refusal('signature_container_malformed');
  const outer = new ContentInfo({ schema: result });
  if (outer.contentType !== SIGNED_DATA) throw new Refusal('signature_container_malformed');
  return new SignedData({ schema: outer.content as object });
}

function certificatesOf({ certificates = [] }: SignedData): readonly Certificate[] {
  if (certificates.length > MOST_CERTIFICATES) throw new Refusal('signature_container_malformed');
  return certificates
    .filter((each) => each instanceof ParsedCertificate)
    .map((each) => new Certificate(each));
}

function takeApart(bytes: Uint8Array): Container {
  const data = signedDataOf(bytes);
  const { encapContentInfo, signerInfos } = data;
  const [signature, ...further] = signerInfos;
  if (signature === undefined) throw new Refusal('signature_missing');
  if (further.length > 0) throw new Refusal('signature_not_single');
  if (encapContentInfo.eContentType !== PLAIN_DATA) throw new Refusal('signature_container_malformed');
  if (encapContentInfo.eContent === undefined) throw new Refusal('signature_content_detached');
  const content = Buffer.from(encapContentInfo.eContent.getValue());
  return { content, signature, certificates: certificatesOf(data) };
}

/**
 * Takes a container apart, within bounded time and memory. What the packages say about bytes they cannot read may
 * quote them, so it is replaced by the refusal.
 */
export function parseContainer(bytes: Uint8Array): Container {
  try {
    return takeApart(bytes);
  } catch (error) {
    throw error instanceof Refusal ? error : new Refusal('signature_container_malformed');
  }
}
