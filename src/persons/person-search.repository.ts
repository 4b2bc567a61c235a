import type { Statement, Sql } from '../database/transactions';
import { Injectable } from '@nestjs/common';
import type {
  LookUp,
  MatchingDocument,
  MatchingPerson,
  SearchKeys,
} from '../domain/person/matching/matching-person';

/**
 * The search reads one candidate more, to know that there are too many. A key that a thousand active persons share is a
 * word such as "none": it identifies nobody, and must not make the program compare a million persons.
 */
export const MOST_CANDIDATES = 1_000;

const LIMIT = `LIMIT ${MOST_CANDIDATES + 1}`;

/** The exact predicate of the partial indexes: with another one PostgreSQL would not use them. */
const IS_ACTIVE = `p.status = 'active' AND p.is_active`;

const HAS_TAX_ID = `
      SELECT p.id FROM mpi.persons AS p
       WHERE p.birth_date = $1::date AND p.tax_id = $2::varchar AND ${IS_ACTIVE}
       ${LIMIT}`;

/** $1 birth date, $2 tax number. */
export const FIND_BY_TAX_ID: Statement = { name: 'find_persons_by_tax_id', text: HAS_TAX_ID };

const DIGITS_OF = (number: string): string => `regexp_replace(${number}, '[^0-9]', '', 'g')`;

/**
 * $1 birth date, $2 tax number or null, $3 last name, $4 digits of certificates, as written and with Roman ones. OFFSET 0
 * keeps PostgreSQL from starting with the digits: a person has a few documents, but a million documents may have digits
 * such as 1.
 */
export const FIND_BY_TAX_ID_OR_CERTIFICATE: Statement = {
  name: 'find_persons_by_tax_id_or_certificate',
  text: `
    WITH by_tax_id AS MATERIALIZED (${HAS_TAX_ID}),
    by_certificate AS (
      SELECT p.id
        FROM mpi.persons AS p
       CROSS JOIN LATERAL (
               SELECT d.type, d.number FROM mpi.person_documents AS d WHERE d.person_id = p.id OFFSET 0) AS d
       WHERE p.birth_date = $1::date AND mpi.searched_last_name(p.last_name) = mpi.searched_last_name($3::text)
         AND ${IS_ACTIVE} AND NOT EXISTS (SELECT FROM by_tax_id)
         AND d.type = 'BIRTH_CERTIFICATE' AND d.number ~ '[0-9]'
         AND ARRAY[${DIGITS_OF('d.number')}, ${DIGITS_OF('mpi.searched_document_number(d.type, d.number)')}] && $4::text[]
       ${LIMIT})
    SELECT id FROM by_tax_id UNION ALL SELECT id FROM by_certificate`,
};

/** $1 types and $2 numbers of documents, as they were written. */
export const FIND_BY_DOCUMENTS: Statement = {
  name: 'find_persons_by_documents',
  text: `
    SELECT p.id
      FROM unnest($1::varchar[], $2::text[]) AS wanted (type, number)
      JOIN mpi.person_documents AS d
        ON d.type = wanted.type
       AND mpi.searched_document_number(d.type, d.number)
           = mpi.searched_document_number(wanted.type, wanted.number)
      JOIN mpi.persons AS p ON p.id = d.person_id AND ${IS_ACTIVE}
     ${LIMIT}`,
};

/** What the match score needs. A person deactivated since the search is not a candidate any more. */
export const READ_CANDIDATES: Statement = {
  name: 'read_person_candidates',
  text: `
    SELECT p.id, p.first_name, p.last_name, p.second_name, p.birth_date::text AS birth_date, p.birth_settlement,
           p.gender, p.tax_id,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('type', d.type, 'number', d.number)), '[]')
              FROM mpi.person_documents AS d WHERE d.person_id = p.id) AS documents,
           (SELECT coalesce(jsonb_agg(m.phone_number), '[]')
              FROM mpi.person_authentication_methods AS m
             WHERE m.person_id = p.id AND m.type = 'OTP' AND m.is_active AND m.phone_number <> '') AS otp_phones,
           (SELECT a.settlement FROM mpi.person_addresses AS a
             WHERE a.person_id = p.id AND a.type = 'RESIDENCE'
             ORDER BY a.inserted_at DESC, a.id LIMIT 1) AS residence_settlement
      FROM mpi.persons AS p
     WHERE p.id = ANY ($1::uuid[]) AND ${IS_ACTIVE}
     ORDER BY p.id`,
};

