import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropBusyIndexes, indexBusyTable } from './index-busy-table';
import { PERSONS, answerIndex, selectionIndexes } from './selection-indexes';

/** The stream dms_passport: the indexes of its selection of persons. */
export class IndexDmsPassport1700000000451 implements MigrationInterface {
  readonly name = 'IndexDmsPassport1700000000451';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const index of INDEXES) await indexBusyTable(queryRunner, index);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropBusyIndexes(queryRunner, INDEXES);
  }
}

const INDEXES = [...selectionIndexes('dms_passport', PERSONS), answerIndex('dms_passport')];
