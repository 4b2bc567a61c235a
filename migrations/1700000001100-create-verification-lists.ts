import type { MigrationInterface, QueryRunner } from 'typeorm';
import { STREAM_COLUMNS } from './stream-columns';

const ACTIVE = `status = 'active' AND is_active`;

/**
 * What the lists of officials are read and counted from. Each index holds everything its list asks about, so that a
 * count reads no row of a table.
 */
export class CreateVerificationLists1700000001100 implements MigrationInterface {
  readonly name = 'CreateVerificationLists1700000001100';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE INDEX persons_verification_status_index ON mpi.persons (verification_status, id) WHERE ${ACTIVE}`);
    await queryRunner.query(`
      CREATE INDEX persons_unverified_index ON mpi.persons (id) INCLUDE (verification_status)
       WHERE ${ACTIVE} AND verification_status IS DISTINCT FROM 'VERIFIED'`);
    for (const stream of Object.keys(STREAM_COLUMNS)) {
      await queryRunner.query(`
        CREATE INDEX person_verifications_${stream}_listed_index
          ON mpi.person_verifications (${stream}_verification_status, person_id, ${stream}_verification_reason)
       WHERE person_is_active AND ${stream}_verification_status IN (${listedOf(stream)})`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const stream of Object.keys(STREAM_COLUMNS)) {
      await queryRunner.query(`DROP INDEX mpi.person_verifications_${stream}_listed_index`);
    }
    await queryRunner.query(`DROP INDEX mpi.persons_unverified_index, mpi.persons_verification_status_index`);
  }
}

/**
 * Statuses that keep a person from being verified. A sweep takes every verified person into review and back: that
 * must not touch one more index, so only the manual stream, which no sweep takes, is listed in review.
 */
function listedOf(stream: string): string {
  return stream === 'nhs'
    ? `'VERIFICATION_NEEDED', 'NOT_VERIFIED', 'IN_REVIEW'`
    : `'VERIFICATION_NEEDED', 'NOT_VERIFIED'`;
}
