import { Process, Processor } from '@nestjs/bull';
import { Inject, type OnModuleInit } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { NOT_PROCESSED, type RetryKind } from '../domain/verification/technical-error';
import { BackgroundTaskLoops, type BackgroundTasks, type ClaimedTask, type WakeUpJob } from '../jobs';
import {
  type CallOutcome,
  MvsTrembitaClient,
  RegisterLimiter,
  type UnzrAnswer,
  type UnzrDocument,
} from '../mvs-trembita';
import { Log } from '../observability';
import {
  type ClaimedUnzr,
  type DocumentInfo,
  type PersonInfo,
  type SentMessage,
  UnzrInfoRepository,
} from './unzr-info.repository';
import { UNZR_INFO_QUEUE } from './unzr-info.service';

/** How one call ended. */
type CallEnd =
  | { readonly kind: 'answered'; readonly answer: UnzrAnswer | null; readonly sent: SentMessage }
  | { readonly kind: 'failed'; readonly error: RetryKind; readonly sent: SentMessage }
  | { readonly kind: 'stopped' };

const NOTHING_SENT: SentMessage = { messageId: null, durationMs: null };

/** The wait after the first failed call and after the second. The third call is the last. */
const WAITS_SECONDS = [1, 4] as const;

/** The most calls for one request. */
export const MAX_TRIES = WAITS_SECONDS.length + 1;

/** A second call cannot help: the fault is in our question or our settings, or the register is known to be down. */
const FAIL_AT_ONCE: ReadonlySet<RetryKind> = new Set(['fault_client', 'fault_configuration', 'circuit_open']);

/** The lease is renewed three times in its span, so two renewals may fail before another worker takes over. */
const RENEWALS_PER_LEASE = 3;

/** Asks the register about requested UNZRs. Holds no database connection during a call. */
@Processor(UNZR_INFO_QUEUE)
export class UnzrInfoProcessor implements BackgroundTasks, OnModuleInit {
  private readonly leaseSeconds: number;

  constructor(
    private readonly infos: UnzrInfoRepository,
    private readonly register: MvsTrembitaClient,
    private readonly limiter: RegisterLimiter,
    private readonly loops: BackgroundTaskLoops,
    private readonly log: Log,
    @Inject(SETTINGS) settings: Settings,
  ) {
    this.leaseSeconds = settings.VERIFICATION_LEASE_SECONDS;
  }

  onModuleInit(): void {
    this.loops.add(UNZR_INFO_QUEUE, this);
  }

  @Process({ concurrency: 1 })
  wake(job: WakeUpJob): Promise<void> {
    return this.loops.onWakeUp(UNZR_INFO_QUEUE, job);
  }

  async claimNext(): Promise<ClaimedTask | undefined> {
    const claimed = await this.infos.claim(this.leaseSeconds);
    if (claimed === undefined) return undefined;
    return { run: ({ stop, abort }) => this.fetch(claimed, abort, stop) };
  }

  /** Returns after how many milliseconds to ask again, or null when the request has ended. */
  private async fetch(claimed: ClaimedUnzr, abort: AbortSignal, stop: AbortSignal): Promise<number | null> {
    const renewal = setInterval(
      () => void this.renewLease(claimed),
      (this.leaseSeconds * 1000) / RENEWALS_PER_LEASE,
    );
    try {
      return await this.save(claimed, await this.call(claimed, abort, stop));
    } finally {
      clearInterval(renewal);
    }
  }

  private async call({ unzr, tries }: ClaimedUnzr, abort: AbortSignal, stop: AbortSignal): Promise<CallEnd> {
    // The worker that made the last call died.
    if (tries > MAX_TRIES) return { kind: 'failed', error: NOT_PROCESSED, sent: NOTHING_SENT };
    try {
      // A worker takes its permits when it has something to ask, not while it is idle.
      await this.limiter.join();
      return endOf(await this.register.unzr(unzr, abort, { stop }));
    } catch (error) {
      this.log.error('unzr info interrupted', error);
      return { kind: 'failed', error: NOT_PROCESSED, sent: NOTHING_SENT };
    }
  }

  private async save(claimed: ClaimedUnzr, end: CallEnd): Promise<number | null> {
    const { tries } = claimed;
    if (end.kind === 'stopped') {
      await this.infos.putBack(claimed, { tries: tries - 1, inSeconds: 0 });
      return null;
    }
    if (end.kind === 'answered') {
      await this.infos.answered(claimed, end.answer === null ? null : infoOfAnswer(end.answer), end.sent);
      return null;
    }
    const inSeconds = nextTryInSeconds(tries, end.error);
    if (inSeconds !== undefined) {
      await this.infos.putBack(claimed, { tries, inSeconds });
      return inSeconds * 1000;
    }
    this.log.warn('unzr info failed', { kind: end.error, attempt: tries });
    await this.infos.failed(claimed, end.sent);
    return null;
  }

  private async renewLease(claimed: ClaimedUnzr): Promise<void> {
    try {
      await this.infos.renew(claimed, this.leaseSeconds);
    } catch (error) {
      this.log.error('unzr info interrupted', error);
    }
  }
}

/** After how many seconds to call again when this was the n-th failed call; undefined when it was the last one. */
export function nextTryInSeconds(tries: number, error: RetryKind): number | undefined {
  return FAIL_AT_ONCE.has(error) ? undefined : WAITS_SECONDS[tries - 1];
}

function endOf(outcome: CallOutcome<UnzrAnswer | null>): CallEnd {
  if (outcome.kind === 'not_asked') {
    if (outcome.why === 'stopped') return { kind: 'stopped' };
    return { kind: 'failed', error: 'circuit_open', sent: NOTHING_SENT };
  }
  const sent = { messageId: outcome.messageId, durationMs: Math.round(outcome.durationMs) };
  if (outcome.kind === 'answer') return { kind: 'answered', answer: outcome.answer, sent };
  return { kind: 'failed', error: outcome.error, sent };
}

/**
 * The answer as it is stored: published fields under their published names, and everything else that the register sent
 * under its own names. The ministry may extend its answer at any time, and an official must see all of it; an unknown
 * field never replaces a published one.
 */
export function infoOfAnswer(answer: UnzrAnswer): PersonInfo {
  return {
    ...answer.unknownFields,
    first_name: answer.firstName,
    last_name: answer.lastName,
    middle_name: answer.middleName,
    rnokpp: answer.rnokpp,
    gender: answer.gender,
    date_birth: answer.dateBirth,
    documents: answer.documents.map(documentInfo),
  };
}

function documentInfo(document: UnzrDocument): DocumentInfo {
  return {
    ...document.unknownFields,
    type: document.type,
    number: document.number,
    issued_by: document.issuedBy,
    issued_at: document.issuedAt,
    expires_at: document.expiresAt,
    status: document.status,
  };
}
