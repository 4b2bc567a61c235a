import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type BusyIndex, indexBusyTable } from './index-busy-table';

/** By which old waits of parties are found, as those of persons are. The program may remove such rows already. */
export class IndexOldPartyLocks1700000001600 implements MigrationInterface {
  readonly name = 'IndexOldPartyLocks1700000001600';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await indexBusyTable(queryRunner, INDEX);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX prm.${INDEX.name}`);
  }
}

/** A claim that comes and goes does not touch it. */
const INDEX: BusyIndex = {
  name: 'party_verification_locks_waiting_index',
  table: 'prm.party_verification_locks',
  columns: '(updated_at) WHERE claim_id IS NULL',
};
