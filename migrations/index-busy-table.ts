import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An index on a table that is in use while the index is built. */
export interface BusyIndex {
  /** Without its schema. */
  readonly name: string;
  /** With its schema. */
  readonly table: string;
  /** Rows that are alike must have been ruled out before: PostgreSQL's error would quote them. */
  readonly isUnique?: boolean;
  /** Columns, and what else follows the name of the table. */
  readonly columns: string;
}

/**
 * Builds an index while the table is read and written. That is not possible in a transaction, so the migration must not
 * have one (`transaction = false`). An interrupted build leaves an invalid index, which the next attempt removes first. A
 * valid index was built by an attempt that ended before the migration was recorded.
 */
export async function indexBusyTable(queryRunner: QueryRunner, index: BusyIndex): Promise<void> {
  const [schema] = index.table.split('.');
  const [found] = (await queryRunner.query(
    `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('${schema}.${index.name}')`,
  )) as { valid: boolean }[];
  if (found?.valid === true) return;
  if (found !== undefined) await queryRunner.query(`DROP INDEX CONCURRENTLY ${schema}.${index.name}`);
  const kind = index.isUnique === true ? 'UNIQUE INDEX' : 'INDEX';
  await queryRunner.query(`CREATE ${kind} CONCURRENTLY ${index.name} ON ${index.table} ${index.columns}`);
}

/** A migration that builds such indexes one after the other. Its revert is one transaction with short locks. */
export abstract class IndexBusyTables implements MigrationInterface {
  abstract readonly name: string;
  readonly transaction = false;
  protected abstract readonly indexes: readonly BusyIndex[];

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const index of this.indexes) await indexBusyTable(queryRunner, index);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const { name, table } of this.indexes)
      await queryRunner.query(`DROP INDEX ${table.split('.')[0]}.${name}`);
  }
}
