import type { Sql, Statement } from '../database/transactions';
import type { PersonDocument, PersonFacts } from '../domain/verification/register-stream';
import { FACTS_OF, PARTY_FACTS_OF } from './claim.sql';

interface PersonRow {
  readonly person_id: string;
  readonly last_name: string;
  readonly first_name: string;
  readonly second_name: string | null;
  readonly birth_date: string;
  readonly unzr: string | null;
}

interface DocumentRow {
  readonly id: string;
  readonly type: PersonDocument['type'];
  readonly number: string;
  readonly issued_at: string | null;
  readonly expiration_date: string | null;
}

/** A person without documents is a row without one. */
type FactsRow = PersonRow & (DocumentRow | { readonly id: null });

const IS_ACTIVE: Statement = {
  name: 'person_is_active',
  text: `SELECT coalesce(status = 'active' AND is_active, false) AS active FROM mpi.persons WHERE id = $1::uuid`,
};

/** Where the facts about people are read. */
export interface FactsSource {
  ofAll(sql: Sql, ids: readonly string[]): Promise<ReadonlyMap<string, PersonFacts>>;
}

/** What the streams may know of persons. */
export class FactsRepository implements FactsSource {
  async of(sql: Sql, personId: string): Promise<PersonFacts> {
    const facts = await this.ofAll(sql, [personId]);
    return factsAmong(facts, personId);
  }

  async ofAll(sql: Sql, personIds: readonly string[]): Promise<ReadonlyMap<string, PersonFacts>> {
    return readFacts(sql, FACTS_OF, personIds);
  }

  /** Undefined when there is no such person. */
  async isActive(sql: Sql, personId: string): Promise<boolean | undefined> {
    const [row] = await sql.query<{ active: boolean }>(IS_ACTIVE, [personId]);
    return row?.active;
  }
}

/** What the streams may know of parties: the same, as far as the tables of parties tell it. */
export class PartyFactsRepository implements FactsSource {
  async ofAll(sql: Sql, partyIds: readonly string[]): Promise<ReadonlyMap<string, PersonFacts>> {
    return readFacts(sql, PARTY_FACTS_OF, partyIds);
  }
}

async function readFacts(
  sql: Sql,
  statement: Statement,
  ids: readonly string[],
): Promise<ReadonlyMap<string, PersonFacts>> {
  const rows = ids.length === 0 ? [] : await sql.query<FactsRow & Record<string, unknown>>(statement, [ids]);
  const documents = new Map<string, PersonDocument[]>();
  const facts = new Map<string, PersonFacts>();
  for (const row of rows) {
    const his = documents.get(row.person_id) ?? [];
    if (row.id !== null) his.push(documentOf(row));
    if (!documents.has(row.person_id)) facts.set(row.person_id, factsOf(row, his));
    documents.set(row.person_id, his);
  }
  return facts;
}

/** A row of verifications cannot be without its person; not to find him is a bug. */
export function factsAmong(facts: ReadonlyMap<string, PersonFacts>, personId: string): PersonFacts {
  const his = facts.get(personId);
  if (his === undefined) throw new Error('A person with verifications is not among the persons.');
  return his;
}

function factsOf(row: PersonRow, documents: readonly PersonDocument[]): PersonFacts {
  return {
    personId: row.person_id,
    lastName: row.last_name,
    firstName: row.first_name,
    secondName: row.second_name,
    birthDate: row.birth_date,
    unzr: row.unzr,
    documents,
  };
}

function documentOf({ id, type, number, issued_at, expiration_date }: DocumentRow): PersonDocument {
  return { id, type, number, issuedAt: issued_at, expirationDate: expiration_date };
}
