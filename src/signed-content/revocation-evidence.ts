import { type AccessDescription, CRLDistributionPoints, type GeneralName, InfoAccess } from 'pkijs';
import { Refusal } from '../domain/refusal';
import { EncodedValue, TAG } from './ber-reader';
import type { Certificate } from './certificate';
import type { Container } from './container';

/** Why an answer says nothing about a certificate. */
export const ANSWER_FAULTS = [
  /** It is no such answer, or one in a form that is not read. */
  'malformed',
  /** The responder does not answer such a request: malformed or unauthorized in RFC 6960. */
  'refused',
  /** The responder has a fault, or no time. */
  'unavailable',
  /** It speaks of other certificates, or with another nonce. */
  'other_certificate',
  'other_nonce',
  /** Nobody who may speak for the issuer has signed it, or the signature is wrong. */
  'responder',
  'signature',
  'algorithm',
  'stale',
  'future',
  /** The responder does not know the certificate. */
  'unknown',
] as const;

export type AnswerFault = (typeof ANSWER_FAULTS)[number];

/** What is known of a certificate. `untilMs`: after it, newer answers may exist. */
export type Verdict =
  | { readonly status: 'good'; readonly untilMs: number }
  | {
      readonly status: 'revoked';
      readonly untilMs: number;
      readonly sinceMs: number;
      /** Suspended: it may become good again. */
      readonly isOnHold: boolean;
    }
  | { readonly status: 'unknown'; readonly why: AnswerFault };

/** An OCSP response or a revocation list, as it was encoded. */
export interface Evidence {
  readonly kind: 'ocsp' | 'crl';
  readonly bytes: Uint8Array;
}

/** A certificate whose status is asked, and what its container says about it. */
export interface Revocable {
  /** DER of the signer's certificate, and of its issuer's as the chain was verified. */
  readonly certificate: Uint8Array;
  readonly issuer: Uint8Array;
  readonly evidence: readonly Evidence[];
}

/** A question to the threads. All times are milliseconds since 1970. */
export interface StatusTask extends Revocable {
  /** The moment for which the certificate must be good. */
  readonly atMs: number;
  readonly nowMs: number;
  readonly maxAgeMs: number;
  /** The sender chose the evidence: of all lists that are current, the oldest one suits a thief best. */
  readonly isCarried?: boolean;
  /** What a request named; an answer must name the same. Embedded answers were asked by somebody else. */
  readonly asked?: { readonly digest: string; readonly nonce: Uint8Array };
}

/** The same with certificates that can be computed with. */
export interface StatusQuestion extends Omit<StatusTask, 'certificate' | 'issuer' | 'evidence'> {
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  /** The certificates of the trust file: responders may be among them. */
  readonly known: readonly Certificate[];
}

/** Clocks of authorities and ours may differ by this much. */
export const SKEW_MS = 5 * 60_000;

/** When an answer was made, and when there will be a newer one. */
interface Period {
  readonly thisUpdate: Date;
  readonly nextUpdate: Date | undefined;
}

/** Why the answer of this period says nothing about the moment that is asked for, if so. */
export function faultOfPeriod(
  { thisUpdate, nextUpdate }: Period,
  { atMs, nowMs }: Pick<StatusTask, 'atMs' | 'nowMs'>,
): AnswerFault | undefined {
  const made = thisUpdate.getTime();
  const next = nextUpdate?.getTime() ?? Infinity;
  if (!Number.isFinite(made) || Number.isNaN(next)) return 'malformed';
  if (made > nowMs + SKEW_MS) return 'future';
  return next < atMs - SKEW_MS ? 'stale' : undefined;
}

/** Ends the reading of an answer that does not count. */
export class UnusableAnswer extends Error {
  constructor(readonly why: AnswerFault) {
    super(why);
  }
}

/** What the reader returns; whatever it throws, the bytes said nothing about the certificate. */
export function verdictOf(read: () => Verdict): Verdict {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnusableAnswer) return { status: 'unknown', why: error.why };
    const isAlgorithm = error instanceof Refusal && error.code === 'signature_algorithm_unknown';
    return { status: 'unknown', why: isAlgorithm ? 'algorithm' : 'malformed' };
  }
}

/** A container has one or two answers for each of its certificates. */
const MOST_EVIDENCE = 16;

