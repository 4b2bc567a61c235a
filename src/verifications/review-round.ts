import { setTimeout as wait } from 'node:timers/promises';
import type { DatabaseClock } from '../database/database-clock';
import type { Sql, Transactions } from '../database/transactions';
import { dayInKyiv } from '../domain/calendar-day';
import type { AskSignals, RegisterStream, Asked } from '../domain/verification/register-stream';
import type { HelpEnd } from '../jobs';
import type { RegisterLimiter } from '../mvs-trembita';
import type { Held } from './claim.repository';
import { type BatchClaimer, claimSize, type ClaimLeases, RecentRate } from './worker-claims';
import type { Outcome } from './outcome';
import { OutcomeBuffer } from './outcome-buffer';
import { NOT_PROCESSED } from '../domain/verification/technical-error';

/** How long to look away while nothing can be done: the gate is shut, or the last people are still being asked. */
const PAUSE_MS = 250;

/** What one round works with. */
export interface RoundParts<Question, Answer extends string> {
  readonly stream: RegisterStream<Question, Answer, Sql>;
  readonly people: BatchClaimer;
  readonly claims: ClaimLeases;
  readonly gate: Pick<RegisterLimiter, 'capacity'> & {
    readonly admits: () => Promise<number>;
    readonly unreachable: () => Promise<boolean>;
  };
  readonly clock: DatabaseClock;
  readonly transactions: Transactions;
  readonly write: (group: readonly Outcome<Question, Answer>[]) => Promise<void>;
  readonly claimed: (persons: number) => void;
  readonly failed: (error: unknown) => void;
  readonly signals: AskSignals;
  readonly leaseSeconds: number;
}

/**
 * One worker's part in a run: takes people, asks the register about them, and hands the answers over in groups, until
 * nobody is due. What it holds when it ends, by whatever way, is written or given back first.
 */
export class ReviewRound<Question, Answer extends string> {
  private readonly buffer: OutcomeBuffer<Outcome<Question, Answer>>;
  private readonly rate = new RecentRate();
  /** Taken and not yet written. */
  private inHand = 0;
  /** Of those, the ones whose review has not ended: waiting for the register, or being asked. */
  private underReview = 0;
  private wake: (() => void) | undefined;

  constructor(private readonly parts: RoundParts<Question, Answer>) {
    this.buffer = new OutcomeBuffer({
      write: parts.write,
      instead: (outcome) => notProcessed(outcome),
      settled: (group) => this.settled(group),
      failed: parts.failed,
      abort: parts.signals.abort,
    });
  }

  async run(): Promise<HelpEnd> {
    this.parts.claims.start();
    try {
      await this.parts.clock.read(this.parts.transactions);
      return await this.claimAndAsk();
    } finally {
      while (this.inHand > 0) await this.somethingHappened();
      await this.buffer.drain();
      await this.parts.claims.stop();
    }
  }

  private async claimAndAsk(): Promise<HelpEnd> {
    const { gate, signals, stream, leaseSeconds } = this.parts;
    while (!signals.stop.aborted) {
      const size = claimSize({
        batchSize: stream.job.batchSize,
        underReview: this.underReview,
        unwritten: this.inHand - this.underReview,
        capacity: gate.capacity(),
        finishedPerSecond: this.rate.perSecond(),
        leaseSeconds,
      });
      const end = size === 0 ? await this.whileFull() : await this.takeNext(size);
      if (end !== undefined) return end;
    }
    return 'stopped';
  }

  /** Takes up to so many people. Gives the end of the round when there is one. */
  private async takeNext(size: number): Promise<HelpEnd | undefined> {
    const admitted = Math.min(size, await this.parts.gate.admits());
    if (admitted === 0) return this.whileShut();
    // Whoever goes back while the claim looks around may be missed by it: only one that began idle has the last word.
    const beganIdle = this.inHand === 0;
    const claim = await this.parts.people.next(admitted);
    if (claim.nowMs !== undefined) this.parts.clock.set(claim.nowMs);
    if (claim.held.length === 0 && beganIdle) return 'nothing_due';
    if (claim.held.length === 0) await this.pause();
    this.take(claim.claimId, claim.held);
    return undefined;
  }

