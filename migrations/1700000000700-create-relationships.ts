import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** Who acts for whom, and the documents that prove it. */
export class CreateRelationships1700000000700 implements MigrationInterface {
  readonly name = 'CreateRelationships1700000000700';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createRelationships(queryRunner);
    await createRelationshipDocuments(queryRunner);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${TABLES} TO app`);
    await queryRunner.query(`GRANT SELECT ON ${TABLES} TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${TABLES}`);
  }
}

const TABLES = 'mpi.confidant_person_relationship_documents, mpi.confidant_person_relationships';

async function createRelationships(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mpi.confidant_person_relationships (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      confidant_person_id uuid REFERENCES mpi.persons,
      person_id uuid NOT NULL REFERENCES mpi.persons,
      relation_type varchar CONSTRAINT confidant_person_relationships_relation_type_check
        CHECK (relation_type IN ('PRIMARY', 'SECONDARY')),
      is_active boolean DEFAULT true,
      active_to date,
      verification_status varchar CONSTRAINT confidant_person_relationships_verification_status_check
        CHECK (verification_status IN ('VERIFICATION_NEEDED', 'IN_REVIEW', 'VERIFIED', 'NOT_VERIFIED')),
      verification_reason varchar CONSTRAINT confidant_person_relationships_verification_reason_check
        CHECK (verification_reason IN (
          'ONLINE_TRIGGERED', 'ONLINE_TRIGGERED_BY_PIS_REGISTRATION_VIA_CONFIDANT', 'MANUAL_CREATED_BY_DOCTOR',
          'MANUAL_CREATED_BY_NHS_ADMIN', 'AUTO', 'MANUAL')),
      verification_comment varchar,
      unverified_at timestamptz,
      dracs_birth_act_id uuid,
      dracs_birth_synced_at timestamptz,
      inserted_by uuid,
      updated_by uuid,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  // Also the way from a confidant to their wards: the id of the confidant is first.
  await queryRunner.query(`
    CREATE UNIQUE INDEX confidant_person_relationships_active_key
      ON mpi.confidant_person_relationships (confidant_person_id, person_id) WHERE is_active`);
  await queryRunner.query(`
    CREATE INDEX confidant_person_relationships_person_id_index
      ON mpi.confidant_person_relationships (person_id) WHERE is_active`);
  await commentOn(queryRunner, 'mpi.confidant_person_relationships', {
    table:
      'A confidant person acts for a person; at most one active row for the two. Written by the module confidant-relationships.',
    columns: {
      confidant_person_id: 'Who acts.',
      person_id: 'For whom.',
      relation_type: 'PRIMARY or SECONDARY.',
      is_active: 'False when it was ended or replaced.',
      active_to: 'First day on which it no longer holds; empty when it has no end.',
      verification_status: 'VERIFICATION_NEEDED, IN_REVIEW, VERIFIED or NOT_VERIFIED.',
      verification_reason: 'Why it has this status.',
      verification_comment: 'Words of the official.',
      unverified_at: 'When it became NOT_VERIFIED.',
      dracs_birth_act_id: 'Civil status act of the birth that proves it.',
      dracs_birth_synced_at: 'When the civil status register last answered.',
      inserted_by: 'User who wrote the row.',
      updated_by: 'User who last changed the row.',
    },
  });
}

async function createRelationshipDocuments(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mpi.confidant_person_relationship_documents (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      confidant_person_relationship_id uuid REFERENCES mpi.confidant_person_relationships,
      type varchar NOT NULL CONSTRAINT confidant_person_relationship_documents_type_check CHECK (type IN (
        'BIRTH_CERTIFICATE', 'BIRTH_CERTIFICATE_FOREIGN', 'DOCUMENT', 'COURT_DECISION', 'CONFIDANT_CERTIFICATE')),
      number varchar NOT NULL,
      issued_by varchar,
      issued_at date,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  // The table's full name and the column's together are longer than a name may be.
  await queryRunner.query(`
    CREATE INDEX confidant_person_relationship_documents_relationship_id_index
      ON mpi.confidant_person_relationship_documents (confidant_person_relationship_id)`);
  await commentOn(queryRunner, 'mpi.confidant_person_relationship_documents', {
    table:
      'Documents that prove a confidant person relationship. Written by the module confidant-relationships.',
    columns: {
      confidant_person_relationship_id: 'The relationship.',
      type: 'Kind of document, from the closed list of relationship document types.',
      number: 'Series and number as on the document.',
      issued_by: 'Authority that issued it.',
      issued_at: 'Day of issue.',
    },
  });
}
