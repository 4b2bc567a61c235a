import { Client, type QueryResultRow } from 'pg';
import type { Sql, Statement } from '../../src/database/transactions';
import { waitUntil } from './wait-until';

/**
 * One session of a test's own: what another program does at the same time. Statements outside `begin` and `commit`
 * are transactions of their own.
 */
export class Session implements Sql {
  /** A session does one thing at a time; who asks for the next waits here. */
  private last: Promise<unknown> = Promise.resolve();

  private constructor(
    private readonly client: Client,
    private readonly pid: number,
  ) {}

  static async open(url: string): Promise<Session> {
    const client = new Client(url);
    // A server that is stopped under a test ends the session; the next statement fails.
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    return new Session(client, rows[0]?.pid ?? 0);
  }

  query<Row extends QueryResultRow>({ text }: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    const sent = this.last.then(async () => (await this.client.query<Row>(text, [...values])).rows);
    this.last = sent.catch(() => undefined);
    return sent;
  }

  /** Entities are for the program; tests read and write with statements. */
  repository = noRepository;

  /** Statements without parameters, one after the other. */
  async run(...statements: string[]): Promise<void> {
    for (const text of statements) await this.query({ text });
  }

  /** Holds a person's row of verifications in a transaction, until `run('COMMIT')`. */
  async holdPerson(personId: string): Promise<void> {
    await this.run('BEGIN');
    await this.query({ text: 'SELECT FROM mpi.person_verifications WHERE person_id = $1 FOR UPDATE' }, [
      personId,
    ]);
  }

  /** Resolves once another session waits for something this one holds; seen from a third one. */
  async isWaitedFor(observer: Sql): Promise<void> {
    await waitForWaiters(observer, this.pid);
  }

  close(): Promise<void> {
    return this.client.end();
  }
}

/** For an `Sql` of a test that sends statements only. */
export function noRepository(): never {
  throw new Error('This Sql of a test sends statements only.');
}

/** Resolves once somebody waits for what the session with this number holds. */
export async function waitForWaiters(observer: Sql, pid: number): Promise<void> {
  await waitUntil(
    async () => {
      const waiting = await observer.query(
        { text: 'SELECT pid FROM pg_stat_activity WHERE $1::int = ANY (pg_blocking_pids(pid))' },
        [pid],
      );
      return waiting.length > 0;
    },
    { what: 'somebody to wait for a row that is held' },
  );
}

/** Runs statements as superuser, in the database that its address names. */
export async function asAdmin(adminUrl: string, ...statements: string[]): Promise<void> {
  const client = new Client(adminUrl);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** The same server and account, another database. */
export function onDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/**
 * Lets the planner believe in so many rows of a table. It takes the density of a table from what was recorded and
 * multiplies it by the pages the table has now, so all rows seem to be in the few existing pages. Reading the
 * whole table looks far cheaper to it than in a real registry: an index chosen here is chosen there all the more. How often
 * each value occurs is measured, in shares that do not depend on the size. A run of the benchmark asks five million rows
 * themselves. Nobody analyses the table again meanwhile. Its pages count as vacuumed: a look of the server's own at another
 * table, which just then holds a snapshot, would keep `VACUUM` from marking them.
 */
export async function pretendRowCount(sql: Session, table: string, rows: number): Promise<void> {
  const [schema, name] = table.split('.');
  await sql.run(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  await sql.run(`VACUUM (ANALYZE) ${table}`);
  await sql.run(`
    SELECT pg_restore_relation_stats('schemaname', '${schema}', 'relname', '${name}', 'relpages', c.relpages,
             'reltuples', ${rows}::real, 'relallvisible', c.relpages)
      FROM pg_class AS c WHERE c.oid = '${table}'::regclass`);
}
