import { setTimeout as wait } from 'node:timers/promises';
import type { DatabaseClock } from '../database/database-clock.service';
import type { Transactions } from '../database/transactions';
import { dayInKyiv } from '../domain/calendar-day';
import type { Asked, AskSignals } from '../domain/verification/register-stream';
import { NOT_PROCESSED } from '../domain/verification/technical-error';
import type { HelpEnd } from '../jobs';
import type { RegisterLimiter, RegisterMethod } from '../mvs-trembita';
import type { Claim, ClaimedPerson } from './claim.repository';
import type { Outcome } from './outcome';
import { OutcomeBuffer } from './outcome-buffer';
import type { AnyRegisterStream, CheckedStream } from './stream-registry';
import type { VerificationObserver } from './verification-metrics';
import { type BatchClaimer, type ClaimLeases, claimSize, RecentRate } from './worker-claims';

/** Pause while nothing can be done: the circuit is open, or the last persons are still being asked about. */
const PAUSE_MS = 250;

/** What one worker's part in one run needs beside the shared services. */
export interface Round {
  readonly checked: CheckedStream;
  readonly claimer: BatchClaimer;
  readonly leases: ClaimLeases;
  readonly leaseSeconds: number;
  readonly signals: AskSignals;
  readonly writeGroup: (group: readonly Outcome[]) => Promise<void>;
  /** Whether the register has not answered anybody for too long. */
  readonly isUnreachable: () => Promise<boolean>;
  readonly isPaused: () => Promise<boolean>;
}

/**
 * One worker's part in a run: claims persons, asks the register about them, and passes the outcomes on in groups, until
 * nobody is due. However it ends, all persons it claimed are written or released first.
 */
export class ReviewRound {
  private readonly buffer: OutcomeBuffer<Outcome>;
  private readonly rate = new RecentRate();
  /** Claimed and not yet written. */
  private inFlight = 0;
  /** Of those, the persons whose review has not ended: waiting for a permit, or being asked about. */
  private underReview = 0;
  private wake: (() => void) | undefined;

  constructor(
    private readonly round: Round,
    private readonly limiter: RegisterLimiter,
    private readonly clock: DatabaseClock,
    private readonly transactions: Transactions,
    private readonly observer: VerificationObserver,
  ) {
    this.buffer = new OutcomeBuffer({
      write: round.writeGroup,
      instead: notProcessed,
      settled: (group) => this.settled(group),
      failed: observer.failed,
      abort: round.signals.abort,
    });
  }

  async untilNobodyIsDue(): Promise<HelpEnd> {
    this.round.leases.start();
    try {
      await this.clock.read(this.transactions);
      return await this.claimAndAsk();
    } finally {
      while (this.inFlight > 0) await this.progress();
      await this.buffer.drain();
      await this.round.leases.stop();
    }
  }

  private async claimAndAsk(): Promise<HelpEnd> {
    const { signals, checked, leaseSeconds } = this.round;
    while (!signals.stop.aborted) {
      const size = claimSize({
        batchSize: checked.stream.job.batchSize,
        underReview: this.underReview,
        unwritten: this.inFlight - this.underReview,
        capacity: this.limiter.capacity(),
        finishedPerSecond: this.rate.perSecond(),
        leaseSeconds,
      });
      const end = size === 0 ? await this.whileFull() : await this.claimNext(size);
      if (end !== undefined) return end;
    }
    return 'stopped';
  }

  /** Claims up to `size` persons. Returns the end of the round, if this is it. */
  private async claimNext(size: number): Promise<HelpEnd | undefined> {
    const admitted = Math.min(
      size,
      await this.limiter.admits(this.round.checked.stream.method as RegisterMethod),
    );
    if (admitted === 0) return this.whileCircuitIsOpen();
    // A claim may miss a person who is released while it searches: only a claim that began idle decides.
    const beganIdle = this.inFlight === 0;
    const claim = await this.round.claimer.claimBatch(admitted);
    if (claim.nowMs !== undefined) this.clock.set(claim.nowMs);
    if (claim.persons.length === 0 && beganIdle) return 'nothing_due';
    if (claim.persons.length === 0) await this.pause();
    this.review(claim);
    return undefined;
  }

