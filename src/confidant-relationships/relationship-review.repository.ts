import { Injectable } from '@nestjs/common';
import { AuditLog } from '../database/mpi/audit-log.entity';
import { ConfidantPersonRelationshipDocument } from '../database/mpi/confidant-person-relationship-document.entity';
import { ConfidantPersonRelationship } from '../database/mpi/confidant-person-relationship.entity';
import { insertRows, type Sql, type Statement } from '../database/transactions';
import type { IsoDay } from '../domain/calendar-day';
import type {
  MovedRelationship,
  RelationshipPair,
  RelationshipReason,
  RelationshipRowName,
  RelationshipStatus,
} from '../domain/confidant/relationship-status.rules';
import type { RelationType, RelationshipDocumentType } from '../domain/person/dictionaries';
import { parameterOf } from '../domain/person/registration.rules';

/** Which relationships to list. */
export interface RelationshipFilter {
  readonly personId?: string | undefined;
  readonly confidantPersonId?: string | undefined;
  readonly verificationStatus?: RelationshipStatus | undefined;
  /** Whether its last day has passed. */
  readonly isExpired?: boolean | undefined;
}

/** One page of a list, as of a day. */
export interface RelationshipPage {
  readonly size: number;
  readonly offset: number;
  readonly today: IsoDay;
}

/** One of the two persons, unmasked. */
export interface RelatedPersonRow {
  readonly last_name: string;
  readonly first_name: string;
  readonly second_name: string | null;
  readonly phones: readonly { readonly type: string; readonly number: string }[];
}

/** A relationship with both its persons, unmasked. */
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

/** The columns a move may change beside status and reason. */
export interface MovableColumns {
  readonly comment: string | null;
  readonly unverifiedAt: Date | null;
  readonly dracsBirthActId: string | null;
  readonly dracsBirthSyncedAt: Date | null;
}

/** A relationship locked until the end of the transaction, which began at `now`. */
export interface LockedRelationship extends MovedRelationship, MovableColumns {
  readonly now: Date;
}

/** A decided move, and its audit row. */
export interface DecidedMove extends RelationshipPair, MovableColumns {
  readonly id: string;
  readonly row: RelationshipRowName;
  readonly actorId: string;
  readonly changeset: Changes;
  readonly isStatusChanged: boolean;
}

/** The method THIRD_PERSON that an approved relationship was waiting for, and what its end follows from. */
export interface AwaitedMethod {
  readonly personId: string;
  readonly confidantPersonId: string;
  readonly alias: string | null;
  readonly birthDate: IsoDay;
  readonly noSelfAuthAge: number;
}

/** Changed columns by name. */
export type Changes = Readonly<
  Record<string, { readonly old_value: string | Date | null; readonly new_value: string | Date | null }>
>;

/** A person of `found` as one JSON value. */
const personBy = (column: string): string => `
  (SELECT jsonb_build_object('last_name', last_name, 'first_name', first_name, 'second_name', second_name,
            'phones', (SELECT coalesce(jsonb_agg(jsonb_build_object('type', type, 'number', number)
                                                 ORDER BY type, number), '[]')
                         FROM mpi.person_phones WHERE person_id = person.id))
     FROM mpi.persons AS person WHERE person.id = found.${column})`;

/** Selects the page first, so that only its persons are looked up. */
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

/**
 * What creations take first, too: both persons, who never change, in ascending order. $1 relationship.
 */
const LOCK_PERSONS_OF: Statement = {
  name: 'relationship_lock_persons_of',
  text: `
    SELECT pg_advisory_xact_lock(number)
      FROM (SELECT DISTINCT hashtextextended('confidant-relationship:' || person.id, 0) AS number
              FROM mpi.confidant_person_relationships AS relationship,
                   unnest(ARRAY[person_id, confidant_person_id]) AS person (id)
             WHERE relationship.id = $1::uuid AND person.id IS NOT NULL ORDER BY 1) AS keys`,
};

/** Locks only the relationship: its documents never change. */
const LOCK_RELATIONSHIP: Statement = {
  name: 'relationship_move_lock',
  text: `
    SELECT verification_status, verification_reason, verification_comment, unverified_at, dracs_birth_act_id,
           dracs_birth_synced_at, now() AS now,
           ARRAY(SELECT type::text FROM mpi.confidant_person_relationship_documents AS document
                  WHERE document.confidant_person_relationship_id = relationship.id) AS document_types
      FROM mpi.confidant_person_relationships AS relationship WHERE id = $1::uuid FOR UPDATE`,
};

interface LockedRow {
  readonly verification_status: RelationshipStatus | null;
  readonly verification_reason: RelationshipReason | null;
  readonly verification_comment: string | null;
  readonly unverified_at: Date | null;
  readonly dracs_birth_act_id: string | null;
  readonly dracs_birth_synced_at: Date | null;
  readonly now: Date;
  readonly document_types: RelationshipDocumentType[];
}

/** $1 relationship, $2 new status, $3 actor. */
const ANNOUNCE_STATUS: Statement = {
  name: 'relationship_announce_status',
  text: `
    INSERT INTO mpi.status_change_events (event_type, entity_type, entity_id, properties, event_time, changed_by)
    VALUES ('StatusChangeEvent', 'ConfidantPersonRelationship', $1::uuid,
            jsonb_build_object('verification_status', jsonb_build_object('new_value', $2::varchar)), now(), $3::uuid)`,
};

