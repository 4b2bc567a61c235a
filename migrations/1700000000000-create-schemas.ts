import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The four schemas and the two roles without login. A role belongs to the whole server, so another
 * database may have made it already, and taking this step back leaves it where it is.
 */
export class CreateSchemas1700000000000 implements MigrationInterface {
  readonly name = 'CreateSchemas1700000000000';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const role of ['app', 'app_readonly']) {
      await queryRunner.query(`
        DO $$ BEGIN
          CREATE ROLE ${role} NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END $$`);
    }
    // A database that was created before PostgreSQL 15 still lets everybody create tables here.
    await queryRunner.query(`REVOKE CREATE ON SCHEMA public FROM PUBLIC`);
    for (const schema of ['mpi', 'mimir', 'prm', 'mithril']) {
      await queryRunner.query(`CREATE SCHEMA ${schema}`);
      await queryRunner.query(`GRANT USAGE ON SCHEMA ${schema} TO app, app_readonly`);
    }
    await queryRunner.query(
      `COMMENT ON SCHEMA mpi IS 'Master patient index: persons and their verifications'`,
    );
    await queryRunner.query(
      `COMMENT ON SCHEMA mimir IS 'What state registers answered; never points to mpi'`,
    );
    await queryRunner.query(`COMMENT ON SCHEMA prm IS 'Parties, legal entities, global parameters'`);
    await queryRunner.query(`COMMENT ON SCHEMA mithril IS 'Users, roles, clients, tokens'`);
    await queryRunner.query(`GRANT SELECT ON public.migrations TO app, app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`REVOKE SELECT ON public.migrations FROM app, app_readonly`);
    for (const schema of ['mithril', 'prm', 'mimir', 'mpi']) {
      await queryRunner.query(`DROP SCHEMA ${schema}`);
    }
  }
}