  /**
   * Enough persons are in flight, or other workers have all permits. Idle workers keep their permits, so a worker without
   * one checks whether anybody is left: it may be the one that has to end the run.
   */
  private async whileFull(): Promise<HelpEnd | undefined> {
    if (this.inFlight > 0) {
      await this.progress();
      return undefined;
    }
    const end = await this.idleEnd();
    if (end === undefined) await this.pause();
    return end;
  }

  /** Nobody is claimed. Returns the end of the round, if this is it. */
  private async whileCircuitIsOpen(): Promise<HelpEnd | undefined> {
    // A call in flight may be the probe that closes the circuit: do not give up before it ends.
    if (this.inFlight === 0) {
      const end = await this.idleEnd();
      if (end !== undefined) return end;
      if (await this.round.isUnreachable()) return 'unreachable';
    }
    await this.pause();
    return undefined;
  }

  /** A claim finds out by itself that the job is paused; a worker that may not claim has to ask. */
  private async idleEnd(): Promise<HelpEnd | undefined> {
    if (await this.round.isPaused()) return 'paused';
    return (await this.round.claimer.anybodyDue()) ? undefined : 'nothing_due';
  }

  private review({ claimId, persons }: Claim): void {
    if (persons.length === 0) return;
    const { leases, checked, signals } = this.round;
    leases.opened(claimId, persons.length);
    this.observer.claimed(checked);
    this.inFlight += persons.length;
    this.underReview += persons.length;
    const review = { clock: this.clock, signals, failed: this.observer.failed };
    const today = dayInKyiv(this.clock.at());
    for (const person of persons) {
      void reviewPerson(checked.stream, person, { ...review, today }).then((outcome) =>
        this.reviewed(outcome),
      );
    }
  }

  private reviewed(outcome: Outcome): void {
    this.underReview -= 1;
    this.rate.add(1);
    this.buffer.push(outcome);
    this.wake?.();
  }

  private settled(group: readonly Outcome[]): void {
    this.inFlight -= group.length;
    for (const { person } of group) this.round.leases.finished(person.claimId);
    void this.round.leases.settle();
    this.wake?.();
  }

  /** Resolves when a review has ended or a group is written. */
  private async progress(): Promise<void> {
    await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = undefined;
  }

  private async pause(): Promise<void> {
    await wait(PAUSE_MS, undefined, { signal: this.round.signals.stop }).catch(() => undefined);
  }
}

/** What the review of one person needs. */
export interface Review {
  readonly clock: DatabaseClock;
  /** `YYYY-MM-DD` in Kyiv. */
  readonly today: string;
  readonly signals: AskSignals;
  readonly failed: (error: unknown) => void;
}

/** Asks the register about a claimed person, if there is anything to ask. Never rejects. */
export async function reviewPerson(
  stream: Pick<AnyRegisterStream, 'prepare' | 'ask'>,
  person: ClaimedPerson,
  { clock, today, signals, failed }: Review,
): Promise<Outcome> {
  try {
    const prepared = stream.prepare(person.facts, today);
    if (prepared.trigger !== 'ask') return { kind: 'decided', person, trigger: prepared.trigger };
    const { question } = prepared;
    return outcomeOf(person, question, await stream.ask(question, signals), clock);
  } catch (error) {
    // A bug that one person's data triggers: they wait as after a technical error, and the others go on.
    failed(error);
    return { kind: 'technical_error', person, error: NOT_PROCESSED, messageId: null };
  }
}

function outcomeOf(
  person: ClaimedPerson,
  question: unknown,
  asked: Asked<string>,
  clock: DatabaseClock,
): Outcome {
  if (asked.kind === 'not_asked') return { kind: 'released', person };
  const { messageId } = asked;
  if (asked.kind === 'technical_error') {
    return { kind: 'technical_error', person, error: asked.error, messageId };
  }
  const { answer, description = null, durationMs, sentAtMs } = asked;
  const sentAt = clock.at(sentAtMs);
  return { kind: 'answered', person, question, answer, description, messageId, durationMs, sentAt };
}

/** The substitute for an outcome that cannot be written: nothing changes, and the person waits for a retry. */
export function notProcessed(outcome: Outcome): Outcome | undefined {
  if (outcome.kind === 'technical_error') return undefined;
  return { kind: 'technical_error', person: outcome.person, error: NOT_PROCESSED, messageId: null };
}
