import { Injectable } from '@nestjs/common';
import { type Statement, Transactions } from '../database/transactions';
import { maskedNameOf, type NameRow } from '../domain/person/masking';
import { explanationOf, readChange } from '../domain/verification/explanation.rules';
import type { Phrase } from '../domain/verification/explanation.texts';
import { REGISTER_STREAMS, type RegisterStreamName } from '../domain/verification/stream';
import type { PageRequest } from '../http';
import { PersonCardRepository } from './person-card.repository';
import type { ListedPage, ListStatements } from './person-list.repository';
import { StreamRegistry } from './stream-registry';

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

/**
 * The names of users who are parties with their tax number. Two parties with one number give no name.
 * $1 users.
 */
export const ACTORS: Statement = {
  name: 'verification_history_actors',
  text: `
    SELECT u.id, p.last_name, p.first_name, p.second_name
      FROM mithril.users AS u
      JOIN prm.parties AS p ON p.tax_id = u.tax_id AND p.is_active AND p.tax_id IS NOT NULL
     WHERE u.id = ANY ($1::uuid[])`,
};

/** The answers that the streams of a person refer to now. $1 person. */
export const STORED_ANSWERS: Statement = {
  name: 'verification_history_answers',
  text: REGISTER_STREAMS.map(
    (stream) => `
    SELECT '${stream}' AS stream, v.${stream}_synced_at AS synced_at, d.updated_at AS stored_at
      FROM mpi.person_verifications AS v JOIN mimir.${stream}_data AS d ON d.id = v.${stream}_data_id
     WHERE v.person_id = $1::uuid`,
  ).join(' UNION ALL '),
};

interface StoredAnswer extends Record<string, unknown> {
  readonly stream: RegisterStreamName;
  readonly synced_at: Date | null;
  readonly stored_at: Date;
}

interface ActorRow extends NameRow, Record<string, unknown> {
  readonly id: string;
}

interface AuditRow extends Record<string, unknown> {
  readonly id: string;
  readonly inserted_at: Date;
  readonly actor_id: string | null;
  readonly row: string | null;
  readonly changeset: Readonly<Record<string, unknown>> | null;
  readonly run_id: string | null;
  readonly message_id: string | null;
  readonly duration_ms: number | null;
}

/** What the register answered: nothing of the person, only whether it has the document or the number. */
export interface RegisterAnswer {
  readonly answer: string;
  readonly means: 'confirmed' | 'refuted';
  /** When the answer was last stored, while the stream still refers to it; null if it is not stored. */
  readonly stored_at: Date | null;
}

/** One change of one stream: by whom, by which row of the tables, why, and the call to the register that led to it. */
export interface HistoryEntry extends AuditRow {
  /** Last name and initials of the official; null for the program itself, and when the name is not known. */
  readonly actor_name: string | null;
  readonly register_answer: RegisterAnswer | null;
  readonly explanation: Phrase;
}

/** The rows of the tables that an answer of a register leads to. */
const MEANINGS: Readonly<Record<string, RegisterAnswer['means']>> = {
  S6: 'confirmed',
  S7: 'refuted',
  S8: 'refuted',
};

/** What happened to the verification of a person, in the words of the tables. */
@Injectable()
export class VerificationHistory {
  constructor(
    private readonly transactions: Transactions,
    private readonly persons: PersonCardRepository,
    private readonly streams: StreamRegistry,
  ) {}

  /** The changes of a person's verification, newest first. Refuses if the person does not exist; inactive persons keep theirs. */
  async read(personId: string, { pageSize, offset }: PageRequest): Promise<ListedPage<HistoryEntry>> {
    await this.persons.requireExisting(personId);
    const [counted] = await this.transactions.query<{ total: number }>(HISTORY.count, [personId]);
    const total = counted?.total ?? 0;
    if (offset >= total) return { entries: [], total };
    const rows = await this.transactions.query<AuditRow>(HISTORY.page, [personId, pageSize, offset]);
    const [names, stored] = await Promise.all([this.actorNames(rows), this.storedAnswers(personId, rows)]);
    const entries = rows.map((row) => ({
      ...row,
      actor_name: names.get(row.actor_id ?? '') ?? null,
      register_answer: this.answerOf(row, stored),
      explanation: explanationOf({
        at: row.inserted_at,
        row: row.row,
        changeset: row.changeset,
        runId: row.run_id,
        messageId: row.message_id,
        durationMs: row.duration_ms,
      }),
    }));
    return { entries, total };
  }

  private async actorNames(rows: readonly AuditRow[]): Promise<ReadonlyMap<string, string | null>> {
    const ids = [...new Set(rows.flatMap(({ actor_id: id }) => (id === null ? [] : [id])))];
    const actors = ids.length === 0 ? [] : await this.transactions.query<ActorRow>(ACTORS, [ids]);
    const names = new Map<string, string | null>();
    for (const actor of actors) {
      const name = maskedNameOf(actor);
      const isOther = names.has(actor.id) && names.get(actor.id) !== name;
      names.set(actor.id, isOther || name === '' ? null : name);
    }
    return names;
  }

  private async storedAnswers(personId: string, rows: readonly AuditRow[]): Promise<readonly StoredAnswer[]> {
    if (!rows.some(({ row }) => row !== null && row in MEANINGS)) return [];
    return this.transactions.query<StoredAnswer>(STORED_ANSWERS, [personId]);
  }

  /** The answer follows from the row: the table of the stream has one answer that confirms and one that refutes. */
  private answerOf(
    { row, changeset, inserted_at: at }: AuditRow,
    stored: readonly StoredAnswer[],
  ): RegisterAnswer | null {
    const stream = readChange(changeset)?.stream;
    const means = row === null ? undefined : MEANINGS[row];
    const checked = this.streams.ofPersons().find(({ stream: { name } }) => name === stream);
    if (checked === undefined || means === undefined) return null;
    const [answer] =
      Object.entries(checked.stream.answers).find(([, meaning]) => meaning.means === means) ?? [];
    if (answer === undefined) return null;
    // The change and the reference to the answer were written in one transaction, whose time both have.
    const kept = stored.find((row) => row.stream === stream && row.synced_at?.getTime() === at.getTime());
    return { answer, means, stored_at: kept?.stored_at ?? null };
  }
}
