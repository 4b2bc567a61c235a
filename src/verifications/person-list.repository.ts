import type { Transactions } from '../database/transactions';
import type { CumulativeStatus, StreamReason, StreamStatus } from '../domain/verification/status';
import type { StreamName } from '../domain/verification/stream';
import type { PageRequest } from '../http';
import { ALL_UNVERIFIED, LISTED, type ListStatements, unverifiedBy } from './listed-statement';

/** A person in a list: nothing by which anybody could be recognised. */
export interface ListedPerson {
  readonly id: string;
  readonly verification_status: CumulativeStatus | null;
}

/** One page, and how many entries all pages have. */
export interface ListedPage<Entry> {
  readonly entries: readonly Entry[];
  readonly total: number;
}

/** A stream that stands so. */
export interface StreamFilter {
  readonly stream: StreamName;
  readonly status: StreamStatus;
  readonly reason?: StreamReason | undefined;
}

/** Lists of active persons by how their verification stands, in the order of their ids. */
export class PersonListRepository {
  constructor(private readonly transactions: Transactions) {}

  ofStatus(status: CumulativeStatus | undefined, page: PageRequest): Promise<ListedPage<ListedPerson>> {
    return status === undefined
      ? this.read(LISTED.all, [], page)
      : this.read(LISTED.ofStatus, [status], page);
  }

  unverified(filter: StreamFilter | undefined, page: PageRequest): Promise<ListedPage<ListedPerson>> {
    if (filter === undefined) return this.read(ALL_UNVERIFIED, [], page);
    const { stream, status, reason } = filter;
    const list = unverifiedBy(stream, { status, anyReason: reason === undefined });
    return this.read(list, reason === undefined ? [] : [reason], page);
  }

  private async read(
    { page, count }: ListStatements,
    values: readonly unknown[],
    { pageSize, offset }: PageRequest,
  ): Promise<ListedPage<ListedPerson>> {
    const [counted] = await this.transactions.rows<{ total: number }>(count, values);
    const entries = await this.transactions.rows<ListedPerson & Record<string, unknown>>(page, [
      ...values,
      pageSize,
      offset,
    ]);
    return { entries, total: counted?.total ?? 0 };
  }
}
