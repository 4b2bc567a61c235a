import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { WORKER_ID } from '../config/worker-id';
import { DatabaseClock } from '../database/database-clock';
import { Transactions } from '../database/transactions';
import type { SubjectName } from '../domain/verification/stream';
import { RegisterLimiter } from '../mvs-trembita';
import { Log, Metrics } from '../observability';
import { RequestedChecks } from './requested-checks.service';
import type { CheckRequestRepository } from './check-request.repository';
import { VerificationJob } from './verification-job';
import { ClaimLeaseRepository, ClaimRepository } from './claim.repository';
import { FactsRepository, type FactsSource, PartyFactsRepository } from './facts.repository';
import { countChecksFromZero, observeChecks } from './verification-metrics';
import { OutcomeRepository } from './outcome.repository';
import { OtherHolders } from './other-holders.service';
import type { AnyRegisterStream } from './stream-registry';
import { PARTIES, PERSONS } from './subject';
import { ExpiredClaims } from './expired-claims.service';
import { OutcomeWriter } from './outcome-writer.service';

/** Puts the job of a stream together: the parts are the same for every stream, and for persons and parties. */
@Injectable()
export class VerificationJobFactory {
  private readonly outcomes: Readonly<Record<SubjectName, OutcomeRepository>>;
  private readonly factsOf: Readonly<Record<SubjectName, FactsSource>>;

  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(DatabaseClock) private readonly clock: DatabaseClock,
    private readonly gate: RegisterLimiter,
    @Inject(OutcomeRepository) persons: OutcomeRepository,
    @Inject(FactsRepository) private readonly facts: FactsRepository,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(WORKER_ID) private readonly worker: string,
    @Inject(Log) private readonly log: Log,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {
    this.outcomes = { persons, parties: new OutcomeRepository(PARTIES) };
    this.factsOf = { persons: facts, parties: new PartyFactsRepository() };
  }

  /** The job that checks everybody who is due: persons, or parties where the stream is one of theirs. */
  of(stream: AnyRegisterStream, subject = PERSONS): VerificationJob<unknown, string> {
    const { transactions, settings } = this;
    const actorId = settings.SYSTEM_USER_ID;
    countChecksFromZero(this.metrics, stream.name, subject.name);
    return new VerificationJob({
      stream,
      transactions,
      actorId,
      clock: this.clock,
      gate: this.gate,
      worker: this.worker,
      leases: new ClaimLeaseRepository(transactions),
      claims: new ClaimRepository(transactions, this.factsOf[subject.name], subject),
      sweeper: new ExpiredClaims(transactions, this.outcomes[subject.name], actorId),
      writer: this.writerOf(stream, subject),
      observer: observeChecks(this.log, this.metrics, subject.name),
      leaseSeconds: settings.VERIFICATION_LEASE_SECONDS,
      giveUpAfterMinutes: settings.JOB_GIVE_UP_AFTER_MINUTES,
    });
  }

  /** The checks that somebody waits for, of all streams. */
  atOnce(streams: readonly AnyRegisterStream[], requests: CheckRequestRepository): RequestedChecks {
    const { transactions, settings } = this;
    return new RequestedChecks({
      streams: new Map(streams.map((stream) => [stream.name, { stream, writer: this.writerOf(stream) }])),
      requests,
      transactions,
      facts: this.facts,
      leases: new ClaimLeaseRepository(transactions),
      clock: this.clock,
      gate: this.gate,
      observer: observeChecks(this.log, this.metrics),
      worker: this.worker,
      actorId: settings.SYSTEM_USER_ID,
      leaseSeconds: settings.VERIFICATION_LEASE_SECONDS,
    });
  }

  private writerOf(stream: AnyRegisterStream, subject = PERSONS): OutcomeWriter<unknown, string> {
    const { transactions, outcomes, settings, log, metrics } = this;
    return new OutcomeWriter(transactions, {
      stream,
      outcomes: outcomes[subject.name],
      others: new OtherHolders({ stream, outcomes, asked: subject.name }),
      leases: new ClaimLeaseRepository(transactions),
      retry: {
        firstSeconds: settings.VERIFICATION_RETRY_FIRST_SECONDS,
        capSeconds: settings.VERIFICATION_RETRY_CAP_SECONDS,
      },
      observer: observeChecks(log, metrics, subject.name),
    });
  }
}
