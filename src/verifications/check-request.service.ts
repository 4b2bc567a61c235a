import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { WakeUps } from '../jobs';
import {
  CheckRequestRepository,
  type CheckRequestRow,
  type RequestedCheck,
} from './check-request.repository';
import { PersonCardRepository } from './person-card.repository';

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

  async isUnderWay(sql: Sql, check: RequestedCheck): Promise<boolean> {
    const request = await this.requests.read(check, sql);
    return request?.state === 'waiting' || request?.state === 'asking';
  }
}
