import type { Statement, Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { STREAMS, type StreamName } from '../domain/verification/stream';
import type { PageRequest } from '../http';
import type { FactsRepository } from './facts.repository';
import type { ListStatements, ListedPage } from './person-list.repository';

/** The columns of a stream that are shown, and under which name. */
const SHOWN: Readonly<Record<string, string>> = {
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

/** A person's verification as it is told: the sum, and each stream with what it has. */
export interface VerificationDetails {
  readonly verification_status: string | null;
  readonly details: Readonly<Record<StreamName, Readonly<Record<string, unknown>>>>;
}

/** Reads how a person's verification stands. */
export class ReadVerification {
  constructor(private readonly transactions: Transactions) {}

  /** Refuses when the person, or his row of verifications, is not there. */
  async run(personId: string): Promise<VerificationDetails> {
    const details = (await this.ofAll([personId])).get(personId);
    if (details === undefined) throw new Refusal('verification_not_found');
    return details;
  }

  /** Of several persons at once; who is not there is not among them. */
  async ofAll(personIds: readonly string[]): Promise<ReadonlyMap<string, VerificationDetails>> {
    const rows = await this.transactions.query<Record<string, unknown>>(FIND, [personIds]);
    return new Map(rows.map((row) => [String(row['person_id']), detailsOf(row)]));
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
  const shown: Record<string, unknown> = {};
  for (const [column, name] of Object.entries(SHOWN)) {
    const value = row[`${stream}_${column}`];
    if (value !== undefined) shown[name] = value;
  }
  return shown;
}

/** One change of one stream: who made it, by which row of the tables, and what the register had to do with it. */
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

const OF_PERSON = `FROM mpi.audit_log WHERE resource = 'person_verifications' AND resource_id = $1::uuid`;

/** By the index of the audit log. The id makes an order of what one transaction wrote. */
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

/** How a person's verification came to stand as it does, newest first. */
export class ReadHistory {
  constructor(
    private readonly transactions: Transactions,
    private readonly facts: FactsRepository,
  ) {}

  /** Refuses when there is no such person. One who is not active any more keeps his history. */
  async run(personId: string, { pageSize, offset }: PageRequest): Promise<ListedPage<HistoryEntry>> {
    const active = await this.facts.isActive(this.transactions, personId);
    if (active === undefined) throw new Refusal('person_not_found');
    const [counted] = await this.transactions.query<{ total: number }>(HISTORY.count, [personId]);
    const entries = await this.transactions.query<HistoryEntry & Record<string, unknown>>(HISTORY.page, [
      personId,
      pageSize,
      offset,
    ]);
    return { entries, total: counted?.total ?? 0 };
  }
}

/** Who a person is. Reading it is noted. */
export interface PersonCard {
  readonly id: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly second_name: string | null;
  readonly birth_date: string;
  readonly birth_country: string | null;
  readonly birth_settlement: string;
  readonly death_date: string | null;
  readonly gender: string;
  readonly email: string | null;
  readonly tax_id: string | null;
  readonly no_tax_id: boolean | null;
  readonly unzr: string | null;
  readonly preferred_way_communication: string | null;
  readonly status: 'active' | 'inactive' | null;
  readonly inserted_at: Date;
  readonly updated_at: Date;
}

const READ: Statement = {
  name: 'read_person_cards',
  text: `
    WITH found AS (
      SELECT id, first_name, last_name, second_name, birth_date::text, birth_country, birth_settlement,
             death_date::text, gender, email, tax_id, no_tax_id, unzr, preferred_way_communication, status,
             inserted_at, updated_at
        FROM mpi.persons WHERE id = ANY ($1::uuid[])
    ), noted AS (
      INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
      SELECT $2::uuid, 'persons', id, '{"read": ["personal_data"]}' FROM found)
    SELECT * FROM found`,
};

/** The personal data of persons, for officials who have to judge them. */
export class PersonCardRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Notes for each of them that the caller has read it. */
  async read(personIds: readonly string[], userId: string): Promise<ReadonlyMap<string, PersonCard>> {
    const values = [personIds, userId];
    const rows = await this.transactions.query<PersonCard & Record<string, unknown>>(READ, values);
    return new Map(rows.map((row) => [row.id, row]));
  }
}
