import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Statement, Transactions } from '../database/transactions';
import { CANNOT_BE_CHECKED_AFTER_ATTEMPTS, type RetryKind } from '../domain/verification/technical-error';
import {
  type CumulativeStatus,
  type StreamReason,
  type StreamStatus,
  REGISTER_STREAMS,
  type RegisterStreamName,
  type StreamName,
} from '../domain/verification/stream';
import type { PageRequest } from '../http';

/** A person in a list: nothing that identifies them but the id. */
export interface ListedPerson {
  readonly id: string;
  readonly verification_status: CumulativeStatus | null;
}

/** A person about whom a register repeatedly gives no usable answer. */
export interface UncheckedPerson {
  readonly id: string;
  readonly stream: RegisterStreamName;
  /** Technical errors in a row. */
  readonly attempts: number;
  /** Kind of the last error: a code, no text of the register. */
  readonly error: string | null;
  /** The last message to the register, if one was sent. */
  readonly message_id: string | null;
  readonly last_tried_at: Date;
  /** From when the job takes the person again; null while a worker has claimed them. */
  readonly next_try_at: Date | null;
}

/** One page, and the number of entries on all pages. */
export interface ListedPage<Entry> {
  readonly entries: readonly Entry[];
  readonly total: number;
}

/** A status of one stream, and optionally its reason. */
export interface StreamFilter {
  readonly stream: StreamName;
  readonly status: StreamStatus;
  readonly reason?: StreamReason | undefined;
}

/** A register stream, and the kind of the last error; both are optional. */
export interface UncheckedFilter {
  readonly stream?: RegisterStreamName | undefined;
  readonly error?: RetryKind | undefined;
}

/** A list, and the parameters of its condition. */
export interface ChosenList {
  readonly list: CountedList;
  readonly values: readonly unknown[];
}

/** A part of a list. */
interface Window {
  readonly size: number;
  readonly offset: number;
}

/** The statements of a list. */
export interface ListStatements {
  /** The parameters of the condition, then the limit and the offset. */
  readonly page: Statement;
  /** The parameters of the condition. */
  readonly count: Statement;
}

/** A list that may be long. */
export interface CountedList extends ListStatements {
  /** Of a list in the order of ids: the parameters of the condition, then the limit and the id before the page. */
  readonly pageAfter?: Statement;
  /** The number of entries, or `shortList` + 1 if there are more. */
  readonly countShort: Statement;
  readonly shortList: number;
}

interface ListParts {
  readonly columns: string;
  readonly from: string;
  readonly where: string;
  readonly order: string;
  /** Number of parameters of the condition. */
  readonly parameters: number;
  /** A further condition, which a long list is counted without: it would read a second index of millions. */
  readonly shown?: string;
}

/** An index returns this many entries within about ten milliseconds. */
const SHORT_LIST = 50_000;

/** Maximum age of the count of a long list, so that turning pages does not count millions of entries for each page. */
const COUNT_MAX_AGE_MS = 60_000;

/** To skip so many entries of an index takes some milliseconds; nobody turns so many pages by hand. */
const DEEP_OFFSET = 10_000;

/** Where deep pages begin, for those who read one page after the other. */
const MOST_BOOKMARKS = 10_000;

/** Exactly the conditions of the partial indexes. */
const ACTIVE = `p.status = 'active' AND p.is_active`;
const UNVERIFIED = `${ACTIVE} AND p.verification_status IS DISTINCT FROM 'VERIFIED'`;

/** Other programs may have inserted a person without verifications; nothing could be shown of them. */
const HAS_VERIFICATIONS = ' AND EXISTS (SELECT FROM mpi.person_verifications AS v WHERE v.person_id = p.id)';

const RETRY_AT = REGISTER_STREAMS.map((stream) => `WHEN '${stream}' THEN v.${stream}_retry_at`).join(' ');

/** Active persons; with $1, those of one cumulative status. */
export const LISTED = {
  all: personList('listed_persons', {
    from: 'mpi.persons AS p',
    where: ACTIVE,
    parameters: 0,
    shown: HAS_VERIFICATIONS,
  }),
  ofStatus: personList('listed_persons_of_status', {
    from: 'mpi.persons AS p',
    where: `${ACTIVE} AND p.verification_status = $1::varchar`,
    parameters: 1,
    shown: HAS_VERIFICATIONS,
  }),
} as const;

/** Active persons who are not verified. */
export const ALL_UNVERIFIED = personList('unverified_persons', {
  from: 'mpi.persons AS p',
  where: UNVERIFIED,
  parameters: 0,
  shown: HAS_VERIFICATIONS,
});

