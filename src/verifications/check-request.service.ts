import { Injectable, Inject, type OnModuleInit } from '@nestjs/common';
import { type Sql, Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import {
  WakeUps,
  BackgroundTaskLoops,
  type BackgroundTasks,
  type ClaimedTask,
  type StopSignals,
} from '../jobs';
import {
  CheckRequestRepository,
  type CheckRequestRow,
  type RequestedCheck,
  type TakenRequest,
  isUnderWay,
} from './check-request.repository';
import { PersonCardRepository } from './person-card.repository';
import type { Settings } from '../config/settings.schema';
import { SETTINGS, WORKER_ID } from '../config/settings.module';
import { DatabaseClock } from '../database/database-clock.service';
import { dayInKyiv } from '../domain/calendar-day';
import { REGISTER_STREAMS } from '../domain/verification/stream';
import type { AskSignals } from '../domain/verification/register-stream';
import { RegisterLimiter, type RegisterMethod } from '../mvs-trembita';
import { type ClaimedPerson, ClaimRepository } from './claim.repository';
import { FactsRepository } from './facts.repository';
import type { Outcome } from './outcome';
import { OutcomeBuffer } from './outcome-buffer';
import { OutcomeWriter } from './outcome-writer.service';
import { notProcessed, reviewPerson } from './review-round';
import { type CheckedStream, StreamRegistry } from './stream-registry';
import { VerificationObserver } from './verification-metrics';
import { ClaimLeases } from './worker-claims';

/** The queue of the requested checks. */
export const CHECKS_AT_ONCE_QUEUE = 'checks-at-once';

/** Requests for checks that are made at once because somebody waits for them. */
@Injectable()
export class CheckRequestService {
  constructor(
    private readonly requests: CheckRequestRepository,
    private readonly persons: PersonCardRepository,
    private readonly wakeUps: WakeUps,
  ) {}

  /** In the transaction that restarted the stream, with the row of the person locked. Call `notify` after the commit. */
  request(sql: Sql, check: RequestedCheck, userId: string): Promise<void> {
    return this.requests.request(sql, check, userId);
  }

  /** Wakes a worker. Without it workers find the request a little later. */
  notify(): Promise<void> {
    return this.wakeUps.notify(CHECKS_AT_ONCE_QUEUE);
  }

  /** The state of a requested check. Refuses if the person does not exist, or if nobody ever requested the check. */
  async find(check: RequestedCheck): Promise<CheckRequestRow> {
    await this.persons.requireExisting(check.personId);
    const request = await this.requests.read(check);
    if (request === undefined) throw new Refusal('check_not_found');
    return request;
  }

  /** The latest check of each register stream for which one was ever requested. */
  async ofPerson(personId: string): Promise<readonly CheckRequestRow[]> {
    const read = REGISTER_STREAMS.map((stream) => this.requests.read({ personId, stream }));
    return (await Promise.all(read)).filter((request) => request !== undefined);
  }

  async isUnderWay(sql: Sql, check: RequestedCheck): Promise<boolean> {
    const request = await this.requests.read(check, sql);
    return request !== undefined && isUnderWay(request.state);
  }
}

/**
 * Makes the requested checks, one by one and outside of runs, with the same claim, lease and guarded write as in a run. A
 * person whom a run has claimed first is left to it, and the request ends with that review.
 */
@Injectable()
export class RequestedChecks implements BackgroundTasks, OnModuleInit {
  constructor(
    private readonly loops: BackgroundTaskLoops,
    private readonly streams: StreamRegistry,
    private readonly requests: CheckRequestRepository,
    private readonly transactions: Transactions,
    private readonly clock: DatabaseClock,
    private readonly limiter: RegisterLimiter,
    private readonly claims: ClaimRepository,
    private readonly facts: FactsRepository,
    private readonly writer: OutcomeWriter,
    private readonly observer: VerificationObserver,
    @Inject(SETTINGS) private readonly settings: Settings,
    @Inject(WORKER_ID) private readonly worker: string,
  ) {}

  onModuleInit(): void {
    this.loops.add(CHECKS_AT_ONCE_QUEUE, this);
  }

  async claimNext(): Promise<ClaimedTask | undefined> {
    const request = await this.requests.take(this.settings.VERIFICATION_LEASE_SECONDS);
    return request && { run: (signals) => this.check(request, signals) };
  }

  /** After a failure the request is looked at again, as after the death of a worker; the status of the person decides. */
  private async check(request: TakenRequest, signals: StopSignals): Promise<number | null> {
    try {
      await this.ask(request, signals);
    } catch (error) {
      this.observer.failed(error);
    }
    return this.requests.settle(request);
  }

  /** Claims nobody while the circuit is open: the person stays due, and the state of the request is `waiting`. */
  private async ask(request: TakenRequest, signals: StopSignals): Promise<void> {
    const checked = this.streams.ofPersons().find(({ stream }) => stream.name === request.stream);
    if (checked === undefined || signals.stop.aborted || !(await this.admits(checked))) return;
    const person = await this.claim(request, checked);
    if (person === undefined) return;
    const leases = new ClaimLeases(this.claims, {
      seconds: this.settings.VERIFICATION_LEASE_SECONDS,
      failed: this.observer.failed,
    });
    leases.start();
    leases.opened(person.claimId, 1);
    try {
      await this.review(checked, person, { leases, signals: { ...signals, turn: 'next' } });
    } finally {
      await leases.stop();
    }
  }

  private async admits({ stream }: CheckedStream): Promise<boolean> {
    // A worker takes its permits when it has something to ask, not while it is idle.
    if (this.limiter.capacity() === 0) await this.limiter.join();
    return this.limiter.capacity() > 0 && (await this.limiter.admits(stream.method as RegisterMethod)) > 0;
  }

  /** Facts are read after the claim: the locked row may be newer than what the claiming statement saw in other tables. */
  private async claim(request: TakenRequest, checked: CheckedStream): Promise<ClaimedPerson | undefined> {
    const claimed = await this.requests.claim(request, {
      worker: this.worker,
      leaseSeconds: this.settings.VERIFICATION_LEASE_SECONDS,
      actorId: this.settings.SYSTEM_USER_ID,
    });
    if (claimed === undefined) return undefined;
    this.clock.set(claimed.nowMs);
    this.observer.claimed(checked);
    const { claimId, attempts } = claimed;
    return { claimId, attempts, facts: await this.facts.ofPerson(this.transactions, request.personId) };
  }

  private async review(
    checked: CheckedStream,
    person: ClaimedPerson,
    { leases, signals }: { readonly leases: ClaimLeases; readonly signals: AskSignals },
  ): Promise<void> {
    const { clock, worker } = this;
    const { failed } = this.observer;
    const writer = { runId: null, worker, actorId: this.settings.SYSTEM_USER_ID };
    const buffer = new OutcomeBuffer<Outcome>({
      write: (group) => this.writer.writeGroup(checked, group, writer),
      instead: notProcessed,
      settled: () => leases.finished(person.claimId),
      failed,
      abort: signals.abort,
    });
    const review = { clock, signals, failed, today: dayInKyiv(clock.at()) };
    buffer.push(await reviewPerson(checked.stream, person, review));
    await buffer.drain();
  }
}
