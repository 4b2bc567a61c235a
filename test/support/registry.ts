import { Metrics } from '../../src/observability';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { Transactions } from '../../src/database/transactions';
import { type FreshDatabase, freshDatabase } from './fresh-database';
import { Session } from './session';

/** A fresh database with what rooms that only need a transaction are tested with. */
export interface Registry {
  readonly database: FreshDatabase;
  /** With the rights of the program. */
  readonly transactions: Transactions;
  /** As superuser, for what is made up and looked at. */
  readonly sql: Session;
  close(): Promise<void>;
}

export async function openRegistry(): Promise<Registry> {
  const database = await freshDatabase();
  const dataSource = await new DataSource(dataSourceOptions(database.url, { poolSize: 4 })).initialize();
  const sql = await Session.open(database.adminUrl);
  return {
    database,
    transactions: new Transactions(dataSource, new Metrics()),
    sql,
    close: async () => {
      await sql.close();
      await dataSource.destroy();
      await database.drop();
    },
  };
}
