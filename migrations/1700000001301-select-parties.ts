import type { QueryRunner } from 'typeorm';
import { IndexBusyTables } from './index-busy-table';
import { PARTIES, selectionIndexes } from './selection-indexes';

/** Parties who were inactive before anybody followed them are marked, and the selection gets its indexes. */
export class SelectParties1700000001301 extends IndexBusyTables {
  readonly name = 'SelectParties1700000001301';
  protected readonly indexes = [
    {
      name: 'party_verification_locks_claim_id_index',
      table: 'prm.party_verification_locks',
      columns: '(claim_id) WHERE claim_id IS NOT NULL',
    },
    ...selectionIndexes('dms_passport', PARTIES),
  ];

  /** A step back leaves the marks: they go with their column, one step further. */
  override async up(queryRunner: QueryRunner): Promise<void> {
    let marked: number;
    do marked = await markInactive(queryRunner);
    while (marked > 0);
    await super.up(queryRunner);
  }
}

/** Written in a fraction of a second, which is as long as anybody waits who wants one of these rows. */
const MARKED_AT_ONCE = 1_000;

/**
 * Marks some who are not marked yet; gives how many. Triggers follow every change since the step before. The share lock
 * keeps a party from becoming active between the look at it and the mark, which its trigger would have missed.
 */
async function markInactive(queryRunner: QueryRunner): Promise<number> {
  const [marked] = (await queryRunner.query(`
    WITH inactive AS MATERIALIZED (
      SELECT p.id FROM prm.party_verifications AS v JOIN prm.parties AS p ON p.id = v.party_id
       WHERE v.party_is_active AND p.is_active IS NOT TRUE
       LIMIT ${MARKED_AT_ONCE} FOR SHARE OF p),
    marked AS (
      UPDATE prm.party_verifications SET party_is_active = false
       WHERE party_id IN (SELECT id FROM inactive) RETURNING party_id)
    SELECT count(*)::integer AS n FROM marked`)) as { n: number }[];
  return marked?.n ?? 0;
}
