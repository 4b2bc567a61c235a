import type { DatabaseClock } from '../database/database-clock';
import type { Transactions } from '../database/transactions';
import { dayInKyiv } from '../domain/calendar-day';
import type { AskSignals } from '../domain/verification/register-stream';
import type { RegisterStreamName } from '../domain/verification/stream';
import type { BackgroundTasks, ClaimedTask, HelpSignals } from '../jobs';
import type { RegisterLimiter, RegisterMethod } from '../mvs-trembita';
import type { Held, ClaimLeaseRepository } from './claim.repository';
import type { FactsRepository } from './facts.repository';
import { ClaimLeases } from './worker-claims';
import type { CheckObserver } from './verification-metrics';
import type { Outcome } from './outcome';
import { OutcomeBuffer } from './outcome-buffer';
import { notProcessed, reviewPerson } from './review-round';
import type { AnyRegisterStream } from './stream-registry';
import type { OutcomeWriter } from './outcome-writer.service';
import type { CheckRequestRepository, TakenRequest } from './check-request.repository';

/** A stream, and who writes what becomes of its checks. */
export interface StreamAtOnce {
  readonly stream: AnyRegisterStream;
  readonly writer: OutcomeWriter<unknown, string>;
}

export interface CheckAtOnceParts {
  readonly streams: ReadonlyMap<RegisterStreamName, StreamAtOnce>;
  readonly requests: CheckRequestRepository;
  readonly facts: FactsRepository;
  readonly leases: ClaimLeaseRepository;
  readonly transactions: Transactions;
  readonly clock: DatabaseClock;
  readonly gate: RegisterLimiter;
  readonly observer: CheckObserver;
  readonly worker: string;
  readonly actorId: string;
  readonly leaseSeconds: number;
}

type AnyOutcome = Outcome<unknown, string>;

/**
 * Checks the persons whom somebody waits for: one by one, beside the sweeps and under no run of theirs, with the same
 * claim, lease and guarded write. Whoever a sweep has taken first is left to it, and the request ends with his review.
 */
export class RequestedChecks implements BackgroundTasks {
  constructor(private readonly parts: CheckAtOnceParts) {}

  async claimNext(): Promise<ClaimedTask | undefined> {
    const { requests, leaseSeconds } = this.parts;
    const request = await requests.take(leaseSeconds);
    return request && { run: (signals) => this.check(request, signals) };
  }

  /** What fails here is looked at again, as after the death of a worker: what became of the person tells the rest. */
  private async check(request: TakenRequest, signals: HelpSignals): Promise<number | null> {
    try {
      await this.ask(request, signals);
    } catch (error) {
      this.parts.observer.failed(error);
    }
    return this.parts.requests.settle(request);
  }

  /** Nobody is claimed while the gate is shut: the person stays due, and the request is seen to wait. */
  private async ask(request: TakenRequest, signals: HelpSignals): Promise<void> {
    const one = this.parts.streams.get(request.stream);
    if (one === undefined || signals.stop.aborted || !(await this.admits(one))) return;
    const held = await this.claim(request);
    if (held === undefined) return;
    const claims = new ClaimLeases(this.parts.leases, {
      seconds: this.parts.leaseSeconds,
      failed: this.parts.observer.failed,
    });
    claims.start();
    claims.opened(held.claimId, 1);
    try {
      await this.review(one, held, { claims, signals: { ...signals, turn: 'next' } });
    } finally {
      await claims.stop();
    }
  }

  private async admits({ stream }: StreamAtOnce): Promise<boolean> {
    const { gate } = this.parts;
    // A worker takes its places at the register when it has something to ask, not while it idles.
    if (gate.capacity() === 0) await gate.join();
    return gate.capacity() > 0 && (await gate.admits(stream.method as RegisterMethod)) > 0;
  }

  /** Data and documents are read after the claim: what it locked may be newer than what its own statement saw of them. */
  private async claim(request: TakenRequest): Promise<Held | undefined> {
    const { requests, facts, transactions, clock, observer } = this.parts;
    const claimed = await requests.claim(request, this.parts);
    if (claimed === undefined) return undefined;
    clock.set(claimed.nowMs);
    observer.claimed(request.stream, 1);
    const { claimId, attempts } = claimed;
    return { claimId, attempts, facts: await facts.of(transactions, request.personId) };
  }

  private async review(
    { stream, writer }: StreamAtOnce,
    held: Held,
    { claims, signals }: { readonly claims: ClaimLeases; readonly signals: AskSignals },
  ): Promise<void> {
    const { clock, observer, worker, actorId } = this.parts;
    const buffer = new OutcomeBuffer<AnyOutcome>({
      write: (group) => writer.run(group, { runId: null, worker, actorId }),
      instead: notProcessed,
      settled: () => claims.finished(held.claimId),
      failed: observer.failed,
      abort: signals.abort,
    });
    const parts = { stream, clock, signals, failed: observer.failed };
    buffer.push(await reviewPerson(parts, held, dayInKyiv(clock.at())));
    await buffer.drain();
  }
}
