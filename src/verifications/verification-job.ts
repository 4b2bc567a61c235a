import type { Settings } from '../config/settings.schema';
import type { DatabaseClock } from '../database/database-clock.service';
import type { Sql, Transactions } from '../database/transactions';
import { dayInKyiv, KYIV } from '../domain/calendar-day';
import { dueThreshold } from '../domain/verification/selection.rules';
import type { HelpEnd, StopSignals, Job, RunFacts } from '../jobs';
import type { RegisterLimiter } from '../mvs-trembita';
import type { Claimant, ClaimRepository } from './claim.repository';
import type { ExpiredClaims } from './expired-claims.service';
import type { OutcomeWriter } from './outcome-writer.service';
import { ReviewRound } from './review-round';
import type { CheckedStream } from './stream-registry';
import { RUN_COUNTERS, type VerificationObserver } from './verification-metrics';
import { BatchClaimer, ClaimLeases } from './worker-claims';

/** The job of a register stream: checks all persons, or all parties, who are due. */
export class VerificationJob implements Job {
  readonly name: string;
  readonly schedule: string;
  readonly counters = RUN_COUNTERS;
  /** The run this worker takes part in, and the validation period it began with. */
  private joined: { readonly runId: string; readonly periodDays: number } | undefined;

  constructor(
    private readonly checked: CheckedStream,
    private readonly transactions: Transactions,
    private readonly clock: DatabaseClock,
    private readonly limiter: RegisterLimiter,
    private readonly claims: ClaimRepository,
    private readonly expiredClaims: ExpiredClaims,
    private readonly writer: OutcomeWriter,
    private readonly observer: VerificationObserver,
    private readonly settings: Settings,
    private readonly worker: string,
  ) {
    this.name = checked.stream.job.name;
    this.schedule = checked.stream.job.schedule;
  }

  async help(run: RunFacts, signals: StopSignals): Promise<HelpEnd> {
    // A worker takes its permits when it has something to ask, not while it is idle.
    await this.limiter.join();
    await this.join(run.id);
    const { checked, worker, settings, observer } = this;
    const leaseSeconds = settings.VERIFICATION_LEASE_SECONDS;
    const writer = { runId: run.id, worker, actorId: settings.SYSTEM_USER_ID };
    const round = new ReviewRound(
      {
        checked,
        claimer: new BatchClaimer(this.claims, () => this.claimant(run.id), run.byHand),
        leases: new ClaimLeases(this.claims, { seconds: leaseSeconds, failed: observer.failed }),
        leaseSeconds,
        signals,
        writeGroup: (group) => this.writer.writeGroup(checked, group, writer),
        isUnreachable: () => this.isUnreachable(run),
        isPaused: () => this.claims.isPaused(this.name),
      },
      this.limiter,
      this.clock,
      this.transactions,
      observer,
    );
    return round.untilNobodyIsDue();
  }

  /** Releases the persons of claims whose worker is gone. */
  async reclaim(): Promise<void> {
    const { stream, subject } = this.checked;
    const persons = await this.expiredClaims.reclaim({ stream: stream.name, subject });
    if (persons > 0) this.observer.reclaimed(this.checked, persons);
  }

  async unfinished(sql: Sql, runId: string, end: HelpEnd): Promise<boolean> {
    if (await this.claims.unfinished(sql, runId)) return true;
    // Another worker may have released a person since this one found nobody due: that person belongs to this run.
    return end === 'nothing_due' && this.claims.anybodyDue(this.claimant(runId), sql);
  }

  async due(): Promise<number | null> {
    await this.clock.read(this.transactions);
    return this.claims.countDue(this.claimant(''));
  }

  /** One run has one period, or a worker with another one would end it while people are due by that of the others. */
  private async join(runId: string): Promise<void> {
    if (this.joined?.runId === runId) return;
    const own = this.checked.stream.job.validationPeriodDays;
    const periodDays = await this.claims.periodOfRun(runId, own);
    this.joined = { runId, periodDays };
    if (periodDays !== own)
      this.observer.settingsDiffer(this.checked, { runId, ofRun: periodDays, ofWorker: own });
  }

  private claimant(runId: string): Claimant {
    const { worker, settings } = this;
    const { stream, subject } = this.checked;
    const threshold = dueThreshold({
      today: dayInKyiv(this.clock.at()),
      periodDays: this.joined?.runId === runId ? this.joined.periodDays : stream.job.validationPeriodDays,
      timeZone: KYIV,
    });
    return {
      stream: stream.name,
      subject,
      runId,
      worker,
      leaseSeconds: settings.VERIFICATION_LEASE_SECONDS,
      actorId: settings.SYSTEM_USER_ID,
      threshold,
    };
  }

  /** Whether the register has not answered anybody for so long that waiting makes no sense. */
  private async isUnreachable(run: RunFacts): Promise<boolean> {
    const answeredAt = (await this.limiter.lastAnswerAt())?.getTime() ?? 0;
    const lastAtMs = Math.max(answeredAt, run.activeSince.getTime());
    return this.clock.at().getTime() - lastAtMs > this.settings.JOB_GIVE_UP_AFTER_MINUTES * 60_000;
  }
}
