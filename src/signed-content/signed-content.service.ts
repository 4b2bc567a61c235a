import { createHash, randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Clock, CLOCK, SETTINGS } from '../config/settings.module';
import type { Settings } from '../config/settings.schema';
import { Refusal, type RefusalCode } from '../domain/refusal';
import { Log, Metrics, startAtZero } from '../observability';
import { type Certificate, readCertificate } from './certificate';
import { type CheckedContent, type CheckResult, contentOf, type SignedContent } from './container-check';
import { EncodedValue } from './ber-reader';
import { requestDigests, writeOcspRequest } from './ocsp';
import { CALL_FAULTS, CallFailure, type CallFault, RevocationClient, untilLate } from './revocation.client';
import {
  ANSWER_FAULTS,
  type AnswerFault,
  type Evidence,
  type Revocable,
  statusAddresses,
  type StatusTask,
  type Verdict,
} from './revocation-evidence';
import { SignatureCheckPool } from './signature-check-pool.service';

const SOURCES = ['cache', 'embedded', 'ocsp', 'crl', 'none'] as const;
const RESULTS = ['good', 'revoked', 'unknown'] as const;
/** Besides faults of calls and answers: the certificate names nobody to ask; an answer took too long to verify. */
const OWN_FAULTS = ['no_address', 'not_verified'] as const;

const BUSY: readonly RefusalCode[] = ['signature_checks_busy', 'signature_budget_spent'];

interface UnknownVerdict {
  readonly status: 'unknown';
  readonly why: AnswerFault | CallFault | (typeof OWN_FAULTS)[number];
  readonly host?: string;
}

/** What is known of a certificate, and from where. */
interface Found {
  readonly source: (typeof SOURCES)[number];
  readonly verdict: Exclude<Verdict, { status: 'unknown' }> | UnknownVerdict;
}

/** The parts of a call that stay the same for all addresses. */
interface Search {
  readonly revocable: Revocable;
  readonly certificate: Certificate;
  readonly issuer: Certificate;
  readonly signal: AbortSignal;
}

/** The parts of checked content that are needed here. */
type RevocableContent = Pick<CheckedContent, 'revocable' | 'signedAt' | 'provenAt'>;

/** A response has 2 KiB with one certificate. Complete lists of large authorities have some MiB. */
const MAX_BYTES = { ocsp: 64 * 1024, crl: 32 * 1024 * 1024 };
/** Certificates that are remembered, some hundred bytes each; and bytes of lists. */
const REMEMBERED = { verdicts: 10_000, listBytes: 64 * 1024 * 1024 };
/** Authorities name one or two addresses of each kind. */
const MOST_ADDRESSES = 2;
/** Of the deadline, where a list could still be fetched. */
const SHARE_OF_OCSP = 0.6;
/** RFC 8954 allows 1 to 32 bytes. */
const NONCE_BYTES = 20;
const MINUTE_MS = 60_000;
/** As long as the circuit breaker of a host stays open. */
const RETRY_AFTER_SECONDS = 60;

type RevocationSettings = Pick<
  Settings,
  | 'NODE_ENV'
  | 'SIGNATURE_REVOCATION'
  | 'SIGNATURE_OCSP_URL'
  | 'SIGNATURE_REVOCATION_TIMEOUT_MS'
  | 'SIGNATURE_REVOCATION_MAX_AGE_MINUTES'
>;

/**
 * Whether the certificate of a signer is revoked: asked of the cache, of what the container carries, of the OCSP
 * responder, and of the revocation list, in this order. Calls are made here, answers are verified in the threads. Only the
 * signer's certificate is asked about, not those of the authorities above it.
 */
@Injectable()
export class RevocationService {
  private readonly verdicts: LRUCache<string, Verdict>;
  private readonly lists: LRUCache<string, Uint8Array>;
  private readonly searches = new Map<string, Promise<Found>>();
  private readonly fetches = new Map<string, Promise<Uint8Array>>();
  private readonly maxAgeMs: number;

