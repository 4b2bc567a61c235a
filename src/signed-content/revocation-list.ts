import { fromBER } from 'asn1js';
import { AlgorithmIdentifier } from 'pkijs';
import { EncodedValue, TAG } from './ber-reader';
import type { Certificate } from './certificate';
import { readTime } from './container';
import {
  type AnswerFault,
  faultOfPeriod,
  SKEW_MS,
  statusAddresses,
  type StatusQuestion,
  UnusableAnswer,
  type Verdict,
  verdictOf,
} from './revocation-evidence';
import { signatureIsRight } from './signature-algorithm';

const BIT_STRING = 0x03;
const TIMES: readonly number[] = [0x17, TAG.generalizedTime];

/** DER of object identifiers, RFC 5280. */
const OID = { reasonCode: '551d15', issuingPoint: '551d1c', authorityKey: '551d23' } as const;

/** The number of the list, and where lists of changes are: they change nothing here. */
const HARMLESS: readonly string[] = ['551d14', '551d2e'];

const CERTIFICATE_HOLD = 6;

/** Parts of an issuing distribution point: its name, and flags that narrow what the list is about. */
const POINT = { name: 0xa0, onlyUserCertificates: 0x81, uri: 0x86, flags: [0x82, 0x84, 0x85] as number[] };

function required<Value>(value: Value | undefined): Value {
  if (value === undefined) throw new UnusableAnswer('malformed');
  return value;
}

const timeIn = (value: EncodedValue | undefined): Date | undefined =>
  value === undefined ? undefined : readTime(fromBER(value.whole).result);

/** The list with its parts, none of which is verified yet. */
interface RevocationList {
  readonly signed: Uint8Array;
  readonly algorithm: EncodedValue;
  readonly signature: Buffer;
  readonly innerAlgorithm: EncodedValue;
  readonly issuer: string;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
  readonly entries: EncodedValue | undefined;
  readonly extensions: EncodedValue | undefined;
}

/** RFC 5280, 5.1. */
function parse(bytes: Uint8Array): RevocationList {
  const [tbs, algorithm, bits] = [...EncodedValue.read(bytes).parts()];
  const parts = [...required(tbs).parts()];
  if (parts[0]?.tag === TAG.integer) parts.shift();
  const [innerAlgorithm, issuer, thisUpdate, ...rest] = parts;
  const nextUpdate = rest.find(({ tag }) => TIMES.includes(tag));
  if (bits?.tag !== BIT_STRING) throw new UnusableAnswer('malformed');
  return {
    signed: required(tbs).whole,
    algorithm: required(algorithm),
    // The first byte counts the unused bits of the last one.
    signature: Buffer.from(bits.content.subarray(1)),
    innerAlgorithm: required(innerAlgorithm),
    issuer: Buffer.from(required(issuer).whole).toString('hex'),
    thisUpdate: required(timeIn(thisUpdate)),
    nextUpdate: nextUpdate === undefined ? undefined : required(timeIn(nextUpdate)),
    entries: rest.find(({ tag }) => tag === TAG.sequence),
    extensions: rest.find(({ tag }) => tag === TAG.around0),
  };
}

interface ReadExtension {
  readonly type: string;
  readonly isCritical: boolean;
  readonly value: EncodedValue;
}

function* extensionsIn(sequence: EncodedValue | undefined): Generator<ReadExtension> {
  for (const extension of sequence?.parts() ?? []) {
    const [type, second, third] = [...extension.parts()];
    const isCritical = third !== undefined && second?.content[0] !== 0;
    const value = EncodedValue.read(required(third ?? second).content);
    yield { type: required(type).hex, isCritical, value };
  }
}

/** `DistributionPointName` with its full name, in URIs. */
function* urisIn(name: EncodedValue): Generator<string> {
  for (const full of name.parts()) {
    if (full.tag !== POINT.name) continue;
    for (const uri of full.parts())
      if (uri.tag === POINT.uri) yield Buffer.from(uri.content).toString('latin1');
  }
}

/** Lists may be split: this one must be the part to which the certificate refers. */
function coversOnly(point: EncodedValue, addresses: readonly string[]): boolean {
  return [...point.parts()].every((part) => {
    if (part.tag === POINT.onlyUserCertificates) return true;
    if (POINT.flags.includes(part.tag)) return part.content[0] === 0;
    return part.tag === POINT.name && [...urisIn(part)].some((uri) => addresses.includes(uri));
  });
}

