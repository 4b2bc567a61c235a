import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Every check that changes a cumulative status writes a new row of the person and of its lists' indexes. By the default
 * a registry of 20 million would keep four million dead ones before they are taken away.
 */
export class VacuumPersons1700000001500 implements MigrationInterface {
  readonly name = 'VacuumPersons1700000001500';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE mpi.persons SET (autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02)`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE mpi.persons RESET (autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor)`);
  }
}
