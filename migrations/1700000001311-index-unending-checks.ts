import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type BusyIndex, dropBusyIndexes, indexBusyTable } from './index-busy-table';

/** How the persons are found whose checks do not come to an end. */
export class IndexUnendingChecks1700000001311 implements MigrationInterface {
  readonly name = 'IndexUnendingChecks1700000001311';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await indexBusyTable(queryRunner, INDEX);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropBusyIndexes(queryRunner, [INDEX]);
  }
}

const INDEX: BusyIndex = {
  name: 'verification_locks_cannot_be_checked_index',
  table: 'mpi.verification_locks',
  // Ten is the bound from which a check counts as one that does not come to an end.
  columns: '(person_id, stream) WHERE attempts >= 10',
};