/** The relationship is locked. One that is not valid any more goes without the method. $1 relationship, $2 today. */
const TAKE_AWAITED_METHOD: Statement = {
  name: 'relationship_take_awaited_method',
  text: `
    WITH awaited AS MATERIALIZED (
      SELECT relationship.id, person_id, confidant_person_id, method_alias, birth_date
        FROM mpi.confidant_person_relationships AS relationship
        JOIN mpi.persons AS person ON person.id = relationship.person_id
       WHERE relationship.id = $1::uuid AND awaits_method AND relationship.is_active
         AND (active_to IS NULL OR active_to > $2::date)),
    taken AS (
      UPDATE mpi.confidant_person_relationships AS relationship
         SET awaits_method = false, method_alias = NULL
        FROM awaited WHERE relationship.id = awaited.id)
    SELECT person_id, confidant_person_id, method_alias, birth_date::text,
           (SELECT value FROM prm.global_parameters WHERE parameter = 'no_self_auth_age') AS no_self_auth_age
      FROM awaited`,
};

interface AwaitedMethodRow {
  readonly person_id: string;
  readonly confidant_person_id: string;
  readonly method_alias: string | null;
  readonly birth_date: IsoDay;
  readonly no_self_auth_age: string | null;
}

/** What officials read, newest first, and what they change. */
@Injectable()
export class RelationshipReviewRepository {
  /**
   * Neither statement is prepared: the planner must see the values, to know how many rows a status has and that only one
   * page is wanted.
   */
  async list(
    sql: Sql,
    filter: RelationshipFilter,
    { size, offset, today }: RelationshipPage,
  ): Promise<{ readonly rows: readonly ReadRelationshipRow[]; readonly total: number }> {
    const values: unknown[] = [today];
    const where = conditionOf(filter, values);
    const table = `mpi.confidant_person_relationships ${where}`;
    // $1 is the day in both statements; a statement without a condition on it must still give its type.
    const text = `SELECT count(*)::integer AS total FROM ${table} ${where === '' ? 'WHERE' : 'AND'} $1::date IS NOT NULL`;
    const [counted] = await sql.query<{ total: number }>({ text }, values);
    const total = counted?.total ?? 0;
    if (offset >= total) return { rows: [], total };
    const page = `SELECT * FROM ${table} ORDER BY inserted_at DESC, id DESC LIMIT ${size} OFFSET ${offset}`;
    const rows = await sql.query<ReadRelationshipRow & Record<string, unknown>>(
      { text: withPersons(page, '$1') },
      values,
    );
    return { rows, total };
  }

  async one(sql: Sql, id: string, today: IsoDay): Promise<ReadRelationshipRow | undefined> {
    const [row] = await sql.query<ReadRelationshipRow & Record<string, unknown>>(ONE, [id, today]);
    return row;
  }

  /** The documents of a relationship, with unmasked numbers. */
  documents(sql: Sql, id: string): Promise<readonly ConfidantPersonRelationshipDocument[]> {
    return sql.repository(ConfidantPersonRelationshipDocument).find({
      where: { confidantPersonRelationshipId: id },
      order: { type: 'ASC', number: 'ASC' },
    });
  }

  /** Makes creations of relationships of these persons wait. Call it before `lock`, in the order of creations. */
  async lockPersonsOf(sql: Sql, id: string): Promise<void> {
    await sql.query(LOCK_PERSONS_OF, [id]);
  }

  async lock(sql: Sql, id: string): Promise<LockedRelationship | undefined> {
    const [row] = await sql.query<LockedRow & Record<string, unknown>>(LOCK_RELATIONSHIP, [id]);
    if (row === undefined) return undefined;
    return {
      verificationStatus: row.verification_status,
      verificationReason: row.verification_reason,
      documentTypes: row.document_types,
      comment: row.verification_comment,
      unverifiedAt: row.unverified_at,
      dracsBirthActId: row.dracs_birth_act_id,
      dracsBirthSyncedAt: row.dracs_birth_synced_at,
      now: row.now,
    };
  }

  /** Writes a move behind `lock`. A status change event is written only when the status changed. */
  async saveMove(
    sql: Sql,
    { id, row, actorId, changeset, isStatusChanged, ...move }: DecidedMove,
  ): Promise<void> {
    const { verificationStatus, comment: verificationComment, ...columns } = move;
    await sql.repository(ConfidantPersonRelationship).update(
      { id },
      {
        ...columns,
        verificationStatus,
        verificationComment,
        updatedBy: actorId,
        updatedAt: () => 'now()',
      },
    );
    if (isStatusChanged) await sql.query(ANNOUNCE_STATUS, [id, verificationStatus, actorId]);
    await insertRows(sql, AuditLog, [
      { actorId, resource: 'confidant_person_relationships', resourceId: id, changeset, row },
    ]);
  }

  /** The method that a relationship behind `lock` awaits, which is not awaited any more then. */
  async takeAwaitedMethod(sql: Sql, id: string, today: IsoDay): Promise<AwaitedMethod | undefined> {
    const [row] = await sql.query<AwaitedMethodRow & Record<string, unknown>>(TAKE_AWAITED_METHOD, [
      id,
      today,
    ]);
    return (
      row && {
        personId: row.person_id,
        confidantPersonId: row.confidant_person_id,
        alias: row.method_alias,
        birthDate: row.birth_date,
        noSelfAuthAge: parameterOf('no_self_auth_age', row.no_self_auth_age),
      }
    );
  }
}

/** $1 is today; the values of the filter follow. */
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
