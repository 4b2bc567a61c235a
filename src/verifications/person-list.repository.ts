import type { Transactions } from '../database/transactions';
import type { CumulativeStatus, StreamReason, StreamStatus } from '../domain/verification/status';
import type { StreamName } from '../domain/verification/stream';
import type { PageRequest } from '../http';
import { CountEntries } from './count-entries';
import { ALL_UNVERIFIED, type CountedList, LISTED, unverifiedBy } from './listed-statement';

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

/** A list with what its condition asks about. */
export interface ChosenList {
  readonly list: CountedList;
  readonly values: readonly unknown[];
}

/** A part of a list. */
interface Rows {
  readonly size: number;
  readonly offset: number;
}

/** Lists of active persons by how their verification stands, in the order of their ids. */
export class PersonListRepository {
  private readonly countEntries: CountEntries;

  constructor(private readonly transactions: Transactions) {
    this.countEntries = new CountEntries(transactions);
  }

  ofStatus(status: CumulativeStatus | undefined, page: PageRequest): Promise<ListedPage<ListedPerson>> {
    return this.read(listedBy(status), page);
  }

  unverified(filter: StreamFilter | undefined, page: PageRequest): Promise<ListedPage<ListedPerson>> {
    return this.read(unverified(filter), page);
  }

  /** So many rows of a list from a place on. How many it has takes longer to say than what stands on a page. */
  rows({ list, values }: ChosenList, { size, offset }: Rows): Promise<ListedPerson[]> {
    return this.transactions.query<ListedPerson & Record<string, unknown>>(list.page, [
      ...values,
      size,
      offset,
    ]);
  }

  private async read(
    chosen: ChosenList,
    { pageSize: size, offset }: PageRequest,
  ): Promise<ListedPage<ListedPerson>> {
    const total = await this.countEntries.run(chosen.list, chosen.values);
    return { entries: await this.rows(chosen, { size, offset }), total };
  }
}

/** Active persons, or those of them whose streams add up to this. */
export function listedBy(status: CumulativeStatus | undefined): ChosenList {
  return status === undefined
    ? { list: LISTED.all, values: [] }
    : { list: LISTED.ofStatus, values: [status] };
}

/** Active persons who are not verified, or those of them whose stream stands so. */
export function unverified(filter: StreamFilter | undefined): ChosenList {
  if (filter === undefined) return { list: ALL_UNVERIFIED, values: [] };
  const { stream, status, reason } = filter;
  const list = unverifiedBy(stream, { status, anyReason: reason === undefined });
  return { list, values: reason === undefined ? [] : [reason] };
}
