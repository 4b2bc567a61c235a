import { Injectable } from '@nestjs/common';
import { type Statement, Transactions } from '../../database/transactions';
import { CANNOT_BE_CHECKED_AFTER_ATTEMPTS } from '../../domain/verification/technical-error';
import { type Subject, SUBJECTS } from '../subject';

/** States of people who are not due and not finished. */
export const BACKLOG_STATES = ['in_flight', 'waiting_for_retry', 'cannot_be_checked'] as const;

/** How many of a stream are in each state. */
export type Backlog = { readonly stream: string } & Readonly<Record<(typeof BACKLOG_STATES)[number], number>>;

/** Reads the small table of locks, which has a row for each claimed person and for each wait. */
export const backlogOf = ({ locks, suffix }: Subject): Statement => ({
  name: `count_backlog${suffix}`,
  text: `
    SELECT stream,
           (count(*) FILTER (WHERE claim_id IS NOT NULL))::int AS in_flight,
           (count(*) FILTER (WHERE claim_id IS NULL AND attempts < ${CANNOT_BE_CHECKED_AFTER_ATTEMPTS}))::int AS waiting_for_retry,
           (count(*) FILTER (WHERE claim_id IS NULL AND attempts >= ${CANNOT_BE_CHECKED_AFTER_ATTEMPTS}))::int AS cannot_be_checked
      FROM ${locks} GROUP BY stream`,
});

/** Persons and parties who were claimed but are not finished. */
@Injectable()
export class BacklogRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Of all subjects. Streams without such people are left out. */
  async readAll(): Promise<ReadonlyMap<Subject, readonly Backlog[]>> {
    const backlogs = SUBJECTS.map(async (subject) => [subject, await this.read(subject)] as const);
    return new Map(await Promise.all(backlogs));
  }

  private read(subject: Subject): Promise<Backlog[]> {
    return this.transactions.query<Backlog>(backlogOf(subject));
  }
}
