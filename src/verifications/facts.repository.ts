import type { Sql, Statement } from '../database/transactions';
import type { PersonDocument, PersonFacts } from '../domain/verification/register-stream';
import { DOCUMENTS_OF } from './claim-statements';

interface DocumentRow {
  readonly person_id: string;
  readonly id: string;
  readonly type: PersonDocument['type'];
  readonly number: string;
  readonly issued_at: string | null;
  readonly expiration_date: string | null;
}

const IS_ACTIVE: Statement = {
  name: 'person_is_active',
  text: `SELECT coalesce(status = 'active' AND is_active, false) AS active FROM mpi.persons WHERE id = $1::uuid`,
};

/** What the streams may know of persons. */
export class FactsRepository {
  async of(sql: Sql, personId: string): Promise<PersonFacts> {
    const facts = await this.ofAll(sql, [personId]);
    return facts.get(personId) ?? { personId, documents: [] };
  }

  async ofAll(sql: Sql, personIds: readonly string[]): Promise<ReadonlyMap<string, PersonFacts>> {
    const rows =
      personIds.length === 0
        ? []
        : await sql.rows<DocumentRow & Record<string, unknown>>(DOCUMENTS_OF, [personIds]);
    const documents = new Map<string, PersonDocument[]>(personIds.map((personId) => [personId, []]));
    for (const { person_id, id, type, number, issued_at, expiration_date } of rows) {
      documents
        .get(person_id)
        ?.push({ id, type, number, issuedAt: issued_at, expirationDate: expiration_date });
    }
    return new Map([...documents].map(([personId, each]) => [personId, { personId, documents: each }]));
  }

  /** Undefined when there is no such person. */
  async isActive(sql: Sql, personId: string): Promise<boolean | undefined> {
    const [row] = await sql.rows<{ active: boolean }>(IS_ACTIVE, [personId]);
    return row?.active;
  }
}
