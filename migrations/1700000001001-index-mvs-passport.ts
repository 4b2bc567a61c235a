import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropBusyIndexes, indexBusyTable } from './index-busy-table';
import { PERSONS, answerIndex, selectionIndexes } from './selection-indexes';

/** The stream mvs_passport: the indexes of its selection of persons. */
export class IndexMvsPassport1700000001001 implements MigrationInterface {
  readonly name = 'IndexMvsPassport1700000001001';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const index of INDEXES) await indexBusyTable(queryRunner, index);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropBusyIndexes(queryRunner, INDEXES);
  }
}

const INDEXES = [...selectionIndexes('mvs_passport', PERSONS), answerIndex('mvs_passport')];
