import type { MigrationInterface, QueryRunner } from 'typeorm';
import { dropBusyIndexes, indexBusyTable } from './index-busy-table';
import { PERSONS, answerIndex, selectionIndexes } from './selection-indexes';

/** The stream unzr: the indexes of its selection of persons. */
export class IndexUnzr1700000001051 implements MigrationInterface {
  readonly name = 'IndexUnzr1700000001051';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const index of INDEXES) await indexBusyTable(queryRunner, index);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await dropBusyIndexes(queryRunner, INDEXES);
  }
}

const INDEXES = [...selectionIndexes('unzr', PERSONS), answerIndex('unzr')];
