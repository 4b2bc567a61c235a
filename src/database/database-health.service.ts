import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { pendingMigrations } from './data-source';
import { ConfigurationFault } from '../config/read-settings';
import type { Settings } from '../config/settings.schema';
import { READ_ONLY } from './sql-errors';
import { type Sql, type Statement, Transactions } from './transactions';

const WRITABLE: Statement = {
  text: `SELECT NOT pg_is_in_recovery() AND NOT current_setting('transaction_read_only')::boolean AS writable`,
};

/** What the readiness probe checks in the database. */
@Injectable()
export class DatabaseHealth {
  constructor(
    private readonly dataSource: DataSource,
    private readonly transactions: Transactions,
  ) {}

  async answers(): Promise<boolean> {
    await this.dataSource.query('SELECT 1');
    return true;
  }

  /**
   * Throws on a standby, and where the server or the database was made read-only. The connection is discarded then, as after
   * a refused write: a process that gets no requests because of it would keep it, and never see the new primary.
   */
  isWritable(): Promise<boolean> {
    return this.transactions.inTransaction(async (sql) => {
      const [session] = await sql.query<{ writable: boolean }>(WRITABLE);
      if (session?.writable !== true)
        throw Object.assign(new Error('The session may only read.'), { code: READ_ONLY });
      return true;
    });
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

/** The oldest PostgreSQL with UNIQUE NULLS NOT DISTINCT, which the keys of documents need. */
const OLDEST_MAJOR_VERSION = 15;

/** `server_version_num` counts a major version in steps of this. */
const MAJOR_VERSION_STEP = 10_000;

/** Document numbers are compared in lower case, so the database must know Ukrainian letters. */
const SERVER: Statement = {
  text: `
    SELECT current_setting('server_version_num')::int AS version, current_setting('server_version') AS called,
           lower('ЇҐЄ') = 'їґє' AS lowers,
           (SELECT rolsuper FROM pg_roles WHERE rolname = session_user)
             OR EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                         WHERE n.nspname IN ('mpi', 'mimir', 'prm', 'mithril') AND c.relkind IN ('r', 'p')
                           AND pg_has_role(session_user, c.relowner, 'MEMBER')) AS "isOwner"`,
};

interface ServerRow {
  readonly version: number;
  readonly called: string;
  readonly lowers: boolean;
  /** Whether the login is a superuser, or owns a table itself or through a role that it may assume. */
  readonly isOwner: boolean;
}

/**
 * Refuses a server or a database on which this program would give wrong answers and, in production, a login that could
 * change what the role `app` must not: audit rows, events, the schema. Called once, at start.
 */
export async function checkServer(sql: Sql, { NODE_ENV }: Pick<Settings, 'NODE_ENV'>): Promise<void> {
  const [server] = await sql.query<ServerRow>(SERVER);
  if (server === undefined) throw new Error('The database did not return its version.');
  const faults: string[] = [];
  if (server.version < OLDEST_MAJOR_VERSION * MAJOR_VERSION_STEP) {
    faults.push(`must name a PostgreSQL ${OLDEST_MAJOR_VERSION} or newer; this one is ${server.called}`);
  }
  if (!server.lowers) {
    faults.push(
      `must name a database whose locale knows Ukrainian letters: here lower('ЇҐЄ') is not 'їґє'; ` +
        'create it with another locale than C',
    );
  }
  if (server.isOwner && NODE_ENV === 'production') {
    faults.push(
      'must not log in as a superuser or as the owner of the tables with NODE_ENV=production; ' +
        'create a login that is a member of the role app',
    );
  }
  if (faults.length > 0)
    throw new ConfigurationFault(faults.map((problem) => ({ name: 'DATABASE_URL', problem })));
}
