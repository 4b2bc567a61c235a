import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An index on a table that people work with while it is built. */
export interface BusyIndex {
  /** Without its schema. */
  readonly name: string;
  /** With its schema. */
  readonly table: string;
  /** Columns, and what else follows the name of the table. */
  readonly columns: string;
}

/**
 * Builds an index while the table is read and written. It cannot be undone by a transaction, so the migration must not
 * have one (`transaction = false`); broken off, it leaves an index that is not valid, which the next attempt removes
 * first. One that is there and valid was built by an attempt that came further than its record.
 */
export async function indexBusyTable(queryRunner: QueryRunner, index: BusyIndex): Promise<void> {
  const [schema] = index.table.split('.');
  const [found] = (await queryRunner.query(
    `SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('${schema}.${index.name}')`,
  )) as { valid: boolean }[];
  if (found?.valid === true) return;
  if (found !== undefined) await queryRunner.query(`DROP INDEX CONCURRENTLY ${schema}.${index.name}`);
  await queryRunner.query(`CREATE INDEX CONCURRENTLY ${index.name} ON ${index.table} ${index.columns}`);
}

/** A step that builds such indexes, one after the other. A step back is one transaction, with short locks until its end. */
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
