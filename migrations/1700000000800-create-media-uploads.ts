import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** Objects in media storage whose registration has not committed: what the sweeper goes by. */
export class CreateMediaUploads1700000000800 implements MigrationInterface {
  readonly name = 'CreateMediaUploads1700000000800';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Every row lives for the time of one registration: vacuumed by count, not by share.
    await queryRunner.query(`
      CREATE TABLE mpi.media_uploads (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        bucket varchar NOT NULL,
        object_key varchar NOT NULL,
        orphaned_at timestamptz,
        inserted_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT media_uploads_bucket_object_key_key UNIQUE (bucket, object_key)
      ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000)`);
    await queryRunner.query(
      `CREATE INDEX media_uploads_updated_at_id_index ON mpi.media_uploads (updated_at, id)`,
    );
    await commentOn(queryRunner, 'mpi.media_uploads', {
      table:
        'Objects of media storage that belong to no committed registration, or not yet. Written by the module media-storage.',
      columns: {
        bucket: 'Bucket of the object.',
        object_key: 'Key of the object in its bucket.',
        orphaned_at: 'When the object was given up; from then on no registration can keep it.',
      },
    });
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON mpi.media_uploads TO app`);
    await queryRunner.query(`GRANT SELECT ON mpi.media_uploads TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE mpi.media_uploads`);
  }
}
