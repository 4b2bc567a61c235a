import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import type { SeededRandom } from './seeded-random';

/** What rows a transaction of the storm may take, each by a key of its own. */
export interface StormRows {
  readonly personIds: readonly string[];
  readonly partyIds: readonly string[];
}

/** The work of one transaction: long enough that others come by, short enough that many fit into a run. */
const WORK_MS = 15;
const MOST_ROWS = 8;
/** Whoever looks for a deadlock first becomes its victim: the program waits for a second, half of the storm less, half more. */
const LOOKS_AFTER = ['50ms', '3s'];

/** Somebody else's transactions, which take rows in any order: what an order of locks cannot help against. */
export class StormLocks {
  private readonly over = new AbortController();
  private readonly clients: Promise<void>[] = [];
  private deadlocks = 0;
  private transactions = 0;

  constructor(
    private readonly url: string,
    private readonly rows: StormRows,
    private readonly random: SeededRandom,
  ) {}

  start(clients: number): void {
    for (let n = 0; n < clients; n += 1) this.clients.push(this.storm(LOOKS_AFTER[n % 2] ?? '1s'));
  }

  /** Gives how many transactions there were, and how many of them fell victim to a deadlock. */
  async stop(): Promise<{ transactions: number; deadlocks: number }> {
    this.over.abort();
    await Promise.all(this.clients);
    return { transactions: this.transactions, deadlocks: this.deadlocks };
  }

  private async storm(looksAfter: string): Promise<void> {
    const client = new Client({ connectionString: this.url, application_name: 'storm' });
    client.on('error', () => undefined);
    await client.connect();
    try {
      await client.query(`SET deadlock_timeout = '${looksAfter}'`);
      while (!this.over.signal.aborted) await this.transaction(client);
    } finally {
      await client.end();
    }
  }

  private async transaction(client: Client): Promise<void> {
    this.transactions += 1;
    await client.query('BEGIN');
    try {
      for (let row = 0; row < MOST_ROWS; row += 1) {
        await client.query(...this.anyRow());
        await pause(this.random.below(WORK_MS));
      }
      await client.query('COMMIT');
    } catch {
      this.deadlocks += 1;
      await client.query('ROLLBACK');
    }
  }

  private anyRow(): [string, string[]] {
    const person = this.random.pick(this.rows.personIds);
    const party = this.random.pick(this.rows.partyIds);
    return this.random.pick<[string, string[]]>([
      ['SELECT FROM mpi.person_verifications WHERE person_id = $1 FOR UPDATE', [person]],
      ['UPDATE mpi.persons SET updated_at = now() WHERE id = $1', [person]],
      ['SELECT FROM prm.party_verifications WHERE party_id = $1 FOR UPDATE', [party]],
      ['UPDATE prm.parties SET updated_at = now() WHERE id = $1', [party]],
    ]);
  }
}
