import { Injectable } from '@nestjs/common';
import { type Statement, Transactions } from '../database/transactions';
import { maskedNameOf, type NameRow } from '../domain/person/masking';
import {
  type StreamName,
  type StreamReason,
  STREAMS,
  type StreamStatus,
} from '../domain/verification/stream';
import type { PageRequest } from '../http';
import {
  type ListedPage,
  type ListedPerson,
  PersonListRepository,
  type StreamFilter,
  type UncheckedFilter,
  type UncheckedPerson,
} from './person-list.repository';

/** A stream that keeps a person from being verified, or that the list was asked for. */
interface ListedStream {
  readonly stream: StreamName;
  readonly verification_status: StreamStatus;
  readonly verification_reason: StreamReason;
  /** When it became NOT_VERIFIED; kept while an official looks at the person. Null where the stream does not record it. */
  readonly unverified_at: Date | null;
}

/** An unverified person, as officials choose whom to work on. */
export interface UnverifiedPerson extends ListedPerson {
  /** Last name and initials. */
  readonly name: string | null;
  readonly streams: readonly ListedStream[];
}

/** A person who cannot be checked, with a name. */
export interface NamedUncheckedPerson extends UncheckedPerson {
  readonly name: string | null;
}

const STREAM_COLUMNS = STREAMS.flatMap((stream) => [
  `v.${stream}_verification_status`,
  `v.${stream}_verification_reason`,
  // This stream records no time.
  stream === 'dracs_name_change' ? `NULL AS ${stream}_unverified_at` : `v.${stream}_unverified_at`,
]).join(', ');

/** Of the persons of one page only, by their keys. $1 persons. */
export const LISTED_STREAMS: Statement = {
  name: 'listed_streams',
  text: `
    SELECT p.id, p.last_name, p.first_name, p.second_name, ${STREAM_COLUMNS}
      FROM mpi.persons AS p JOIN mpi.person_verifications AS v ON v.person_id = p.id
     WHERE p.id = ANY ($1::uuid[])`,
};

interface ListedRow extends NameRow, Record<string, unknown> {
  readonly id: string;
}

/**
 * Lists of persons whom somebody has to care about. A page is found in an index by its ids; names and streams are read
 * for its entries only, so that a page far inside a long list costs no more.
 */
@Injectable()
export class WorkListService {
  constructor(
    private readonly lists: PersonListRepository,
    private readonly transactions: Transactions,
  ) {}

  /** With a filter: each person with that stream. Without: with all streams that are neither verified nor unneeded. */
  async unverified(
    filter: StreamFilter | undefined,
    page: PageRequest,
  ): Promise<ListedPage<UnverifiedPerson>> {
    const { entries, total } = await this.lists.unverified(filter, page);
    const rows = await this.rowsOf(entries);
    return {
      entries: entries.map((entry) => {
        const row = rows.get(entry.id);
        return { ...entry, name: nameOf(row), streams: row === undefined ? [] : streamsOf(row, filter) };
      }),
      total,
    };
  }

  async cannotBeChecked(
    filter: UncheckedFilter,
    page: PageRequest,
  ): Promise<ListedPage<NamedUncheckedPerson>> {
    const { entries, total } = await this.lists.cannotBeChecked(filter, page);
    const rows = await this.rowsOf(entries);
    return { entries: entries.map((entry) => ({ ...entry, name: nameOf(rows.get(entry.id)) })), total };
  }

  /** For readers who may see ids, and no names. */
  async cannotBeCheckedUnnamed(
    filter: UncheckedFilter,
    page: PageRequest,
  ): Promise<ListedPage<NamedUncheckedPerson>> {
    const { entries, total } = await this.lists.cannotBeChecked(filter, page);
    return { entries: entries.map((entry) => ({ ...entry, name: null })), total };
  }

  private async rowsOf(entries: readonly { readonly id: string }[]): Promise<ReadonlyMap<string, ListedRow>> {
    if (entries.length === 0) return new Map();
    const rows = await this.transactions.query<ListedRow>(LISTED_STREAMS, [entries.map(({ id }) => id)]);
    return new Map(rows.map((row) => [row.id, row]));
  }
}

/** Null if the row was removed after the list was read. */
const nameOf = (row: NameRow | undefined): string | null => (row === undefined ? null : maskedNameOf(row));

const SETTLED: readonly StreamStatus[] = ['VERIFIED', 'VERIFICATION_NOT_NEEDED'];

function streamsOf(row: ListedRow, filter: StreamFilter | undefined): ListedStream[] {
  const streams = STREAMS.map((stream) => ({
    stream,
    verification_status: row[`${stream}_verification_status`] as StreamStatus,
    verification_reason: row[`${stream}_verification_reason`] as StreamReason,
    unverified_at: row[`${stream}_unverified_at`] as Date | null,
  }));
  return streams.filter(({ stream, verification_status: status }) =>
    filter === undefined ? !SETTLED.includes(status) : stream === filter.stream,
  );
}