/** Active persons who cannot be checked: all, in stream $1, with error $1, or in stream $1 with error $2. */
export const UNCHECKED = {
  all: uncheckedList('unchecked_persons', '', 0),
  ofStream: uncheckedList('unchecked_persons_of_stream', ' AND l.stream = $1::varchar', 1),
  ofError: uncheckedList('unchecked_persons_of_error', ' AND l.last_error_kind = $1::varchar', 1),
  ofBoth: uncheckedList(
    'unchecked_persons_of_both',
    ' AND l.stream = $1::varchar AND l.last_error_kind = $2::varchar',
    2,
  ),
} as const;

/** Lists of active persons by their verification, in the order of their ids. */
@Injectable()
export class PersonListRepository {
  private readonly counts: ListCounts;
  /** The id before a deep page, by list and offset: the next page begins there instead of skipping all entries before. */
  private readonly bookmarks = new LRUCache<string, string>({ max: MOST_BOOKMARKS, ttl: COUNT_MAX_AGE_MS });

  constructor(private readonly transactions: Transactions) {
    this.counts = new ListCounts(transactions);
  }

  ofStatus(status: CumulativeStatus | undefined, page: PageRequest): Promise<ListedPage<ListedPerson>> {
    return this.page<ListedPerson>(listedBy(status), page);
  }

  unverified(filter: StreamFilter | undefined, page: PageRequest): Promise<ListedPage<ListedPerson>> {
    return this.page<ListedPerson>(unverified(filter), page);
  }

  /** Reads an index that contains only the persons who cannot be checked. */
  cannotBeChecked(filter: UncheckedFilter, page: PageRequest): Promise<ListedPage<UncheckedPerson>> {
    return this.page<UncheckedPerson>(uncheckedBy(filter), page);
  }

  /** A part of a list of persons without the count, which would take longer than the rows. */
  async rows(chosen: ChosenList, window: Window): Promise<ListedPerson[]> {
    // Beyond the end of a list every entry would be skipped.
    const isDeep = window.offset >= DEEP_OFFSET;
    if (isDeep && window.offset >= (await this.counts.count(chosen.list, chosen.values))) return [];
    return this.window<ListedPerson>(chosen, window);
  }

  private async page<Entry extends { readonly id: string }>(
    chosen: ChosenList,
    { pageSize: size, offset }: PageRequest,
  ): Promise<ListedPage<Entry>> {
    const total = await this.counts.count(chosen.list, chosen.values);
    const entries = offset < total ? await this.window<Entry>(chosen, { size, offset }) : [];
    return { entries, total };
  }

  private async window<Entry extends { readonly id: string }>(
    chosen: ChosenList,
    { size, offset }: Window,
  ): Promise<Entry[]> {
    const { list, values } = chosen;
    const before = this.bookmarks.get(bookmarkOf(chosen, offset));
    const entries =
      list.pageAfter === undefined || before === undefined
        ? await this.transactions.query<Entry>(list.page, [...values, size, offset])
        : await this.transactions.query<Entry>(list.pageAfter, [...values, size, before]);
    // Where the next page begins; a reader that asks for one entry more than its page will begin one earlier.
    for (const length of [entries.length, entries.length - 1]) {
      const last = entries[length - 1];
      if (last !== undefined && offset + length >= DEEP_OFFSET)
        this.bookmarks.set(bookmarkOf(chosen, offset + length), last.id);
    }
    return entries;
  }
}

const bookmarkOf = ({ list, values }: ChosenList, offset: number): string =>
  [list.page.name, ...values, offset].join(' ');

/** Active persons, optionally only those with this cumulative status. */
export function listedBy(status: CumulativeStatus | undefined): ChosenList {
  return status === undefined
    ? { list: LISTED.all, values: [] }
    : { list: LISTED.ofStatus, values: [status] };
}

function uncheckedBy({ stream, error }: UncheckedFilter): ChosenList {
  if (stream !== undefined && error !== undefined) return { list: UNCHECKED.ofBoth, values: [stream, error] };
  if (stream !== undefined) return { list: UNCHECKED.ofStream, values: [stream] };
  return error === undefined
    ? { list: UNCHECKED.all, values: [] }
    : { list: UNCHECKED.ofError, values: [error] };
}

