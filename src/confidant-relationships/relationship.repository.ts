import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import type { IsoDay } from '../domain/calendar-day';
import type { RelationType } from '../domain/person/dictionaries';
import type {
  RelationshipPair,
  RelationshipReason,
  RelationshipStatus,
} from '../domain/confidant/relationship-status.rules';
import type { FoundRelationship } from '../domain/confidant/relationship-status.rules';
import type { RelationshipFacts } from '../domain/confidant/relationship.rules';
import type { RelationshipDocument } from '../domain/person/person-request';

/** A relationship as it is written, with everything decided. */
export interface DecidedRelationship extends RelationshipPair {
  readonly id: string;
  readonly personId: string;
  readonly confidantPersonId: string;
  readonly relationType: RelationType;
  readonly documents: readonly RelationshipDocument[];
  readonly activeTo: IsoDay | null;
  readonly actorId: string;
}

/** Two persons as seen on a day; who is named by nothing is not looked for. */
interface Persons {
  readonly personId?: string | null;
  readonly confidantPersonId?: string | null;
  readonly today: IsoDay;
}

/** In the order of their numbers, so that two who want the same two persons never hold one each. */
const LOCK: Statement = {
  name: 'relationship_lock',
  text: `
    SELECT pg_advisory_xact_lock(number)
      FROM (SELECT DISTINCT hashtextextended('confidant-relationship:' || id, 0) AS number
              FROM unnest($1::uuid[]) AS person (id) ORDER BY 1) AS door`,
};

/** Only true is active, and the last day is the one before `active_to`. */
const isValidOn = (day: string): string => `is_active AND (active_to IS NULL OR active_to > ${day}::date)`;

const validBy = (name: string, condition: string, day: string): Statement => ({
  name: `relationship_valid_by_${name}`,
  text: `
    SELECT verification_status, verification_reason FROM mpi.confidant_person_relationships
     WHERE ${condition} AND ${isValidOn(day)}`,
});

const VALID_BY_PERSON = validBy('person', 'person_id = $1', '$2');
const VALID_BY_CONFIDANT = validBy('confidant', 'confidant_person_id = $1', '$2');
const VALID_BY_BOTH = validBy('both', 'person_id = $1 AND confidant_person_id = $2', '$3');

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
 * Nothing comes back, and nothing is written, when the two are related already.
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
    told AS (
      INSERT INTO mpi.status_change_events (event_type, entity_type, entity_id, properties, event_time, changed_by)
      SELECT 'StatusChangeEvent', 'ConfidantPersonRelationship', id, $13::jsonb, now(), $8::uuid FROM made),
    audited AS (
      INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
      SELECT $8::uuid, 'confidant_person_relationships', id, $14::jsonb FROM made)
    SELECT id FROM made`,
};

/** Relationships and their documents; no other room writes them. */
@Injectable()
export class RelationshipRepository {
  /** Whoever wants to relate one of these persons to anybody waits until the end of this transaction. */
  async lock(sql: Sql, personIds: readonly string[]): Promise<void> {
    await sql.query(LOCK, [personIds]);
  }

  /** The relationships that hold on that day. */
  async valid(
    sql: Sql,
    { personId, confidantPersonId, today }: Persons,
  ): Promise<readonly FoundRelationship[]> {
    const [statement, ids] = lookUpBy(personId ?? null, confidantPersonId ?? null);
    const rows = await sql.query<{
      verification_status: RelationshipStatus | null;
      verification_reason: RelationshipReason | null;
    }>(statement, [...ids, today]);
    return rows.map((row) => ({
      verificationStatus: row.verification_status,
      verificationReason: row.verification_reason,
    }));
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

  /** A relationship whose last day has passed still counts as active; it makes room for the next one. */
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
}

function lookUpBy(personId: string | null, confidantPersonId: string | null): [Statement, string[]] {
  if (personId !== null && confidantPersonId !== null) return [VALID_BY_BOTH, [personId, confidantPersonId]];
  if (personId !== null) return [VALID_BY_PERSON, [personId]];
  if (confidantPersonId !== null) return [VALID_BY_CONFIDANT, [confidantPersonId]];
  throw new Error('A relationship is looked for by one of its persons at least.');
}

/** Numbers of documents stay out of it, and so does the end, which would tell when a child was born. */
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