  constructor(
    @Inject(SETTINGS) private readonly settings: RevocationSettings,
    @Inject(CLOCK) private readonly clock: Clock,
    private readonly client: RevocationClient,
    private readonly pool: SignatureCheckPool,
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {
    const perf = { now: (): number => clock().getTime() };
    this.verdicts = new LRUCache({ max: REMEMBERED.verdicts, perf, ttlResolution: 0 });
    this.lists = new LRUCache({
      maxSize: REMEMBERED.listBytes,
      sizeCalculation: ({ length }) => Math.max(1, length),
      perf,
      ttlResolution: 0,
    });
    this.maxAgeMs = settings.SIGNATURE_REVOCATION_MAX_AGE_MINUTES * MINUTE_MS;
    startAtZero(metrics.revocationChecks, { source: SOURCES, result: RESULTS });
    const why = [...CALL_FAULTS, ...ANSWER_FAULTS, ...OWN_FAULTS];
    startAtZero(metrics.revocationFailures, { source: ['embedded', 'ocsp', 'crl', 'none'], why });
    if (settings.SIGNATURE_REVOCATION === 'off' && settings.NODE_ENV === 'production')
      log.warn('revoked certificates of signers are accepted: set SIGNATURE_REVOCATION to soft or hard');
  }

  /**
   * Throws `certificate_revoked` unless a time-stamp proves that the signature is older than the revocation, and with
   * SIGNATURE_REVOCATION=hard `certificate_status_unknown` when nobody says whether the certificate is revoked. What the
   * container carries is verified at the cost of the address `from`.
   */
  async refuseRevoked({ revocable, signedAt, provenAt }: RevocableContent, from?: string): Promise<void> {
    const { SIGNATURE_REVOCATION: policy } = this.settings;
    if (policy === 'off') return;
    const { source, verdict } = await this.find(revocable, signedAt, from);
    this.metrics.revocationChecks.inc({ source, result: verdict.status });
    if (verdict.status === 'revoked') {
      if (provenAt !== undefined && provenAt.getTime() < verdict.sinceMs) return;
      throw new Refusal('certificate_revoked');
    }
    if (verdict.status === 'good') return;
    const fields = { kind: source, why: verdict.why, host: verdict.host };
    if (policy === 'hard') {
      this.log.warn('signature refused: nobody says whether the certificate is revoked', fields);
      throw new Refusal('certificate_status_unknown', { retryAfterSeconds: RETRY_AFTER_SECONDS });
    }
    this.log.warn('signature accepted: nobody says whether the certificate is revoked', fields);
  }

  private async find(revocable: Revocable, signedAt: Date, from: string | undefined): Promise<Found> {
    const key = keyOf(revocable);
    const known = this.verdicts.get(key);
    if (known !== undefined) return { source: 'cache', verdict: known };
    if (revocable.evidence.length > 0) {
      const carried = { ...revocable, isCarried: true, ...this.times(signedAt) };
      const embedded = await this.verdictIn('embedded', carried, from);
      if (embedded.verdict.status === 'revoked') this.remember(key, embedded, revocable);
      if (embedded.verdict.status !== 'unknown') return embedded;
    }
    return this.searches.get(key) ?? this.search(key, revocable);
  }

  /** Two containers of one signer at the same moment make one call. */
  private search(key: string, revocable: Revocable): Promise<Found> {
    const search = this.ask(revocable)
      .then((found) => {
        this.remember(key, found, revocable);
        return found;
      })
      .finally(() => this.searches.delete(key));
    this.searches.set(key, search);
    return search;
  }

  private async ask(revocable: Revocable): Promise<Found> {
    const [certificate, issuer] = [readCertificate(revocable.certificate), readCertificate(revocable.issuer)];
    const addresses = statusAddresses(certificate);
    const { SIGNATURE_OCSP_URL: ownUrl, SIGNATURE_REVOCATION_TIMEOUT_MS: limitMs } = this.settings;
    const responders = ownUrl === undefined ? addresses.ocsp : [ownUrl];
    const shareMs = addresses.lists.length === 0 ? limitMs : Math.ceil(limitMs * SHARE_OF_OCSP);
    const [whole, ofOcsp] = [AbortSignal.timeout(limitMs), AbortSignal.timeout(shareMs)];
    let found: Found | undefined;
    for (const url of responders.slice(0, MOST_ADDRESSES)) {
      found = await this.askResponder(url, { revocable, certificate, issuer, signal: ofOcsp });
      if (isDecided(found)) return found;
    }
    for (const url of addresses.lists.slice(0, MOST_ADDRESSES)) {
      found = await this.askList(url, { revocable, certificate, issuer, signal: whole });
      if (isDecided(found)) return found;
    }
    return found ?? this.failed('none', { status: 'unknown', why: 'no_address' });
  }

  /** A responder that refuses the request may know the issuer by another digest. */
  private async askResponder(url: string, { signal, ...search }: Search): Promise<Found> {
    let found: Found | undefined;
    for (const digest of requestDigests(search.issuer)) {
      const asked = { digest, nonce: new Uint8Array(randomBytes(NONCE_BYTES)) };
      const body = writeOcspRequest(search, asked);
      found = await this.answered('ocsp', async () => {
        const bytes = await this.client.call({ url, body, maxBytes: MAX_BYTES.ocsp, signal });
        return this.verdictIn('ocsp', this.task(search.revocable, { kind: 'ocsp', bytes }, asked));
      });
      if (found.verdict.status !== 'unknown' || found.verdict.why !== 'refused') break;
    }
    return found as Found;
  }

  private askList(url: string, { revocable, signal }: Search): Promise<Found> {
    return this.answered('crl', async () => {
      const kept = this.lists.get(url);
      const bytes = kept ?? (await this.fetchList(url, signal));
      const found = await this.verdictIn('crl', this.task(revocable, { kind: 'crl', bytes }));
      if (kept === undefined && found.verdict.status !== 'unknown') {
        const currentMs = found.verdict.untilMs - this.clock().getTime();
        // Authorities publish lists more often than they must, whenever somebody is revoked.
        this.lists.set(url, bytes, { ttl: Math.max(1, Math.min(currentMs, this.maxAgeMs)) });
      }
      return found;
    });
  }

  /**
   * Signers at the same moment share one copy: each may have some MiB. It has a time limit of its own, or those who asked
   * later would fail with whoever asked first.
   */
  private fetchList(url: string, signal: AbortSignal): Promise<Uint8Array> {
    let fetching = this.fetches.get(url);
    if (fetching === undefined) {
      const own = AbortSignal.timeout(this.settings.SIGNATURE_REVOCATION_TIMEOUT_MS);
      const call = this.client.call({ url, maxBytes: MAX_BYTES.crl, signal: own });
      fetching = call.finally(() => this.fetches.delete(url));
      this.fetches.set(url, fetching);
    }
    return untilLate(fetching, { url, signal });
  }

  private async answered(source: 'ocsp' | 'crl', call: () => Promise<Found>): Promise<Found> {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof CallFailure)) throw error;
      return this.failed(source, { status: 'unknown', why: error.why, host: error.host });
    }
  }

  private task(revocable: Revocable, evidence: Evidence, asked?: StatusTask['asked']): StatusTask {
    const task = { ...revocable, evidence: [evidence], ...this.times(this.clock()) };
    return asked === undefined ? task : { ...task, asked };
  }

  private times(at: Date): Pick<StatusTask, 'atMs' | 'nowMs' | 'maxAgeMs'> {
    return { atMs: at.getTime(), nowMs: this.clock().getTime(), maxAgeMs: this.maxAgeMs };
  }

  private async verdictIn(
    source: 'embedded' | 'ocsp' | 'crl',
    task: StatusTask,
    from?: string,
  ): Promise<Found> {
    try {
      const verdict = (await this.pool.submit(task, from)) as Verdict;
      return verdict.status === 'unknown' ? this.failed(source, verdict) : { source, verdict };
    } catch (error) {
      // Too many signatures at once must not open the way for a revoked one. A list may be too long to be verified.
      const isBusy = error instanceof Refusal && BUSY.includes(error.code) && source !== 'crl';
      if (!(error instanceof Refusal) || isBusy) throw error;
      return this.failed(source, { status: 'unknown', why: 'not_verified' });
    }
  }

  private failed(source: Found['source'], verdict: UnknownVerdict): Found {
    this.metrics.revocationFailures.inc({ source, why: verdict.why });
    return { source, verdict };
  }

  /** What may change is forgotten when a newer answer may exist; a revocation stays. */
  private remember(key: string, { verdict }: Found, { certificate }: Revocable): void {
    if (verdict.status === 'unknown') return;
    const nowMs = this.clock().getTime();
    const isFinal = verdict.status === 'revoked' && !verdict.isOnHold;
    const endMs = readCertificate(certificate).parsed.notAfter.value.getTime();
    const ttl = (isFinal ? endMs : Math.min(verdict.untilMs, nowMs + this.maxAgeMs)) - nowMs;
    if (ttl > 0) this.verdicts.set(key, verdict, { ttl });
  }
}

/**
 * By the part that the issuer signed. Around it, anyone can encode the same certificate in many ways, and each would be asked
 * about anew, also one that is known to be revoked.
 */
function keyOf({ certificate }: Revocable): string {
  const [signed] = [...EncodedValue.read(certificate).parts()];
  return createHash('sha256')
    .update(signed?.whole ?? certificate)
    .digest('base64');
}

/** A responder that does not know the certificate has answered; its list would call the certificate good. */
function isDecided({ verdict }: Found): boolean {
  return verdict.status !== 'unknown' || verdict.why === 'unknown';
}

/** Reads signed documents. */
@Injectable()
export class SignedContentService {
  constructor(
    private readonly pool: SignatureCheckPool,
    private readonly revocation: RevocationService,
  ) {}

  /**
   * Returns the content and its signer when the signature is right and trusted and the signer's certificate is not revoked;
   * otherwise throws a `Refusal`. The checks are made at the cost of the address that sent the container.
   */
  async read(container: Uint8Array, from: string): Promise<SignedContent> {
    const checked = contentOf((await this.pool.submit(container, from)) as CheckResult);
    await this.revocation.refuseRevoked(checked, from);
    const { revocable: _, ...content } = checked;
    return content;
  }
}
