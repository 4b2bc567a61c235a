import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { pendingMigrations } from './data-source';

/** What the readiness probe checks in the database. */
@Injectable()
export class DatabaseHealth {
  constructor(private readonly dataSource: DataSource) {}

  async answers(): Promise<boolean> {
    await this.dataSource.query('SELECT 1');
    return true;
  }

  async isMigrated(): Promise<boolean> {
    return (await pendingMigrations(this.dataSource)).length === 0;
  }

  /** Which of these columns no entity of the table has. */
  missingColumns(tablePath: string, columns: readonly string[]): string[] {
    const entity = this.dataSource.entityMetadatas.find((metadata) => metadata.tablePath === tablePath);
    const known = new Set(entity?.columns.map(({ databaseName }) => databaseName));
    return columns.filter((column) => !known.has(column));
  }
}
