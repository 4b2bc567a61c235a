import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { WORKER_ID } from '../config/worker-id';
import { DatabaseClock } from '../database/database-clock';
import { Transactions } from '../database/transactions';
import { CLAIM_GATE, type ClaimGate } from '../mvs-trembita';
import { Log, Metrics } from '../observability';
import { CheckPersons } from './check-persons';
import { ClaimLeaseRepository } from './claim-lease.repository';
import { ClaimRepository } from './claim.repository';
import { FactsRepository } from './facts.repository';
import { observeChecks } from './observe-checks';
import { OutcomeRepository } from './outcome.repository';
import { PartyRepository } from './party.repository';
import { RefuteOtherHolders } from './refute-other-holders';
import type { AnyRegisterStream } from './streams';
import { SweepClaims } from './sweep-claims';
import { WriteOutcomes } from './write-outcomes';

/** Puts the job of a stream together: the parts are the same for every stream. */
@Injectable()
export class MakeChecks {
  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    @Inject(DatabaseClock) private readonly clock: DatabaseClock,
    @Inject(CLAIM_GATE) private readonly gate: ClaimGate,
    @Inject(OutcomeRepository) private readonly outcomes: OutcomeRepository,
    @Inject(PartyRepository) private readonly parties: PartyRepository,
    @Inject(FactsRepository) private readonly facts: FactsRepository,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(WORKER_ID) private readonly worker: string,
    @Inject(Log) private readonly log: Log,
    @Inject(Metrics) private readonly metrics: Metrics,
  ) {}

  of(stream: AnyRegisterStream): CheckPersons<unknown, string> {
    const { transactions, outcomes, settings } = this;
    const actorId = settings.SYSTEM_USER_ID;
    const leases = new ClaimLeaseRepository(transactions);
    const others = new RefuteOtherHolders(stream, outcomes, this.parties);
    const retry = {
      firstSeconds: settings.VERIFICATION_RETRY_FIRST_SECONDS,
      capSeconds: settings.VERIFICATION_RETRY_CAP_SECONDS,
    };
    return new CheckPersons({
      stream,
      transactions,
      leases,
      actorId,
      clock: this.clock,
      gate: this.gate,
      worker: this.worker,
      claims: new ClaimRepository(transactions, this.facts),
      sweeper: new SweepClaims(transactions, outcomes, actorId),
      writer: new WriteOutcomes(transactions, { stream, outcomes, others, leases, retry }),
      observer: observeChecks(this.log, this.metrics),
      leaseSeconds: settings.VERIFICATION_LEASE_SECONDS,
      giveUpAfterMinutes: settings.JOB_GIVE_UP_AFTER_MINUTES,
    });
  }
}
