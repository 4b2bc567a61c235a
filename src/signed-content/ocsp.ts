import { createHash } from 'node:crypto';
import { BaseBlock, Enumerated, GeneralizedTime, Integer, Null, OctetString, Primitive } from 'asn1js';
import {
  AlgorithmIdentifier,
  BasicOCSPResponse,
  CertID,
  Extension,
  ExtKeyUsage,
  OCSPRequest,
  OCSPResponse,
  RelativeDistinguishedNames,
  Request,
  type ResponseData,
  type SingleResponse,
  TBSRequest,
} from 'pkijs';
import { BerReader, TAG } from './ber-reader';
import { Certificate } from './certificate';
import {
  faultOfPeriod,
  SKEW_MS,
  type StatusQuestion,
  UnusableAnswer,
  type Verdict,
  verdictOf,
} from './revocation-evidence';
import { DIGESTS, digestOf, signatureIsRight } from './signature-algorithm';

/** Object identifiers of RFC 6960. */
const BASIC_RESPONSE = '1.3.6.1.5.5.7.48.1.1';
const NONCE = '1.3.6.1.5.5.7.48.1.2';
const OCSP_SIGNING = '1.3.6.1.5.5.7.3.9';

const SHA1 = '1.3.14.3.2.26';
const SHA256 = '2.16.840.1.101.3.4.2.1';
const GOST34311 = '1.2.804.2.1.1.1.1.2.1';
const KUPYNA256 = '1.2.804.2.1.1.1.1.2.2.1';
/** The arc of national algorithms. */
const NATIONAL = '1.2.804.2.1.1.1.1.';

/** A responder sends its own certificate, perhaps with its issuer's. */
const MOST_CERTIFICATES = 8;
/** One certificate is named; two while it is being renewed. The signature on each costs up to a fifth of a second. */
const MOST_NAMED = 2;

/** Statuses of a response; others than these three are faults of the responder. */
const RESPONSE = { successful: 0, malformedRequest: 1, unauthorized: 6 } as const;
const STATUS = { good: 0, revoked: 1 } as const;
const CERTIFICATE_HOLD = 6;

const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const bytesOf = (value: OctetString): Buffer => Buffer.from(value.getValue());
const keyBitsOf = ({ parsed }: Certificate): Uint8Array =>
  new Uint8Array(parsed.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView);

/** A digest inside an identifier. SHA-1 is usual there: it only names something, and proves nothing. */
function digestBy(id: string, bytes: Uint8Array): Buffer | undefined {
  if (id === SHA1) return createHash('sha1').update(bytes).digest();
  const digest = Object.hasOwn(DIGESTS, id) ? DIGESTS[id] : undefined;
  return digest === undefined ? undefined : digestOf(bytes, digest);
}

/**
 * Digests for the identifier of a certificate, best first. National responders find an authority by its key identifier,
 * which is made with GOST 34.311 or, since 2026, Kupyna; some know only one of them, or only SHA-1.
 */
export function requestDigests(issuer: Certificate): readonly string[] {
  if (!issuer.parsed.subjectPublicKeyInfo.algorithm.algorithmId.startsWith(NATIONAL)) return [SHA1, SHA256];
  const isGost = digestBy(GOST34311, keyBitsOf(issuer))?.toString('hex') === issuer.keyIdentifier;
  return isGost ? [GOST34311, KUPYNA256, SHA1] : [KUPYNA256, GOST34311, SHA1];
}

/** A request for one certificate. The nonce makes sure that the answer is not an old one. */
export function writeOcspRequest(
  { certificate, issuer }: Pick<StatusQuestion, 'certificate' | 'issuer'>,
  { digest, nonce }: NonNullable<StatusQuestion['asked']>,
): Uint8Array {
  const name = digestBy(digest, Buffer.from(issuer.subject, 'hex'));
  const key = digestBy(digest, keyBitsOf(issuer));
  if (name === undefined || key === undefined) throw new Error('A request needs a known digest.');
  const isNational = digest.startsWith(NATIONAL);
  const reqCert = new CertID({
    hashAlgorithm: new AlgorithmIdentifier({
      algorithmId: digest,
      ...(isNational ? {} : { algorithmParams: new Null() }),
    }),
    issuerNameHash: new OctetString({ valueHex: bufferOf(name) }),
    issuerKeyHash: new OctetString({ valueHex: bufferOf(key) }),
    serialNumber: new Integer({ valueHex: bufferOf(Buffer.from(certificate.serial, 'hex')) }),
  });
  const extnValue = new OctetString({ valueHex: bufferOf(nonce) }).toBER();
  const tbsRequest = new TBSRequest({
    requestList: [new Request({ reqCert })],
    requestExtensions: [new Extension({ extnID: NONCE, critical: false, extnValue })],
  });
  return new Uint8Array(new OCSPRequest({ tbsRequest }).toSchema(true).toBER());
}

