import type { QueryRunner } from 'typeorm';
import { IndexBusyTables } from './index-busy-table';

/**
 * A tax number belongs to one active user: a number that several share admits none of them. Only numbers of digits are
 * kept apart, which are the tax numbers: of passports a few different ones have one folded form.
 */
const NUMBER = `(mithril.folded_tax_id(tax_id)) WHERE is_active AND mithril.folded_tax_id(tax_id) ~ '^[0-9]+$'`;

/** Enough to begin with. */
const MOST_SHOWN = 20;

const SHARED = `
  SELECT string_agg(id::text, ', ' ORDER BY id) AS ids
    FROM mithril.users WHERE is_active AND mithril.folded_tax_id(tax_id) ~ '^[0-9]+$'
   GROUP BY mithril.folded_tax_id(tax_id) HAVING count(*) > 1
   ORDER BY 1 LIMIT ${MOST_SHOWN}`;

/** What PostgreSQL answers when two rows are alike. */
const UNIQUE_VIOLATION = '23505';

/** The database itself keeps a tax number from belonging to two active users, by which program they are written. */
export class UniqueTaxNumbers1700000001751 extends IndexBusyTables {
  readonly name = 'UniqueTaxNumbers1700000001751';
  protected readonly indexes = [
    { name: 'users_tax_number_key', table: 'mithril.users', columns: NUMBER, isUnique: true },
  ];

  override async up(queryRunner: QueryRunner): Promise<void> {
    await refuseShared(queryRunner);
    try {
      await super.up(queryRunner);
    } catch (error) {
      if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION) throw error;
      // Somebody was given a number while the index was built. The error quotes the number, so it goes no further.
      await refuseShared(queryRunner);
      throw new Error(
        'Users with a shared tax number came and went while the index was built. Migrate again.',
      );
    }
  }
}

async function refuseShared(queryRunner: QueryRunner): Promise<void> {
  const shared = (await queryRunner.query(SHARED)) as { ids: string }[];
  if (shared.length === 0) return;
  const lines = shared.map(({ ids }) => `  ${ids}`).join('\n');
  throw new Error(
    `Active users share a tax number, and nobody can sign with a shared one. Of the users in each line leave one ` +
      `active, or clear mithril.users.tax_id of the others; then migrate again (at most ${MOST_SHOWN} lines are shown):\n${lines}`,
  );
}