/** Object identifiers: revocation values of CAdES, and, as DER, an OCSP response among the lists (RFC 5940). */
const REVOCATION_VALUES = '1.2.840.113549.1.9.16.2.24';
const OCSP_RESPONSE = '2b06010505071002';

// A copy: a part would take the whole container along to the other thread.
const evidenceOf = (kind: Evidence['kind'], value: EncodedValue | undefined): Evidence[] =>
  value === undefined ? [] : [{ kind, bytes: Uint8Array.from(value.whole) }];

/** A member of `crls`: a list, or an OCSP response in a form of its own. */
function evidenceAmongLists(choice: EncodedValue): Evidence[] {
  if (choice.tag === TAG.sequence) return evidenceOf('crl', choice);
  const [format, value] = choice.tag === TAG.around1 ? [...choice.parts()] : [];
  return format?.hex === OCSP_RESPONSE ? evidenceOf('ocsp', value) : [];
}

/** RFC 5126, 6.3.4: lists under [0], OCSP responses under [1]. */
function* evidenceInValues(values: EncodedValue): Generator<Evidence> {
  for (const choice of values.parts()) {
    const kind = choice.tag === TAG.around0 ? 'crl' : 'ocsp';
    const [list] = choice.tag === TAG.around0 || choice.tag === TAG.around1 ? [...choice.parts()] : [];
    for (const value of list?.parts() ?? []) yield* evidenceOf(kind, value);
  }
}

function* evidenceIn({ crls, signature }: Container): Generator<Evidence> {
  for (const values of signature.unsigned.get(REVOCATION_VALUES) ?? [])
    yield* evidenceInValues(EncodedValue.read(values));
  for (const choice of crls) yield* evidenceAmongLists(EncodedValue.read(choice));
}

/**
 * What a container carries to show that its certificates were not revoked, OCSP responses first. Nobody has signed that
 * these belong to the container, so what cannot be read counts as absent.
 */
export function embeddedEvidence(container: Container): readonly Evidence[] {
  const found: Evidence[] = [];
  try {
    for (const evidence of evidenceIn(container)) {
      if (found.length >= MOST_EVIDENCE) break;
      found.push(evidence);
    }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
  }
  return found.sort((one, other) => other.kind.localeCompare(one.kind));
}

const OCSP_ACCESS = '1.3.6.1.5.5.7.48.1';
const URI = 6;

function urisOf(names: unknown): string[] {
  if (!Array.isArray(names)) return [];
  return (names as GeneralName[])
    .filter(({ type, value }) => type === URI && typeof value === 'string')
    .map(({ value }) => value as string)
    .filter((uri) => URL.canParse(uri) && /^https?:$/.test(new URL(uri).protocol));
}

/** Where the status of a certificate can be asked. */
export interface StatusAddresses {
  readonly ocsp: readonly string[];
  readonly lists: readonly string[];
  /** Other services of the same provider, such as time-stamps. */
  readonly other: readonly string[];
}

const accessIn = (extension: unknown): readonly AccessDescription[] =>
  extension instanceof InfoAccess ? extension.accessDescriptions : [];

/** Addresses in a certificate: of OCSP by authority information access, of complete lists by distribution point. */
export function statusAddresses(certificate: Certificate): StatusAddresses {
  const described = accessIn(certificate.extension('authorityInfoAccess'));
  const isOcsp = ({ accessMethod }: AccessDescription): boolean => accessMethod === OCSP_ACCESS;
  const uris = (access: readonly AccessDescription[]): string[] =>
    urisOf(access.map(({ accessLocation }) => accessLocation));
  const points = certificate.extension('distributionPoints');
  const distributed = points instanceof CRLDistributionPoints ? points.distributionPoints : [];
  return {
    ocsp: uris(described.filter(isOcsp)),
    // A point with reasons or an issuer of its own leads to lists that are not read here.
    lists: distributed
      .filter(({ reasons, cRLIssuer }) => reasons === undefined && cRLIssuer === undefined)
      .flatMap(({ distributionPoint }) => urisOf(distributionPoint)),
    other: uris([
      ...described.filter((each) => !isOcsp(each)),
      ...accessIn(certificate.extension('subjectInfoAccess')),
    ]),
  };
}