/** Within the bounds that containers have; throws when something follows. */
function parsedBlock(bytes: Uint8Array): BaseBlock {
  const reader = new BerReader();
  return reader.parse(reader.whole(bytes, TAG.sequence));
}

const partsOf = (value: unknown): readonly unknown[] => {
  const parts: unknown = value instanceof BaseBlock ? Reflect.get(value.valueBlock, 'value') : undefined;
  return Array.isArray(parts) ? parts : [];
};

/** Containers carry the inner response alone, responders wrap it into one with a status. */
function basicResponseIn(bytes: Uint8Array): BasicOCSPResponse {
  const block = parsedBlock(bytes);
  if (!(partsOf(block)[0] instanceof Enumerated)) return new BasicOCSPResponse({ schema: block });
  const { responseStatus, responseBytes } = new OCSPResponse({ schema: block });
  const status = responseStatus.valueBlock.valueDec;
  const isRefused = status === RESPONSE.malformedRequest || status === RESPONSE.unauthorized;
  if (status !== RESPONSE.successful) throw new UnusableAnswer(isRefused ? 'refused' : 'unavailable');
  if (responseBytes?.responseType !== BASIC_RESPONSE) throw new UnusableAnswer('malformed');
  return new BasicOCSPResponse({ schema: parsedBlock(bytesOf(responseBytes.response)) });
}

/** All four fields: the digest that was asked with, the issuer's name and key, and the serial number. */
function speaksOf({ certID }: SingleResponse, { certificate, issuer, asked }: StatusQuestion): boolean {
  const { algorithmId } = certID.hashAlgorithm;
  if (asked !== undefined && asked.digest !== algorithmId) return false;
  const name = digestBy(algorithmId, Buffer.from(issuer.subject, 'hex'));
  const key = digestBy(algorithmId, keyBitsOf(issuer));
  return (
    name?.equals(bytesOf(certID.issuerNameHash)) === true &&
    key?.equals(bytesOf(certID.issuerKeyHash)) === true &&
    Buffer.from(certID.serialNumber.valueBlock.valueHexView).toString('hex') === certificate.serial
  );
}

function refuseOtherNonce({ responseExtensions = [] }: ResponseData, { asked }: StatusQuestion): void {
  const returned = responseExtensions.find(({ extnID }) => extnID === NONCE);
  if (asked === undefined || returned === undefined) return;
  const value = Buffer.from(returned.extnValue.getValue());
  const wrapped = new OctetString({ valueHex: bufferOf(asked.nonce) });
  if (!value.equals(Buffer.from(wrapped.toBER()))) throw new UnusableAnswer('other_nonce');
}

/** By name, or by SHA-1 of the key; national responders use their key identifier. */
function isNamed(candidate: Certificate, responderId: unknown): boolean {
  if (responderId instanceof RelativeDistinguishedNames)
    return candidate.subject === Buffer.from(responderId.toSchema().toBER()).toString('hex');
  if (!(responderId instanceof OctetString)) return false;
  const named = bytesOf(responderId).toString('hex');
  const sha1 = createHash('sha1').update(keyBitsOf(candidate)).digest('hex');
  return named === sha1 || named === candidate.keyIdentifier;
}

