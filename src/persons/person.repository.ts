import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import type { IsoDay } from '../domain/calendar-day';
import type { DocumentType } from '../domain/person/dictionaries';
import type { SignUpContent } from '../domain/person/person-request';
import { maskedChangesOf, PERSON_COLUMNS, personRowOf } from './person-row';

/** A person of the registry, as far as others are told about him. */
export interface RegisteredPerson {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly secondName: string | null;
  readonly birthDate: IsoDay;
  readonly taxId: string | null;
}

/** Who is written, and by whom. */
export interface NewPerson {
  readonly id: string;
  readonly content: SignUpContent;
  readonly actorId: string;
}

const ACTIVE: Statement = {
  name: 'active_person',
  text: `
    SELECT id, first_name AS "firstName", last_name AS "lastName", second_name AS "secondName",
           birth_date::text AS "birthDate", tax_id AS "taxId"
      FROM mpi.persons WHERE id = $1::uuid AND status = 'active' AND is_active`,
};

const HAS_PROVED_LEGAL_CAPACITY: Statement = {
  name: 'has_proved_legal_capacity',
  text: `
    SELECT EXISTS (
      SELECT FROM mpi.person_documents AS d JOIN mpi.person_verifications AS v ON v.person_id = d.person_id
       WHERE d.person_id = $1::uuid AND d.type = ANY ($2::varchar[])
         AND v.legal_capacity_verification_status IN ('VERIFIED', 'VERIFICATION_NOT_NEEDED')) AS proved`,
};

const PERSON_NAMES = PERSON_COLUMNS.join(', ');

/** $1 person, $2 actor, $3 the columns. The cumulative status follows when the streams begin. */
const INSERT_PERSON: Statement = {
  name: 'insert_person',
  text: `
    INSERT INTO mpi.persons (id, status, is_active, inserted_by, updated_by, ${PERSON_NAMES})
    SELECT $1::uuid, 'active', true, $2::uuid, $2::uuid, ${PERSON_NAMES}
      FROM jsonb_populate_record(NULL::mpi.persons, $3::jsonb)`,
};

/** $1 person, $2 his rows. Names of the request and names of the columns are the same. */
function insertRows(table: string, columns: readonly string[]): Statement {
  const names = columns.join(', ');
  return {
    name: `insert_${table}`,
    text: `
    INSERT INTO mpi.${table} (person_id, ${names})
    SELECT $1::uuid, ${names} FROM jsonb_populate_recordset(NULL::mpi.${table}, $2::jsonb)`,
  };
}

const INSERT_PHONES = insertRows('person_phones', ['type', 'number']);
const INSERT_DOCUMENTS = insertRows('person_documents', [
  'type',
  'number',
  'issued_by',
  'issued_at',
  'expiration_date',
]);
const INSERT_ADDRESSES = insertRows('person_addresses', [
  'type',
  'country',
  'area',
  'region',
  'settlement',
  'settlement_type',
  'settlement_id',
  'street_type',
  'street',
  'building',
  'apartment',
  'zip',
]);

const TELL: Statement = {
  name: 'audit_new_person',
  text: `
    INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
    VALUES ($1::uuid, 'persons', $2::uuid, $3::jsonb)`,
};

/** Writes `persons` and what belongs to it, all but the cumulative status and the authentication methods. */
@Injectable()
export class PersonRepository {
  /** Undefined for a person who is not there, or not any more. */
  async active(sql: Sql, id: string): Promise<RegisteredPerson | undefined> {
    const [person] = await sql.query<RegisteredPerson & Record<string, unknown>>(ACTIVE, [id]);
    return person;
  }

  /** Whether he has a document of these types and its check neither failed nor is still to be made. */
  async hasProvedLegalCapacity(sql: Sql, personId: string, types: readonly DocumentType[]): Promise<boolean> {
    const [row] = await sql.query<{ proved: boolean }>(HAS_PROVED_LEGAL_CAPACITY, [personId, types]);
    return row?.proved ?? false;
  }

  /** All rows of a new person, and the audit row that tells of him. */
  async insert(sql: Sql, { id, content, actorId }: NewPerson): Promise<void> {
    const { phones, addresses, documents } = content.person;
    await sql.query(INSERT_PERSON, [id, actorId, JSON.stringify(personRowOf(content))]);
    if (phones !== undefined) await sql.query(INSERT_PHONES, [id, JSON.stringify(phones)]);
    await sql.query(INSERT_ADDRESSES, [id, JSON.stringify(addresses)]);
    await sql.query(INSERT_DOCUMENTS, [id, JSON.stringify(documents)]);
    await sql.query(TELL, [actorId, id, JSON.stringify(maskedChangesOf(content))]);
  }
}