/** The list may name its issuer's key; an issuer without an identifier cannot be compared. */
function isOfOtherKey(authorityKey: EncodedValue, { keyIdentifier }: Certificate): boolean {
  const [key] = [...authorityKey.parts()];
  return key?.tag === TAG.primitive0 && keyIdentifier !== undefined && key.hex !== keyIdentifier;
}

/** Why an extension makes the list one that says nothing about the certificate, if it does. */
function faultOfExtension(
  { type, isCritical, value }: ReadExtension,
  { certificate, issuer }: StatusQuestion,
): AnswerFault | undefined {
  if (type === OID.issuingPoint)
    return coversOnly(value, statusAddresses(certificate).lists) ? undefined : 'other_certificate';
  if (type === OID.authorityKey) return isOfOtherKey(value, issuer) ? 'other_certificate' : undefined;
  // A list of changes only, or something that is not known here.
  return isCritical && !HARMLESS.includes(type) ? 'malformed' : undefined;
}

function refuseOtherScope({ extensions }: RevocationList, question: StatusQuestion): void {
  const [sequence] = [...(extensions?.parts() ?? [])];
  for (const extension of extensionsIn(sequence)) {
    const fault = faultOfExtension(extension, question);
    if (fault !== undefined) throw new UnusableAnswer(fault);
  }
}

function refuseWrongSignature(list: RevocationList, { issuer }: StatusQuestion): void {
  if (!issuer.mayIssueLists) throw new UnusableAnswer('responder');
  if (!Buffer.from(list.algorithm.whole).equals(list.innerAlgorithm.whole))
    throw new UnusableAnswer('malformed');
  const isRight = signatureIsRight({
    algorithm: new AlgorithmIdentifier({ schema: fromBER(list.algorithm.whole).result }),
    key: issuer.parsed.subjectPublicKeyInfo,
    data: list.signed,
    signature: list.signature,
  });
  if (!isRight) throw new UnusableAnswer('signature');
}

/** Walks through the entries; a serial number is compared as it is encoded. */
function entryOf(entries: EncodedValue | undefined, serial: string): EncodedValue | undefined {
  const wanted = Buffer.from(serial, 'hex');
  for (const entry of entries?.parts() ?? []) {
    const { value } = entry.parts().next();
    if (value !== undefined && wanted.equals(value.content)) return entry;
  }
  return undefined;
}

function verdictIn(list: RevocationList, { certificate, maxAgeMs }: StatusQuestion): Verdict {
  const untilMs = list.nextUpdate?.getTime() ?? list.thisUpdate.getTime() + maxAgeMs;
  const entry = entryOf(list.entries, certificate.serial);
  if (entry === undefined) return { status: 'good', untilMs };
  const [, since, extensions] = [...entry.parts()];
  const reason = [...extensionsIn(extensions)].find(({ type }) => type === OID.reasonCode);
  const isOnHold = reason?.value.content[0] === CERTIFICATE_HOLD;
  // Without a time that can be read, no time-stamp is old enough.
  return { status: 'revoked', sinceMs: timeIn(since)?.getTime() ?? 0, isOnHold, untilMs };
}

/** Lists stay current for days, and a newer one may exist. What an old one calls revoked remains so. */
function isChosenTooOld(
  { thisUpdate }: RevocationList,
  { isCarried, atMs, maxAgeMs }: StatusQuestion,
): boolean {
  return isCarried === true && thisUpdate.getTime() + maxAgeMs < atMs - SKEW_MS;
}

/** The signature comes last: it costs the digest of the whole list. */
function read(bytes: Uint8Array, question: StatusQuestion): Verdict {
  const list = parse(bytes);
  if (list.issuer !== question.issuer.subject) throw new UnusableAnswer('other_certificate');
  const { thisUpdate } = list;
  const nextUpdate = list.nextUpdate ?? new Date(thisUpdate.getTime() + question.maxAgeMs);
  const fault = faultOfPeriod({ thisUpdate, nextUpdate }, question);
  if (fault !== undefined) throw new UnusableAnswer(fault);
  refuseOtherScope(list, question);
  const verdict = verdictIn(list, question);
  if (verdict.status === 'good' && isChosenTooOld(list, question)) throw new UnusableAnswer('stale');
  refuseWrongSignature(list, question);
  return verdict;
}

/**
 * What a complete revocation list (RFC 5280), signed by the issuer itself, says about the certificate. A list that does
 * not count is `unknown`, with the reason; nothing is thrown, whatever the bytes are. Lists of changes and indirect lists
 * are not read.
 */
export function readRevocationList(bytes: Uint8Array, question: StatusQuestion): Verdict {
  return verdictOf(() => read(bytes, question));
}
