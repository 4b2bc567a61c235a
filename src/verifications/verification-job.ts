import type { DatabaseClock } from '../database/database-clock';
import type { Sql, Transactions } from '../database/transactions';
import { dayInKyiv, KYIV } from '../domain/calendar-day';
import type { RegisterStream } from '../domain/verification/register-stream';
import { dueThreshold } from '../domain/verification/selection.rules';
import type { HelpEnd, HelpSignals, Job, RunFacts } from '../jobs';
import type { RegisterLimiter, RegisterMethod } from '../mvs-trembita';
import type { Claimant, ClaimRepository, ClaimLeaseRepository } from './claim.repository';
import { BatchClaimer, ClaimLeases } from './worker-claims';
import { type CheckObserver, RUN_COUNTERS } from './verification-metrics';
import { ReviewRound } from './review-round';
import type { ExpiredClaims } from './expired-claims.service';
import type { OutcomeWriter } from './outcome-writer.service';

export interface CheckParts<Question, Answer extends string> {
  readonly stream: RegisterStream<Question, Answer, Sql>;
  readonly transactions: Transactions;
  readonly clock: DatabaseClock;
  readonly claims: ClaimRepository;
  readonly leases: ClaimLeaseRepository;
  readonly sweeper: ExpiredClaims;
  readonly gate: RegisterLimiter;
  readonly writer: OutcomeWriter<Question, Answer>;
  readonly observer: CheckObserver;
  readonly worker: string;
  readonly actorId: string;
  readonly leaseSeconds: number;
  readonly giveUpAfterMinutes: number;
}

/** The job of a register stream: checks everybody who is due, persons or parties. */
export class VerificationJob<Question, Answer extends string> implements Job {
  readonly name: string;
  readonly schedule: string;
  readonly counters = RUN_COUNTERS;

  constructor(private readonly parts: CheckParts<Question, Answer>) {
    this.name = parts.stream.job.name;
    this.schedule = parts.stream.job.schedule;
  }

  async help(run: RunFacts, signals: HelpSignals): Promise<HelpEnd> {
    // A worker takes its places at the register when it has something to ask, not while it idles.
    await this.parts.gate.join();
    const { stream, clock, transactions, gate, leases, leaseSeconds } = this.parts;
    const { writer, observer, worker, actorId } = this.parts;
    const round = new ReviewRound({
      stream,
      clock,
      transactions,
      signals,
      leaseSeconds,
      people: new BatchClaimer(this.parts.claims, () => this.claimant(run.id), run.byHand),
      claims: new ClaimLeases(leases, { seconds: leaseSeconds, failed: observer.failed }),
      gate: {
        capacity: () => gate.capacity(),
        admits: () => gate.admits(stream.method as RegisterMethod),
        unreachable: () => this.unreachable(run),
      },
      write: (group) => writer.run(group, { runId: run.id, worker, actorId }),
      claimed: (persons) => observer.claimed(stream.name, persons),
      failed: observer.failed,
    });
    return round.run();
  }

  async sweep(): Promise<void> {
    const { stream, sweeper, observer } = this.parts;
    const persons = await sweeper.run(stream.name);
    if (persons > 0) observer.swept(stream.name, persons);
  }

  async unfinished(sql: Sql, runId: string, end: HelpEnd): Promise<boolean> {
    if (await this.parts.leases.unfinished(sql, runId)) return true;
    // Another worker may have given somebody back since this one found nobody due: he belongs to this run.
    return end === 'nothing_due' && this.parts.claims.anybodyDue(this.claimant(runId), sql);
  }

  async due(): Promise<number | null> {
    await this.parts.clock.read(this.parts.transactions);
    return this.parts.claims.countDue(this.claimant(''));
  }

  private claimant(runId: string): Claimant {
    const { stream, clock, worker, leaseSeconds, actorId } = this.parts;
    const threshold = dueThreshold({
      today: dayInKyiv(clock.at()),
      periodDays: stream.job.validationPeriodDays,
      timeZone: KYIV,
    });
    return { stream: stream.name, runId, worker, leaseSeconds, actorId, threshold };
  }

  /** Whether the register has given nobody an answer for so long that waiting on makes no sense. */
  private async unreachable(run: RunFacts): Promise<boolean> {
    const answeredAt = (await this.parts.gate.lastAnswerAt())?.getTime() ?? 0;
    const lastAtMs = Math.max(answeredAt, run.startedAt.getTime());
    return this.parts.clock.at().getTime() - lastAtMs > this.parts.giveUpAfterMinutes * 60_000;
  }
}
