import type { BackgroundTaskQueue, WakeUps } from '../jobs';
import type { CheckRequestRepository, CheckRequestRow, RequestedCheck } from './check-request.repository';
import type { Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import type { FactsRepository } from './facts.repository';

/** The queue of the checks that somebody waits for. */
export const CHECKS_AT_ONCE_QUEUE = 'checks-at-once' satisfies BackgroundTaskQueue;

/** Where a check is asked for that is made at once, and the wake-ups that make it quick. */
export interface ChecksAtOnce {
  readonly requests: CheckRequestRepository;
  readonly wakeUps: WakeUps;
}

/** How a check stands that somebody asked for. */
export class ReadCheck {
  constructor(
    private readonly transactions: Transactions,
    private readonly facts: FactsRepository,
    private readonly requests: CheckRequestRepository,
  ) {}

  /** Refuses when there is no such person, or when nobody ever asked for the check. */
  async run(check: RequestedCheck): Promise<CheckRequestRow> {
    const active = await this.facts.isActive(this.transactions, check.personId);
    if (active === undefined) throw new Refusal('person_not_found');
    const request = await this.requests.read(check);
    if (request === undefined) throw new Refusal('check_not_found');
    return request;
  }
}
