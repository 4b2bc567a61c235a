import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import type { IsoDay } from '../domain/calendar-day';
import type { RelationshipReason, RelationshipStatus } from '../domain/confidant/relationship-status.rules';
import type { RelationType, RelationshipDocumentType } from '../domain/person/dictionaries';

/** Which relationships an official looks for; what is not said does not matter. */
export interface RelationshipFilter {
  readonly personId?: string | undefined;
  readonly confidantPersonId?: string | undefined;
  readonly verificationStatus?: RelationshipStatus | undefined;
  /** Whether its last day has passed. */
  readonly isExpired?: boolean | undefined;
}

/** A part of what was found, as seen on a day. */
export interface RelationshipPage {
  readonly size: number;
  readonly offset: number;
  readonly today: IsoDay;
}

/** One of the two persons, with the parts of his name as they stand at him. */
export interface RelatedPersonRow {
  readonly last_name: string;
  readonly first_name: string;
  readonly second_name: string | null;
  readonly phones: readonly { readonly type: string; readonly number: string }[];
}

/** A relationship with both its persons. Nothing in it is masked yet. */
export interface ReadRelationshipRow {
  readonly id: string;
  readonly person_id: string;
  readonly confidant_person_id: string | null;
  readonly relation_type: RelationType | null;
  readonly is_active: boolean | null;
  readonly active_to: IsoDay | null;
  readonly is_expired: boolean;
  readonly verification_status: RelationshipStatus | null;
  readonly verification_reason: RelationshipReason | null;
  readonly verification_comment: string | null;
  readonly unverified_at: Date | null;
  readonly dracs_birth_act_id: string | null;
  readonly dracs_birth_synced_at: Date | null;
  readonly inserted_at: Date;
  readonly inserted_by: string | null;
  readonly updated_at: Date;
  readonly updated_by: string | null;
  readonly person: RelatedPersonRow | null;
  readonly confidant_person: RelatedPersonRow | null;
}

/** A document of a relationship, with its whole number. */
export interface ReadDocumentRow {
  readonly type: RelationshipDocumentType;
  readonly number: string;
  readonly issued_by: string | null;
  readonly issued_at: IsoDay | null;
}

/** A person of `found` as one value. */
const personBy = (column: string): string => `
  (SELECT jsonb_build_object('last_name', last_name, 'first_name', first_name, 'second_name', second_name,
            'phones', (SELECT coalesce(jsonb_agg(jsonb_build_object('type', type, 'number', number)
                                                 ORDER BY type, number), '[]')
                         FROM mpi.person_phones WHERE person_id = person.id))
     FROM mpi.persons AS person WHERE person.id = found.${column})`;

/** The part that was found is cut out first, so that only its persons are looked up. */
const withPersons = (found: string, today: string): string => `
  SELECT id, person_id, confidant_person_id, relation_type, is_active, active_to::text,
         coalesce(active_to <= ${today}::date, false) AS is_expired, verification_status, verification_reason,
         verification_comment, unverified_at, dracs_birth_act_id, dracs_birth_synced_at,
         inserted_at, inserted_by, updated_at, updated_by,
         ${personBy('person_id')} AS person, ${personBy('confidant_person_id')} AS confidant_person
    FROM (${found}) AS found
   ORDER BY inserted_at DESC, id DESC`;

const ONE: Statement = {
  name: 'relationship_read',
  text: withPersons('SELECT * FROM mpi.confidant_person_relationships WHERE id = $1::uuid', '$2'),
};

const DOCUMENTS: Statement = {
  name: 'relationship_documents',
  text: `
    SELECT type, number, issued_by, issued_at::text FROM mpi.confidant_person_relationship_documents
     WHERE confidant_person_relationship_id = $1 ORDER BY type, number`,
};

/** The relationships as officials see them, newest first. */
@Injectable()
export class RelationshipListRepository {
  /**
   * Neither statement is prepared: with the values before it the planner knows how many rows a status has, and that
   * only one page is wanted.
   */
  async list(
    sql: Sql,
    filter: RelationshipFilter,
    { size, offset, today }: RelationshipPage,
  ): Promise<{ readonly rows: readonly ReadRelationshipRow[]; readonly total: number }> {
    const values: unknown[] = [today];
    const where = conditionOf(filter, values);
    const table = `mpi.confidant_person_relationships ${where}`;
    // The day stands first in both statements, and one that asks nothing of it must still know its type.
    const text = `SELECT count(*)::integer AS total FROM ${table} ${where === '' ? 'WHERE' : 'AND'} $1::date IS NOT NULL`;
    const [counted] = await sql.query<{ total: number }>({ text }, values);
    const page = `SELECT * FROM ${table} ORDER BY inserted_at DESC, id DESC LIMIT ${size} OFFSET ${offset}`;
    const rows = await sql.query<ReadRelationshipRow & Record<string, unknown>>(
      { text: withPersons(page, '$1') },
      values,
    );
    return { rows, total: counted?.total ?? 0 };
  }

  async one(sql: Sql, id: string, today: IsoDay): Promise<ReadRelationshipRow | undefined> {
    const [row] = await sql.query<ReadRelationshipRow & Record<string, unknown>>(ONE, [id, today]);
    return row;
  }

  documents(sql: Sql, id: string): Promise<readonly ReadDocumentRow[]> {
    return sql.query<ReadDocumentRow & Record<string, unknown>>(DOCUMENTS, [id]);
  }
}

/** $1 is today; the values that are looked for follow it. */
function conditionOf(filter: RelationshipFilter, values: unknown[]): string {
  const conditions: string[] = [];
  const equal = (column: string, value: string | undefined, type: string): void => {
    if (value !== undefined) conditions.push(`${column} = $${values.push(value)}::${type}`);
  };
  equal('person_id', filter.personId, 'uuid');
  equal('confidant_person_id', filter.confidantPersonId, 'uuid');
  equal('verification_status', filter.verificationStatus, 'varchar');
  if (filter.isExpired === true) conditions.push('active_to <= $1::date');
  if (filter.isExpired === false) conditions.push('(active_to IS NULL OR active_to > $1::date)');
  return conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
}