/** The issuer itself, or a certificate that says the same issuer made it for this purpose, and that was valid then. */
function maySpeakFor(issuer: Certificate, candidate: Certificate, moments: readonly Date[]): boolean {
  if (candidate.der.equals(issuer.der)) return true;
  const purposes = candidate.extension('extendedKeyUsage');
  return (
    purposes instanceof ExtKeyUsage &&
    purposes.keyPurposes.includes(OCSP_SIGNING) &&
    moments.every((moment) => candidate.wasValidAt(moment)) &&
    candidate.maySign &&
    candidate.hasOnlyUnderstoodDemands &&
    candidate.namesAsIssuer(issuer)
  );
}

/**
 * The certificate that the response names as its signer's. The status of that certificate is not asked: the answer would
 * need a signer as well.
 */
function responderOf(
  { certs = [], tbsResponseData }: BasicOCSPResponse,
  { issuer, known }: StatusQuestion,
  moments: readonly Date[],
): Certificate {
  if (certs.length > MOST_CERTIFICATES) throw new UnusableAnswer('malformed');
  const sent = certs.map((each) => new Certificate(each));
  const named = [issuer, ...sent, ...known].filter(
    (each) => isNamed(each, tbsResponseData.responderID) && maySpeakFor(issuer, each, moments),
  );
  const responder = named
    .slice(0, MOST_NAMED)
    .find((each) => each.der.equals(issuer.der) || each.isSignedBy(issuer));
  if (responder === undefined) throw new UnusableAnswer('responder');
  return responder;
}

function refuseWrongSignature(response: BasicOCSPResponse, responder: Certificate): void {
  const isRight = signatureIsRight({
    algorithm: response.signatureAlgorithm,
    key: responder.parsed.subjectPublicKeyInfo,
    data: response.tbsResponseData.tbsView,
    signature: Buffer.from(response.signature.valueBlock.valueHexView),
  });
  if (!isRight) throw new UnusableAnswer('signature');
}

/** RFC 6960: 0 good, 1 revoked since a time, perhaps with a reason, 2 unknown. */
function verdictIn({ certStatus }: SingleResponse, untilMs: number): Verdict {
  const status: unknown = certStatus;
  const tag = status instanceof BaseBlock ? status.idBlock.tagNumber : undefined;
  if (tag === STATUS.good && status instanceof Primitive) return { status: 'good', untilMs };
  if (tag !== STATUS.revoked) return { status: 'unknown', why: 'unknown' };
  const [time, reason] = partsOf(status);
  const since = time instanceof GeneralizedTime ? time.toDate().getTime() : NaN;
  const [code] = partsOf(reason);
  const isOnHold = code instanceof Enumerated && code.valueBlock.valueDec === CERTIFICATE_HOLD;
  // Without a time that can be read, no time-stamp is old enough.
  return { status: 'revoked', sinceMs: Number.isFinite(since) ? since : 0, isOnHold, untilMs };
}

/** Cheap checks come first: keys are used only for an answer that would count. */
function read(bytes: Uint8Array, question: StatusQuestion): Verdict {
  const response = basicResponseIn(bytes);
  const { responses, producedAt } = response.tbsResponseData;
  const [single, ...further] = responses.filter((each) => speaksOf(each, question));
  if (single === undefined || further.length > 0) throw new UnusableAnswer('other_certificate');
  const { thisUpdate, nextUpdate } = single;
  const fault = faultOfPeriod({ thisUpdate, nextUpdate }, question);
  if (fault !== undefined) throw new UnusableAnswer(fault);
  if (producedAt.getTime() > question.nowMs + SKEW_MS) throw new UnusableAnswer('future');
  const oldestMs = thisUpdate.getTime() + question.maxAgeMs;
  if (oldestMs < question.atMs - SKEW_MS) throw new UnusableAnswer('stale');
  refuseOtherNonce(response.tbsResponseData, question);
  refuseWrongSignature(response, responderOf(response, question, [producedAt, thisUpdate]));
  return verdictIn(single, Math.min(nextUpdate?.getTime() ?? Infinity, oldestMs));
}

/**
 * What an OCSP response (RFC 6960) says about the certificate. An answer that does not count is `unknown`, with the
 * reason; nothing is thrown, whatever the bytes are.
 */
export function readOcspResponse(bytes: Uint8Array, question: StatusQuestion): Verdict {
  return verdictOf(() => read(bytes, question));
}
