import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import type {
  MovedRelationship,
  RelationshipPair,
  RelationshipReason,
  RelationshipStatus,
  RelationshipRowName,
} from '../domain/confidant/relationship-status.rules';
import type { RelationshipDocumentType } from '../domain/person/dictionaries';

/** What a move may change beside the pair. */
export interface MovableColumns {
  readonly comment: string | null;
  readonly unverifiedAt: Date | null;
  readonly dracsBirthActId: string | null;
  readonly dracsBirthSyncedAt: Date | null;
}

/** A relationship that nobody else can change before the end of the transaction, which began at this moment. */
export interface LockedRelationship extends MovedRelationship, MovableColumns {
  readonly now: Date;
}

/** A move with everything decided, and what the records say of it. */
export interface DecidedMove extends RelationshipPair, MovableColumns {
  readonly id: string;
  readonly row: RelationshipRowName;
  readonly actorId: string;
  readonly changeset: Readonly<Record<string, unknown>>;
  /** Whether the status is another one now. */
  readonly isTold: boolean;
}

/** Locks the row alone: its documents never change after they were written with it. */
const LOCK: Statement = {
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

/**
 * The event goes out only when the status is another one.
 * $1 id, $2 status, $3 reason, $4 comment, $5 unverified at, $6 act, $7 synced at, $8 actor, $9 row, $10 changeset,
 * $11 whether it is told.
 */
const SAVE: Statement = {
  name: 'relationship_move_save',
  text: `
    WITH moved AS (
      UPDATE mpi.confidant_person_relationships
         SET verification_status = $2, verification_reason = $3, verification_comment = $4, unverified_at = $5,
             dracs_birth_act_id = $6, dracs_birth_synced_at = $7, updated_by = $8::uuid, updated_at = now()
       WHERE id = $1
      RETURNING id, verification_status),
    told AS (
      INSERT INTO mpi.status_change_events (event_type, entity_type, entity_id, properties, event_time, changed_by)
      SELECT 'StatusChangeEvent', 'ConfidantPersonRelationship', id,
             jsonb_build_object('verification_status', jsonb_build_object('new_value', verification_status)),
             now(), $8::uuid
        FROM moved WHERE $11::boolean)
    INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset, "row")
    SELECT $8::uuid, 'confidant_person_relationships', id, $10::jsonb, $9 FROM moved`,
};

/** The rows that an official moves. */
@Injectable()
export class RelationshipMoveRepository {
  async lock(sql: Sql, id: string): Promise<LockedRelationship | undefined> {
    const [row] = await sql.query<LockedRow & Record<string, unknown>>(LOCK, [id]);
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

  async save(sql: Sql, move: DecidedMove): Promise<void> {
    await sql.query(SAVE, [
      move.id,
      move.verificationStatus,
      move.verificationReason,
      move.comment,
      move.unverifiedAt,
      move.dracsBirthActId,
      move.dracsBirthSyncedAt,
      move.actorId,
      move.row,
      JSON.stringify(move.changeset),
      move.isTold,
    ]);
  }
}