  /**
   * Enough people are in hand, or other workers have every place at the register. Those keep their places while they
   * idle, so a worker without one sees for itself when nobody is left: it may be the one that has to end the run.
   */
  private async whileFull(): Promise<HelpEnd | undefined> {
    if (this.inHand > 0) await this.somethingHappened();
    else if (await this.parts.people.anybodyDue()) await this.pause();
    else return 'nothing_due';
    return undefined;
  }

  /** The gate is shut: nobody is claimed. Gives the end of the round when there is one. */
  private async whileShut(): Promise<HelpEnd | undefined> {
    // Who is in hand may be the probe that opens the gate again: nobody gives up before its end.
    if (this.inHand === 0) {
      if (!(await this.parts.people.anybodyDue())) return 'nothing_due';
      if (await this.parts.gate.unreachable()) return 'unreachable';
    }
    await this.pause();
    return undefined;
  }

  private take(claimId: string, held: readonly Held[]): void {
    if (held.length === 0) return;
    this.parts.claims.opened(claimId, held.length);
    this.parts.claimed(held.length);
    this.inHand += held.length;
    const today = dayInKyiv(this.parts.clock.at());
    this.underReview += held.length;
    for (const person of held) {
      void reviewPerson(this.parts, person, today).then((outcome) => this.reviewed(outcome));
    }
  }

  private reviewed(outcome: Outcome<Question, Answer>): void {
    this.underReview -= 1;
    this.rate.add(1);
    this.buffer.push(outcome);
    this.wake?.();
  }

  private settled(group: readonly Outcome<Question, Answer>[]): void {
    this.inHand -= group.length;
    for (const { held } of group) this.parts.claims.finished(held.claimId);
    void this.parts.claims.settle();
    this.wake?.();
  }

  private async somethingHappened(): Promise<void> {
    await new Promise<void>((resolve) => (this.wake = resolve));
    this.wake = undefined;
  }

  private async pause(): Promise<void> {
    await wait(PAUSE_MS, undefined, { signal: this.parts.signals.stop }).catch(() => undefined);
  }
}

/** What the review of one person works with. */
export interface ReviewParts<Question, Answer extends string> {
  readonly stream: Pick<RegisterStream<Question, Answer, Sql>, 'prepare' | 'ask'>;
  readonly clock: DatabaseClock;
  readonly signals: AskSignals;
  readonly failed: (error: unknown) => void;
}

/** Asks the register about a person under a claim, if there is anything to ask. Never rejects. */
export async function reviewPerson<Question, Answer extends string>(
  { stream, clock, signals, failed }: ReviewParts<Question, Answer>,
  held: Held,
  today: string,
): Promise<Outcome<Question, Answer>> {
  try {
    const prepared = stream.prepare(held.facts, today);
    if (prepared.trigger !== 'ask') return { kind: 'decided', held, trigger: prepared.trigger };
    const asked = await stream.ask(prepared.question, signals);
    return outcomeOf({ held, question: prepared.question, asked, clock });
  } catch (error) {
    // A fault of ours with one person's data: he waits like after a technical error, the others go on.
    failed(error);
    return { kind: 'technical_error', held, error: NOT_PROCESSED, messageId: null };
  }
}

interface AskedAbout<Question, Answer extends string> {
  readonly held: Held;
  readonly question: Question;
  readonly asked: Asked<Answer>;
  readonly clock: DatabaseClock;
}

function outcomeOf<Question, Answer extends string>({
  held,
  question,
  asked,
  clock,
}: AskedAbout<Question, Answer>): Outcome<Question, Answer> {
  if (asked.kind === 'not_asked') return { kind: 'released', held };
  const { messageId } = asked;
  if (asked.kind === 'technical_error') {
    return { kind: 'technical_error', held, error: asked.error, messageId };
  }
  const { answer, description = null, durationMs, sentAtMs } = asked;
  const sentAt = clock.at(sentAtMs);
  return { kind: 'answered', held, question, answer, description, messageId, durationMs, sentAt };
}

/** What is written for a person whose outcome cannot be: nothing changed, and he waits. */
export function notProcessed<Question, Answer extends string>(
  outcome: Outcome<Question, Answer>,
): Outcome<Question, Answer> | undefined {
  if (outcome.kind === 'technical_error') return undefined;
  return { kind: 'technical_error', held: outcome.held, error: NOT_PROCESSED, messageId: null };
}
