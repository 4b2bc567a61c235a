import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type BusyIndex, dropBusyIndexes, indexBusyTable } from './index-busy-table';

/**
 * How the persons are found who prove themselves through a third person. Whether a method has ended is a question about
 * now, which no unique index can ask: that a person has one unended method per third person is kept by the one verb that
 * writes it, under its locks on both persons.
 */
export class IndexThirdPersons1700000000701 implements MigrationInterface {
  readonly name = 'IndexThirdPersons1700000000701';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await indexBusyTable(queryRunner, INDEX);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropBusyIndexes(queryRunner, [INDEX]);
  }
}

const INDEX: BusyIndex = {
  name: 'person_authentication_methods_value_index',
  table: 'mpi.person_authentication_methods',
  columns: `(value) WHERE type = 'THIRD_PERSON'`,
};
