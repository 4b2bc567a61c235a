import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan } from 'typeorm';
import { AuditLog } from '../database/mpi/audit-log.entity';
import { ConfidantPersonRelationship } from '../database/mpi/confidant-person-relationship.entity';
import { StatusChangeEvent } from '../database/mpi/status-change-event.entity';
import type { Sql, Statement } from '../database/transactions';
import type { IsoDay } from '../domain/calendar-day';
import type { RelationType, RelationshipDocumentType } from '../domain/person/dictionaries';
import type {
  RelationshipPair,
  RelationshipReason,
  RelationshipStatus,
  FoundRelationship,
  MovedRelationship,
  RelationshipRowName,
} from '../domain/confidant/relationship-status.rules';
import type { RelationshipFacts } from '../domain/confidant/relationship.rules';
import type { RelationshipDocument } from '../domain/person/person-request';

/** A relationship to insert, with everything decided. */
export interface DecidedRelationship extends RelationshipPair {
  readonly id: string;
  readonly personId: string;
  readonly confidantPersonId: string;
  readonly relationType: RelationType;
  readonly documents: readonly RelationshipDocument[];
  readonly activeTo: IsoDay | null;
  readonly actorId: string;
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

/** Changed columns by name. */
export type Changes = Readonly<
  Record<string, { readonly old_value: string | Date | null; readonly new_value: string | Date | null }>
>;

/** The persons to look for, and the day. A person without an id is not looked for. */
interface Persons {
  readonly personId?: string | null;
  readonly confidantPersonId?: string | null;
  readonly today: IsoDay;
}

/** In ascending order, so that two transactions for the same two persons do not deadlock. */
const LOCK_PERSONS: Statement = {
  name: 'relationship_lock',
  text: `
    SELECT pg_advisory_xact_lock(number)
      FROM (SELECT DISTINCT hashtextextended('confidant-relationship:' || id, 0) AS number
              FROM unnest($1::uuid[]) AS person (id) ORDER BY 1) AS keys`,
};

/** Null is not active, and the last day is the one before `active_to`. */
const isValidOn = (day: string): string => `is_active AND (active_to IS NULL OR active_to > ${day}::date)`;

/** $1 person, $2 confidant, $3 today. */
const FACTS: Statement = {
  name: 'relationship_facts',
  text: `
    SELECT EXISTS (SELECT FROM mpi.confidant_person_relationships
                    WHERE person_id = $2 AND ${isValidOn('$3')}) AS confidant_has_confidant,
           EXISTS (SELECT FROM mpi.confidant_person_relationships
                    WHERE person_id = $1 AND confidant_person_id = $2 AND ${isValidOn('$3')}) AS is_related`,
};

/** $1 person, $2 confidant, $3 today, $4 actor, $5 changeset. */
const END_EXPIRED: Statement = {
  name: 'relationship_end_expired',
  text: `
    WITH ended AS (
      UPDATE mpi.confidant_person_relationships
         SET is_active = false, updated_by = $4::uuid, updated_at = now()
       WHERE person_id = $1 AND confidant_person_id = $2 AND is_active AND active_to <= $3::date
      RETURNING id)
    INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
    SELECT $4::uuid, 'confidant_person_relationships', id, $5::jsonb FROM ended`,
};

/**
 * Writes nothing and returns no row when the two are related already.
 * $1 id, $2 confidant, $3 person, $4 type, $5 end, $6 status, $7 reason, $8 actor; documents: $9 type, $10 number,
 * $11 issued by, $12 issued at; $13 event, $14 changeset.
 */
const INSERT: Statement = {
  name: 'relationship_insert',
  text: `
    WITH made AS (
      INSERT INTO mpi.confidant_person_relationships
        (id, confidant_person_id, person_id, relation_type, is_active, active_to, verification_status,
         verification_reason, inserted_by, updated_by)
      VALUES ($1, $2, $3, $4, true, $5, $6, $7, $8::uuid, $8::uuid)
      ON CONFLICT (confidant_person_id, person_id) WHERE is_active DO NOTHING
      RETURNING id),
    proved AS (
      INSERT INTO mpi.confidant_person_relationship_documents
        (confidant_person_relationship_id, type, number, issued_by, issued_at)
      SELECT made.id, document.*
        FROM made, unnest($9::varchar[], $10::varchar[], $11::varchar[], $12::date[]) AS document),
    event AS (
      INSERT INTO mpi.status_change_events (event_type, entity_type, entity_id, properties, event_time, changed_by)
      SELECT 'StatusChangeEvent', 'ConfidantPersonRelationship', id, $13::jsonb, now(), $8::uuid FROM made),
    audited AS (
      INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
      SELECT $8::uuid, 'confidant_person_relationships', id, $14::jsonb FROM made)
    SELECT id FROM made`,
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

/** The only writer of relationships and their documents. */
@Injectable()
export class RelationshipRepository {
  /** Makes other transactions that relate one of these persons wait until the end of this one. */
  async lockPersons(sql: Sql, personIds: readonly string[]): Promise<void> {
    await sql.query(LOCK_PERSONS, [personIds]);
  }

  /** The relationships valid on that day. */
  findValid(
    sql: Sql,
    { personId, confidantPersonId, today }: Persons,
  ): Promise<readonly FoundRelationship[]> {
    const persons = {
      ...(personId ? { personId } : {}),
      ...(confidantPersonId ? { confidantPersonId } : {}),
    };
    if (Object.keys(persons).length === 0) throw new Error('A search for relationships needs a person.');
    const active = { ...persons, isActive: true };
    return sql.repository(ConfidantPersonRelationship).find({
      select: { id: true, verificationStatus: true, verificationReason: true },
      where: [
        { ...active, activeTo: IsNull() },
        { ...active, activeTo: MoreThan(today) },
      ],
    });
  }

  async facts(sql: Sql, { personId, confidantPersonId, today }: Persons): Promise<RelationshipFacts> {
    const [row] = await sql.query<{ confidant_has_confidant: boolean; is_related: boolean }>(FACTS, [
      personId,
      confidantPersonId,
      today,
    ]);
    return {
      confidantHasConfidant: row?.confidant_has_confidant ?? false,
      isRelated: row?.is_related ?? false,
    };
  }

  /** Ends a relationship whose last day has passed but which is still active, so that a new one can be inserted. */
  async endExpired(
    sql: Sql,
    { personId, confidantPersonId, today, actorId }: Persons & { readonly actorId: string },
  ): Promise<void> {
    const changeset = { is_active: { old_value: true, new_value: false } };
    await sql.query(END_EXPIRED, [personId, confidantPersonId, today, actorId, JSON.stringify(changeset)]);
  }

  /** False when the two are related already. */
  async insert(sql: Sql, relationship: DecidedRelationship): Promise<boolean> {
    const { documents } = relationship;
    const rows = await sql.query(INSERT, [
      relationship.id,
      relationship.confidantPersonId,
      relationship.personId,
      relationship.relationType,
      relationship.activeTo,
      relationship.verificationStatus,
      relationship.verificationReason,
      relationship.actorId,
      documents.map(({ type }) => type),
      documents.map(({ number }) => number),
      documents.map(({ issued_by }) => issued_by),
      documents.map(({ issued_at }) => issued_at),
      JSON.stringify({ verification_status: { new_value: relationship.verificationStatus } }),
      JSON.stringify(changesetOf(relationship)),
    ]);
    return rows.length > 0;
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
    if (isStatusChanged)
      await sql.repository(StatusChangeEvent).insert({
        eventType: 'StatusChangeEvent',
        entityType: 'ConfidantPersonRelationship',
        entityId: id,
        properties: { verification_status: { new_value: verificationStatus } },
        eventTime: () => 'now()',
        changedBy: actorId,
      });
    await sql
      .repository(AuditLog)
      .insert({ actorId, resource: 'confidant_person_relationships', resourceId: id, changeset, row });
  }
}

/** Without document numbers, and without the end, which would reveal a child's birth date. */
function changesetOf(
  relationship: DecidedRelationship,
): Readonly<Record<string, { readonly new_value: unknown }>> {
  return {
    confidant_person_id: { new_value: relationship.confidantPersonId },
    person_id: { new_value: relationship.personId },
    relation_type: { new_value: relationship.relationType },
    is_active: { new_value: true },
    active_to: { new_value: relationship.activeTo === null ? null : '*' },
    verification_status: { new_value: relationship.verificationStatus },
    verification_reason: { new_value: relationship.verificationReason },
    documents: { new_value: relationship.documents.map(({ type }) => type) },
  };
}
