import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** Events and the audit log. Both only grow: the program may add a row and never change or remove one. */
export class CreateRecords1700000000350 implements MigrationInterface {
  readonly name = 'CreateRecords1700000000350';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE mpi.status_change_events (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        event_type varchar DEFAULT 'StatusChangeEvent'
          CONSTRAINT status_change_events_event_type_check CHECK (event_type = 'StatusChangeEvent'),
        entity_type varchar CONSTRAINT status_change_events_entity_type_check
          CHECK (entity_type IN ('Person', 'Party', 'ConfidantPersonRelationship')),
        entity_id uuid,
        properties jsonb,
        event_time timestamptz,
        changed_by uuid,
        inserted_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await queryRunner.query(`
      CREATE INDEX status_change_events_entity_index ON mpi.status_change_events (entity_type, entity_id, event_time)`);
    await commentOn(queryRunner, 'mpi.status_change_events', {
      table: 'Log of status changes for the event manager. Written with the status, in the same transaction.',
      columns: {
        event_type: 'StatusChangeEvent.',
        entity_type: 'Person, Party or ConfidantPersonRelationship.',
        entity_id: 'Whose status changed.',
        properties: 'The changed status with its new value.',
        event_time: 'When it changed.',
        changed_by: 'User who changed it.',
      },
    });
    await queryRunner.query(`
      CREATE TABLE mpi.audit_log (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        actor_id uuid,
        resource varchar,
        resource_id uuid,
        changeset jsonb,
        "row" varchar,
        run_id uuid,
        claim_id uuid,
        message_id varchar,
        duration_ms integer,
        inserted_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await queryRunner.query(
      `CREATE INDEX audit_log_resource_index ON mpi.audit_log (resource, resource_id, inserted_at)`,
    );
    await commentOn(queryRunner, 'mpi.audit_log', {
      table: 'Who changed or read what, and by which row of the tables. Append only.',
      columns: {
        actor_id: 'User, or the system user for jobs.',
        resource: 'Table.',
        resource_id: 'Whose row: the person or party for verifications.',
        changeset: 'Changed fields with their new values; personal data masked.',
        row: 'Row of the transition tables (S6, …).',
        run_id: 'The run.',
        claim_id: 'The claim under which it was decided.',
        message_id: 'Trembita message that brought the answer.',
        duration_ms: 'How long the register took, in milliseconds.',
      },
    });
    await queryRunner.query(`GRANT SELECT, INSERT ON mpi.status_change_events, mpi.audit_log TO app`);
    await queryRunner.query(`GRANT SELECT ON mpi.status_change_events, mpi.audit_log TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE mpi.audit_log, mpi.status_change_events`);
  }
}
