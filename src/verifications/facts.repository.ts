import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import type { PersonDocument, PersonFacts } from '../domain/verification/register-stream';
import { PERSONS, type Subject } from './subject';

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

/** A person without documents has one row, with null in its place. */
type FactsRow = PersonRow & (DocumentRow | { readonly id: null });

/**
 * Facts about parties, in the columns of `PERSON_FACTS`. Their documents have no dates: of several passports the register
 * is asked about the one with the smallest id.
 */
export const PARTY_FACTS: Statement = {
  name: 'facts_of_parties',
  text: `
    SELECT p.id AS person_id, coalesce(p.last_name, '') AS last_name, coalesce(p.first_name, '') AS first_name,
           p.second_name, coalesce(p.birth_date::text, '') AS birth_date, NULL AS unzr,
           d.id, d.type, d.number, NULL AS issued_at, NULL AS expiration_date
      FROM prm.parties AS p
      LEFT JOIN prm.party_documents AS d ON d.party_id = p.id AND d.party_id = ANY ($1::uuid[])
     WHERE p.id = ANY ($1::uuid[])`,
};

/**
 * Facts about persons: a row for each document, and one row without a document for a person who has none. The ids are in
 * the statement twice because the planner does not apply the list to the joined table, and would read all documents.
 */
const PERSON_FACTS: Statement = {
  name: 'facts_of_persons',
  text: `
    SELECT p.id AS person_id, p.last_name, p.first_name, p.second_name, p.birth_date::text AS birth_date, p.unzr,
           d.id, d.type, d.number, d.issued_at::text AS issued_at, d.expiration_date::text AS expiration_date
      FROM mpi.persons AS p
      LEFT JOIN mpi.person_documents AS d ON d.person_id = p.id AND d.person_id = ANY ($1::uuid[])
     WHERE p.id = ANY ($1::uuid[])`,
};

/** Facts about persons and parties, as the streams may know them. */
@Injectable()
export class FactsRepository {
  async ofPerson(sql: Sql, personId: string): Promise<PersonFacts> {
    return factsAmong(await this.ofAll(sql, PERSONS, [personId]), personId);
  }

  /** By the id of the person or party; ids that do not exist are missing from the result. */
  async ofAll(
    sql: Sql,
    { name }: Pick<Subject, 'name'>,
    ids: readonly string[],
  ): Promise<ReadonlyMap<string, PersonFacts>> {
    if (ids.length === 0) return new Map();
    const statement = name === 'persons' ? PERSON_FACTS : PARTY_FACTS;
    const rows = await sql.query<FactsRow & Record<string, unknown>>(statement, [ids]);
    const documents = new Map<string, PersonDocument[]>();
    const facts = new Map<string, PersonFacts>();
    for (const row of rows) {
      const own = documents.get(row.person_id) ?? [];
      if (row.id !== null) own.push(documentOf(row));
      if (!documents.has(row.person_id)) facts.set(row.person_id, factsOf(row, own));
      documents.set(row.person_id, own);
    }
    return facts;
  }
}

/** A row of verifications always has its person; a missing person is a bug. */
export function factsAmong(facts: ReadonlyMap<string, PersonFacts>, personId: string): PersonFacts {
  const own = facts.get(personId);
  if (own === undefined) throw new Error('A person with verifications is not among the persons.');
  return own;
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
