import type { Statement } from '../database/transactions';

/**
 * So many candidates are compared, and one more is found to know that there are too many. A key that a thousand active
 * persons share is no key but a word such as "none": whoever comes with it cannot be told from the others, and must not
 * make the program compare a million.
 */
export const MOST_CANDIDATES = 1_000;
const LIMIT = `LIMIT ${MOST_CANDIDATES + 1}`;

/** Word by word the predicate of the partial indexes, or they would not be used. */
const IS_ACTIVE = `p.status = 'active' AND p.is_active`;

const HAS_TAX_ID = `
      SELECT p.id FROM mpi.persons AS p
       WHERE p.birth_date = $1::date AND p.tax_id = $2::varchar AND ${IS_ACTIVE}
       ${LIMIT}`;

/** $1 birth date, $2 tax number. */
export const FIND_BY_TAX_ID: Statement = { name: 'find_persons_by_tax_id', text: HAS_TAX_ID };

/**
 * $1 birth date, $2 tax number or null, $3 last name, $4 digits of certificates. The documents are behind a fence
 * (OFFSET 0) that keeps PostgreSQL from beginning with the digits: a person has a few documents, and digits such as 1
 * may stand on a million.
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
       WHERE p.birth_date = $1::date AND mpi.folded_last_name(p.last_name) = mpi.folded_last_name($3::text)
         AND ${IS_ACTIVE} AND NOT EXISTS (SELECT FROM by_tax_id)
         AND d.type = 'BIRTH_CERTIFICATE' AND regexp_replace(d.number, '[^0-9]', '', 'g') = ANY ($4::text[])
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
       AND mpi.folded_document_number(d.number) = mpi.folded_document_number(wanted.number)
      JOIN mpi.persons AS p ON p.id = d.person_id AND ${IS_ACTIVE}
     ${LIMIT}`,
};

/** What the score needs of each. Who was deactivated since he was found is not a candidate any more. */
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
 * $1 kinds of keys, with them up to three texts each. Folded here, by the functions of the search: two requests that
 * the search would lead to one person take one lock. In ascending order, so that no two wait for one another crosswise.
 */
export const LOCK_KEYS: Statement = {
  name: 'lock_person_search_keys',
  text: `
    WITH keys AS MATERIALIZED (
      SELECT DISTINCT hashtextextended(concat_ws(chr(31), 'person search', kind, scope,
               CASE kind WHEN 'certificate' THEN mpi.folded_last_name(value)
                         WHEN 'document' THEN mpi.folded_document_number(value)
                         ELSE value END, digits), 0) AS key
        FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS given (kind, scope, value, digits)
       ORDER BY 1)
    SELECT pg_advisory_xact_lock(key) FROM keys`,
};