/**
 * $1 kinds of keys, then up to three texts for each. Folded by the functions of the search, so two requests that could
 * match one person take the same lock. Ascending order avoids deadlocks.
 */
export const LOCK_KEYS: Statement = {
  name: 'lock_person_search_keys',
  text: `
    WITH keys AS MATERIALIZED (
      SELECT DISTINCT hashtextextended(concat_ws(chr(31), 'person search', kind, scope,
               CASE kind WHEN 'certificate' THEN mpi.searched_last_name(value)
                         WHEN 'document' THEN mpi.searched_document_number(scope, value)
                         ELSE value END, digits), 0) AS key
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS given (kind, scope, value, digits)
       ORDER BY 1)
    SELECT pg_advisory_xact_lock(key) FROM keys`,
};

/** A registered person who may be the person of a request. */
export interface Candidate {
  readonly id: string;
  readonly person: MatchingPerson;
}

interface FoundRow {
  readonly id: string;
}

interface CandidateRow {
  readonly id: string;
  readonly first_name: string;
  readonly last_name: string;
  readonly second_name: string | null;
  readonly birth_date: string;
  readonly birth_settlement: string;
  readonly gender: MatchingPerson['gender'];
  readonly tax_id: string | null;
  readonly documents: readonly MatchingDocument[];
  readonly otp_phones: readonly string[];
  readonly residence_settlement: string | null;
}

/** A key to lock: the kind of look-up it serves, its scope, and up to two texts. */
type LockKey = readonly [kind: string, scope: string, value: string, digits: string];

/** Searches registered persons. Writes nothing. */
@Injectable()
export class PersonSearchRepository {
  /** The active persons that the look-up finds, with what the match score compares. Always at most two statements. */
  async candidates(sql: Sql, lookUp: LookUp, keys: SearchKeys): Promise<readonly Candidate[] | 'too_many'> {
    const found = await this.find(sql, lookUp, keys);
    if (found.length > MOST_CANDIDATES) return 'too_many';
    if (found.length === 0) return [];
    const ids = [...new Set(found.map(({ id }) => id))];
    const rows = await sql.query<CandidateRow>(READ_CANDIDATES, [ids]);
    return rows.map(candidateOf);
  }

  /**
   * Waits for other transactions that could match the same person, and makes others wait until the end of this one. It
   * locks all keys, not only those of the look-up: the next request may find a person registered with a tax number by
   * their certificate.
   */
  async lock(sql: Sql, keys: SearchKeys, further: readonly string[]): Promise<void> {
    const locked = lockKeysOf(keys, further);
    const column = (place: 0 | 1 | 2 | 3): string[] => locked.map((key) => key[place]);
    await sql.query(LOCK_KEYS, [column(0), column(1), column(2), column(3)]);
  }

  private find(
    sql: Sql,
    lookUp: LookUp,
    { birthDate, taxId, lastName, certificateDigits, documents }: SearchKeys,
  ): Promise<readonly FoundRow[]> {
    switch (lookUp) {
      case 'tax_id':
        return sql.query<FoundRow & Record<string, unknown>>(FIND_BY_TAX_ID, [birthDate, taxId]);
      case 'tax_id_or_certificate':
        return sql.query(FIND_BY_TAX_ID_OR_CERTIFICATE, [birthDate, taxId, lastName, certificateDigits]);
      case 'documents':
        return sql.query(FIND_BY_DOCUMENTS, [
          documents.map(({ type }) => type),
          documents.map(({ number }) => number),
        ]);
    }
  }
}

function lockKeysOf(
  { birthDate, taxId, lastName, certificateDigits, documents }: SearchKeys,
  further: readonly string[],
): readonly LockKey[] {
  return [
    ...(taxId === null ? [] : [['tax_id', birthDate, taxId, ''] as const]),
    ...certificateDigits.map((digits) => ['certificate', birthDate, lastName, digits] as const),
    ...documents.map(({ type, number }) => ['document', type, number, ''] as const),
    ...further.map((text) => ['further', '', text, ''] as const),
  ];
}

function candidateOf(row: CandidateRow): Candidate {
  return {
    id: row.id,
    person: {
      firstName: row.first_name,
      lastName: row.last_name,
      secondName: row.second_name,
      birthDate: row.birth_date,
      birthSettlement: row.birth_settlement,
      gender: row.gender,
      taxId: row.tax_id,
      documents: row.documents,
      otpPhones: row.otp_phones,
      residenceSettlement: row.residence_settlement,
    },
  };
}
