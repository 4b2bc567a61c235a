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
    // A server that is stopped under a test ends the session; the next statement says so.
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
