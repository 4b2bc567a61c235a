import { Injectable } from '@nestjs/common';
import { IsNull, MoreThan } from 'typeorm';
import { ConfidantPersonRelationship } from '../database/mpi/confidant-person-relationship.entity';
import type { Sql, Statement } from '../database/transactions';
import type { IsoDay } from '../domain/calendar-day';
import type { FoundRelationship, RelationshipPair } from '../domain/confidant/relationship-status.rules';
import {
  RELATIONSHIP_APPROVAL,
  type ConfidantFacts,
  type RelationshipFacts,
} from '../domain/confidant/relationship.rules';
import type { RelationType } from '../domain/person/dictionaries';
import type { RelationshipDocument } from '../domain/person/person-request';
import type { CumulativeStatus } from '../domain/verification/stream';

/** A relationship to insert, with everything decided. */
export interface DecidedRelationship extends RelationshipPair {
  readonly id: string;
  readonly personId: string;
  readonly confidantPersonId: string;
  readonly relationType: RelationType;
  readonly documents: readonly RelationshipDocument[];
  readonly activeTo: IsoDay | null;
  readonly isOfNewPerson: boolean;
  readonly awaitsApproval: boolean;
  readonly alias: string | null;
  readonly actorId: string;
}

/** The confidant person as a person's method THIRD_PERSON. */
export interface ThirdPersonMethod {
  readonly personId: string;
  readonly confidantPersonId: string;
  readonly alias: string | null;
  readonly endedAt: Date | null;
  readonly now: Date;
  readonly actorId: string;
}

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

/** `RELATIONSHIP_APPROVAL` as a condition. */
const IS_APPROVED = Object.entries(RELATIONSHIP_APPROVAL)
  .filter(([, reasons]) => reasons.length > 0)
  .map(([status, reasons]: [string, 'any reason' | readonly string[]]) =>
    reasons === 'any reason'
      ? `verification_status = '${status}'`
      : `verification_status = '${status}' AND verification_reason IN ('${reasons.join("', '")}')`,
  )
  .join(' OR ');

/** $1 person, $2 confidant, $3 today. */
const FACTS: Statement = {
  name: 'relationship_facts',
  text: `
    SELECT EXISTS (SELECT FROM mpi.confidant_person_relationships
                    WHERE person_id = $2 AND ${isValidOn('$3')}
                      AND (made_at_registration OR ${IS_APPROVED})) AS confidant_has_confidant,
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
 * $11 issued by, $12 issued at; $13 event, $14 changeset; $15 made with the person, $16 awaits the method, $17 its alias.
 */
const INSERT: Statement = {
  name: 'relationship_insert',
  text: `
    WITH made AS (
      INSERT INTO mpi.confidant_person_relationships
        (id, confidant_person_id, person_id, relation_type, is_active, active_to, verification_status,
         verification_reason, inserted_by, updated_by, made_at_registration, awaits_method, method_alias)
      VALUES ($1, $2, $3, $4, true, $5, $6, $7, $8::uuid, $8::uuid, $15, $16, $17)
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

/** $1 confidant, $2 now. */
const CONFIDANT_FACTS: Statement = {
  name: 'confidant_facts',
  text: `
    SELECT EXISTS (
             SELECT FROM mpi.person_authentication_methods
              WHERE person_id = $1 AND type IN ('OTP', 'OFFLINE')
                AND is_active AND (ended_at IS NULL OR ended_at > $2)) AS has_own_method,
           (SELECT verification_status FROM mpi.persons WHERE id = $1) AS verification_status,
           ARRAY (
             SELECT DISTINCT person_id FROM mpi.person_authentication_methods
              WHERE value = $1 AND type = 'THIRD_PERSON'
                AND is_active IS NOT FALSE AND (ended_at IS NULL OR ended_at > $2)) AS ward_ids`,
};

interface ConfidantFactsRow {
  readonly has_own_method: boolean;
  readonly verification_status: CumulativeStatus | null;
  readonly ward_ids: readonly string[];
}

/**
 * A valid method gets the new end; a new method is inserted only if there is none. An unknown is_active counts as true; a
 * method that somebody withdrew stays as it is. The caller's locks on both persons keep others from doing the same
 * meanwhile. The end and the alias would reveal when the person was born and what their family calls them, so the audit
 * log shows only that they were written.
 * $1 person, $2 confidant, $3 end, $4 now, $5 alias, $6 actor.
 */
const GIVE_THIRD_PERSON: Statement = {
  name: 'authentication_method_give_third_person',
  text: `
    WITH found AS (
      UPDATE mpi.person_authentication_methods
         SET ended_at = $3, updated_by = $6::uuid, updated_at = now()
       WHERE person_id = $1 AND type = 'THIRD_PERSON' AND value = $2
         AND is_active IS NOT FALSE AND (ended_at IS NULL OR ended_at > $4)
      RETURNING id),
    made AS (
      INSERT INTO mpi.person_authentication_methods
        (person_id, type, value, alias, started_at, ended_at, is_active, inserted_by, updated_by)
      SELECT $1, 'THIRD_PERSON', $2, $5, $4, $3, true, $6::uuid, $6::uuid
       WHERE NOT EXISTS (SELECT FROM found)
      RETURNING id),
    ended AS (
      SELECT jsonb_build_object('new_value', CASE WHEN $3::timestamptz IS NOT NULL THEN '*' END) AS change)
    INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
    SELECT $6::uuid, 'person_authentication_methods', found.id, jsonb_build_object('ended_at', ended.change)
      FROM found, ended
    UNION ALL
    SELECT $6::uuid, 'person_authentication_methods', made.id, jsonb_build_object(
             'person_id', jsonb_build_object('new_value', $1::uuid),
             'type', jsonb_build_object('new_value', 'THIRD_PERSON'),
             'value', jsonb_build_object('new_value', $2::uuid),
             'alias', jsonb_build_object('new_value', CASE WHEN $5::varchar IS NOT NULL THEN '*' END),
             'ended_at', ended.change,
             'is_active', jsonb_build_object('new_value', true))
      FROM made, ended`,
};

/** Writes relationships, their documents, and the authentication methods that follow from them. */
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
      relationship.isOfNewPerson,
      relationship.awaitsApproval,
      relationship.awaitsApproval ? relationship.alias : null,
    ]);
    return rows.length > 0;
  }

  async confidantFacts(sql: Sql, confidantPersonId: string, now: Date): Promise<ConfidantFacts> {
    const values = [confidantPersonId, now.toISOString()];
    const [row] = await sql.query<ConfidantFactsRow & Record<string, unknown>>(CONFIDANT_FACTS, values);
    return {
      hasOwnMethod: row?.has_own_method ?? false,
      verificationStatus: row?.verification_status ?? null,
      wardIds: row?.ward_ids ?? [],
    };
  }

  async giveThirdPerson(sql: Sql, method: ThirdPersonMethod): Promise<void> {
    await sql.query(GIVE_THIRD_PERSON, [
      method.personId,
      method.confidantPersonId,
      method.endedAt?.toISOString() ?? null,
      method.now.toISOString(),
      method.alias,
      method.actorId,
    ]);
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
