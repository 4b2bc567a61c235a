import { Injectable } from '@nestjs/common';
import { type Statement, Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { STREAMS, type StreamName } from '../domain/verification/stream';
import type { PageRequest } from '../http';
import { PersonCardRepository } from './person-card.repository';
import type { ListedPage, ListStatements } from './person-list.repository';

/** The published columns of a stream, and their published names. */
const PUBLISHED: Readonly<Record<string, string>> = {
  verification_status: 'verification_status',
  verification_reason: 'verification_reason',
  verification_comment: 'verification_comment',
  data_status: 'status',
  data_result: 'result',
  synced_at: 'synced_at',
  unverified_at: 'unverified_at',
};

const FIND: Statement = {
  name: 'read_person_verifications',
  text: `
    SELECT p.verification_status AS cumulative, v.*
      FROM mpi.persons AS p JOIN mpi.person_verifications AS v ON v.person_id = p.id
     WHERE p.id = ANY ($1::uuid[])`,
};

const OF_PERSON = `FROM mpi.audit_log WHERE resource = 'person_verifications' AND resource_id = $1::uuid`;

/** Reads an index of the audit log. The id orders what one transaction wrote. */
export const HISTORY: ListStatements = {
  /** $1 person, $2 limit, $3 offset. */
  page: {
    name: 'verification_history',
    text: `
      SELECT id, inserted_at, actor_id, "row", changeset, run_id, message_id, duration_ms
        ${OF_PERSON} ORDER BY inserted_at DESC, id DESC LIMIT $2::bigint OFFSET $3::bigint`,
  },
  count: { name: 'verification_history_count', text: `SELECT count(*)::integer AS total ${OF_PERSON}` },
};

/** A person's verification as it is published: the cumulative status, and the columns of each stream. */
export interface VerificationDetails {
  readonly verification_status: string | null;
  readonly details: Readonly<Record<StreamName, Readonly<Record<string, unknown>>>>;
}

/** One change of one stream: by whom, by which row of the tables, and the call to the register that led to it. */
export interface HistoryEntry {
  readonly id: string;
  readonly inserted_at: Date;
  readonly actor_id: string | null;
  readonly row: string | null;
  readonly changeset: Readonly<Record<string, unknown>> | null;
  readonly run_id: string | null;
  readonly message_id: string | null;
  readonly duration_ms: number | null;
}

/** Reads the verification of persons, and its history. */
@Injectable()
export class VerificationReader {
  constructor(
    private readonly transactions: Transactions,
    private readonly persons: PersonCardRepository,
  ) {}

  /** Refuses if the person, or their row of verifications, does not exist. */
  async details(personId: string): Promise<VerificationDetails> {
    const details = (await this.detailsOfAll([personId])).get(personId);
    if (details === undefined) throw new Refusal('verification_not_found');
    return details;
  }

  /** Of several persons at once; persons who do not exist are missing from the result. */
  async detailsOfAll(personIds: readonly string[]): Promise<ReadonlyMap<string, VerificationDetails>> {
    const rows = await this.transactions.query<Record<string, unknown>>(FIND, [personIds]);
    return new Map(rows.map((row) => [String(row['person_id']), detailsOf(row)]));
  }

  /** The changes of a person's verification, newest first. Refuses if the person does not exist; inactive persons keep theirs. */
  async history(personId: string, { pageSize, offset }: PageRequest): Promise<ListedPage<HistoryEntry>> {
    await this.persons.requireExisting(personId);
    const [counted] = await this.transactions.query<{ total: number }>(HISTORY.count, [personId]);
    const total = counted?.total ?? 0;
    if (offset >= total) return { entries: [], total };
    const entries = await this.transactions.query<HistoryEntry & Record<string, unknown>>(HISTORY.page, [
      personId,
      pageSize,
      offset,
    ]);
    return { entries, total };
  }
}

function detailsOf(row: Readonly<Record<string, unknown>>): VerificationDetails {
  const details = Object.fromEntries(STREAMS.map((stream) => [stream, streamOf(row, stream)]));
  return {
    verification_status: row['cumulative'] as string | null,
    details: details as VerificationDetails['details'],
  };
}

function streamOf(row: Readonly<Record<string, unknown>>, stream: StreamName): Record<string, unknown> {
  const published: Record<string, unknown> = {};
  for (const [column, name] of Object.entries(PUBLISHED)) {
    const value = row[`${stream}_${column}`];
    if (value !== undefined) published[name] = value;
  }
  return published;
}
