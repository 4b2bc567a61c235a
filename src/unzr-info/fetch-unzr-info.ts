import { type RetryKind, NOT_PROCESSED } from '../domain/verification/technical-error';
import type { BackgroundTasks, ClaimedTask } from '../jobs';
import type { CallOutcome, RegisterLimiter, MvsTrembitaClient, UnzrAnswer } from '../mvs-trembita';
import type { Log } from '../observability';
import { infoOfAnswer } from './info-of-answer';
import { MOST_TRIES, nextTryInSeconds } from './next-try.rules';
import type { ClaimedUnzr, SentMessage, UnzrInfoRepository } from './unzr-info.repository';

/** What fetching needs. */
export interface FetchUnzrInfoParts {
  readonly questions: UnzrInfoRepository;
  readonly mvs: Pick<MvsTrembitaClient, 'unzr'>;
  readonly gate: Pick<RegisterLimiter, 'join'>;
  readonly log: Log;
  readonly leaseSeconds: number;
}

/** How one call ended, for the row. */
type CallEnd =
  | { readonly kind: 'answered'; readonly answer: UnzrAnswer | null; readonly sent: SentMessage }
  | { readonly kind: 'failed'; readonly error: RetryKind; readonly sent: SentMessage }
  | { readonly kind: 'stopped' };

const NOTHING_SENT: SentMessage = { messageId: null, durationMs: null };

/** Asks the register about the UNZRs that wait for it. No connection to the database is held during a call. */
export class FetchUnzrInfo implements BackgroundTasks {
  constructor(private readonly parts: FetchUnzrInfoParts) {}

  async claimNext(): Promise<ClaimedTask | undefined> {
    const claimed = await this.parts.questions.claim(this.parts.leaseSeconds);
    if (claimed === undefined) return undefined;
    return { run: ({ stop, abort }) => this.fetch(claimed, abort, stop) };
  }

  private async fetch(claimed: ClaimedUnzr, signal: AbortSignal, stop: AbortSignal): Promise<number | null> {
    // Three renewals in a lease: two may be lost before anybody takes this worker for dead.
    const renewal = setInterval(() => void this.keep(claimed), (this.parts.leaseSeconds * 1000) / 3);
    try {
      return await this.write(claimed, await this.call(claimed, signal, stop));
    } finally {
      clearInterval(renewal);
    }
  }

  private async call({ unzr, tries }: ClaimedUnzr, signal: AbortSignal, stop: AbortSignal): Promise<CallEnd> {
    // Whoever made the last call died over it.
    if (tries > MOST_TRIES) return { kind: 'failed', error: NOT_PROCESSED, sent: NOTHING_SENT };
    try {
      // A worker takes its places at the register when it has something to ask, not while it idles.
      await this.parts.gate.join();
      return endOf(await this.parts.mvs.unzr(unzr, signal, { stop }));
    } catch (error) {
      this.parts.log.error('unzr info interrupted', error);
      return { kind: 'failed', error: NOT_PROCESSED, sent: NOTHING_SENT };
    }
  }

  /** Tells after how many milliseconds the register is to be asked again, if it is. */
  private async write(claimed: ClaimedUnzr, end: CallEnd): Promise<number | null> {
    const { questions, log } = this.parts;
    const { tries } = claimed;
    if (end.kind === 'stopped') {
      await questions.putBack(claimed, { tries: tries - 1, inSeconds: 0 });
      return null;
    }
    if (end.kind === 'answered') {
      await questions.answered(claimed, end.answer === null ? null : infoOfAnswer(end.answer), end.sent);
      return null;
    }
    const inSeconds = nextTryInSeconds(tries, end.error);
    if (inSeconds !== undefined) {
      await questions.putBack(claimed, { tries, inSeconds });
      return inSeconds * 1000;
    }
    log.warn('unzr info failed', { kind: end.error, attempt: tries });
    await questions.failed(claimed, end.sent);
    return null;
  }

  private async keep(claimed: ClaimedUnzr): Promise<void> {
    try {
      await this.parts.questions.keep(claimed, this.parts.leaseSeconds);
    } catch (error) {
      this.parts.log.error('unzr info interrupted', error);
    }
  }
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