/** Active persons who are not verified, optionally only those whose stream has this status. */
export function unverified(filter: StreamFilter | undefined): ChosenList {
  if (filter === undefined) return { list: ALL_UNVERIFIED, values: [] };
  const { stream, status, reason } = filter;
  const list = unverifiedBy(stream, { status, anyReason: reason === undefined });
  return { list, values: reason === undefined ? [] : [reason] };
}

/**
 * Unverified persons whose stream has a status and, unless `anyReason`, the reason $1. A status that has a partial index
 * is a constant of the text: PostgreSQL uses a partial index only if it sees the condition when it plans.
 */
export function unverifiedBy(
  stream: StreamName,
  { status, anyReason }: { readonly status: string; readonly anyReason: boolean },
): CountedList {
  const reason = anyReason ? '' : ` AND v.${stream}_verification_reason = $1::varchar`;
  return personList(`listed_${stream}_${status}${anyReason ? '' : '_reason'}`.toLowerCase(), {
    from: 'mpi.persons AS p JOIN mpi.person_verifications AS v ON v.person_id = p.id',
    where: `${UNVERIFIED} AND v.person_is_active AND v.${stream}_verification_status = '${status}'${reason}`,
    parameters: anyReason ? 0 : 1,
  });
}

function personList(name: string, parts: Omit<ListParts, 'columns' | 'order'>): CountedList {
  const columns = 'p.id, p.verification_status';
  const { from, where, parameters } = parts;
  return {
    ...countedList(name, { columns, order: 'p.id', ...parts }),
    pageAfter: {
      name: `${name}_after`,
      text: `
        SELECT ${columns} FROM ${from} WHERE ${where} AND p.id > $${parameters + 2}::uuid
         ORDER BY p.id LIMIT $${parameters + 1}::bigint`,
    },
  };
}

function uncheckedList(name: string, filter: string, parameters: number): CountedList {
  return countedList(name, {
    columns: `l.person_id AS id, l.stream, l.attempts, l.last_error_kind AS error, l.last_message_id AS message_id,
              l.updated_at AS last_tried_at,
              CASE l.stream ${RETRY_AT} END AS next_try_at`,
    from: 'mpi.verification_locks AS l JOIN mpi.person_verifications AS v ON v.person_id = l.person_id',
    // The number is a constant of the text, exactly as in the partial index.
    where: `l.attempts >= ${CANNOT_BE_CHECKED_AFTER_ATTEMPTS} AND v.person_is_active${filter}`,
    order: 'l.person_id, l.stream',
    parameters,
  });
}

function countedList(
  name: string,
  { columns, from, where, order, parameters, shown = '' }: ListParts,
): CountedList {
  return {
    page: {
      name,
      text: `
        SELECT ${columns} FROM ${from} WHERE ${where}${shown}
         ORDER BY ${order} LIMIT $${parameters + 1}::bigint OFFSET $${parameters + 2}::bigint`,
    },
    count: { name: `${name}_count`, text: `SELECT count(*)::integer AS total FROM ${from} WHERE ${where}` },
    countShort: {
      // PostgreSQL cuts names after 63 bytes: names that differ only behind that would be the same statement.
      name: `${name}_short`,
      text: `SELECT count(*)::integer AS total
               FROM (SELECT FROM ${from} WHERE ${where}${shown} LIMIT ${SHORT_LIST + 1}) AS listed`,
    },
    shortList: SHORT_LIST,
  };
}

interface CachedCount {
  readonly atMs: number;
  readonly total: Promise<number>;
}

/**
 * Numbers of entries. A short list is counted each time. A long list is counted exactly, from its index only, but each
 * process counts it at most once a minute and never twice at once: counting five million entries takes most of a second.
 * That count includes persons without verifications, whom no page shows.
 */
export class ListCounts {
  private readonly cached = new Map<string, CachedCount>();

  constructor(private readonly transactions: Pick<Transactions, 'query'>) {}

  async count({ count, countShort, shortList }: CountedList, values: readonly unknown[]): Promise<number> {
    const few = await this.query(countShort, values);
    if (few <= shortList) return few;
    const key = [count.name, ...values].join(' ');
    const cached = this.cached.get(key);
    if (cached !== undefined && performance.now() - cached.atMs < COUNT_MAX_AGE_MS) return cached.total;
    const total = this.query(count, values);
    this.cached.set(key, { atMs: performance.now(), total });
    // A failed count is not cached.
    total.catch(() => this.cached.delete(key));
    return total;
  }

  private async query(statement: Statement, values: readonly unknown[]): Promise<number> {
    const [row] = await this.transactions.query<{ total: number }>(statement, values);
    return row?.total ?? 0;
  }
}
