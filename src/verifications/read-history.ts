import type { Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import type { PageRequest } from '../http';
import type { FactsRepository } from './facts.repository';
import type { ListStatements } from './listed-statement';
import type { ListedPage } from './person-list.repository';

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
