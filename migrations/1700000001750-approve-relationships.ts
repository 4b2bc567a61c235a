import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a sign-up for a registered person leaves to the approval of the relationship. Rows that were there before keep the
 * defaults: such a relationship counts against a confidant only when it is approved, and awaits no method.
 */
export class ApproveRelationships1700000001750 implements MigrationInterface {
  readonly name = 'ApproveRelationships1700000001750';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE mpi.confidant_person_relationships
        ADD COLUMN made_at_registration boolean NOT NULL DEFAULT false,
        ADD COLUMN awaits_method boolean NOT NULL DEFAULT false,
        ADD COLUMN method_alias varchar`);
    await queryRunner.query(`
      ALTER TABLE mpi.sign_ups ADD COLUMN created_person boolean NOT NULL DEFAULT false`);
    for (const [column, text] of Object.entries(COMMENTS))
      await queryRunner.query(`COMMENT ON COLUMN mpi.${column} IS '${text}'`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE mpi.confidant_person_relationships
        DROP COLUMN made_at_registration, DROP COLUMN awaits_method, DROP COLUMN method_alias`);
    await queryRunner.query(`ALTER TABLE mpi.sign_ups DROP COLUMN created_person`);
    await queryRunner.query(`COMMENT ON COLUMN mpi.sign_ups.content_sha256 IS '${OLD_COMMENT}'`);
  }
}

const COMMENTS = {
  'confidant_person_relationships.made_at_registration':
    'True when it was written together with the person: it counts against them as a confidant before it is approved.',
  'confidant_person_relationships.awaits_method':
    'True while the person is to get the method THIRD_PERSON when this becomes VERIFIED.',
  'confidant_person_relationships.method_alias': 'Alias of the method that is awaited.',
  'sign_ups.content_sha256':
    'SHA-256 of the signed content, issuer and serial number of its signer and the signing time, lower-case hexadecimal; in rows older than this column created_person, of the container.',
  'sign_ups.created_person': 'True when this content registered the person, who was unknown before.',
};

const OLD_COMMENT = 'SHA-256 of the signed container, lower-case hexadecimal.';
