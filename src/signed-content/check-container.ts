import { Primitive } from 'asn1js';
import { IssuerAndSerialNumber, type SignerInfo } from 'pkijs';
import { Refusal } from '../domain/refusal';
import { digestNamed, digestOf, signatureIsRight } from './algorithm/verify-signature';
import type { Certificate } from './certificate/certificate';
import { refuseUnlessTrusted } from './certificate/find-chain';
import { signerOfCertificate, type Signer } from './certificate/signer-of-certificate';
import { refuseOtherCertificate } from './container/named-certificate';
import { parseContainer, PLAIN_DATA, type Container } from './container/parse-container';
import { readSignedAttributes, type SignedAttributes } from './container/signed-attributes';

/** Content of which it is proved who signed it and when he says he did. */
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
    // The identifier stands under a tag of its own, so the package takes it for no octet string.
    return named instanceof Primitive && certificate.keyIdentifier === hexOf(named.valueBlock.valueHexView);
  });
  if (found === undefined) throw new Refusal('certificate_missing');
  return found;
}

/** The content is bound to the signature by its digest alone, so this comes before everything that costs more. */
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

/**
 * All that is asked about a container, each answer with its refusal. It computes and asks nobody: not the clock,
 * not the network, not the disk. Keys are used only after an authority has vouched for them.
 */
export function checkContainer(bytes: Uint8Array, authorities: readonly Certificate[]): SignedContent {
  const container = parseContainer(bytes);
  const { signature, content, certificates } = container;
  const attributes = readSignedAttributes(signature);
  refuseOtherContent(container, attributes);
  const certificate = certificateOf(container);
  refuseOtherCertificate(certificate, attributes);
  refuseUnlessTrusted(certificate, { sent: certificates, authorities, at: attributes.signedAt });
  if (!certificate.maySign) throw new Refusal('certificate_not_trusted');
  refuseWrongSignature(signature, { certificate, bytes: attributes.bytes });
  return { content, signedAt: attributes.signedAt, signer: signerOfCertificate(certificate) };
}
