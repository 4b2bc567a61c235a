import { Client } from 'pg';
import { ratePerSecond } from './rate-per-second';
import type { WrittenRows } from './written-rows';

/** Writes rows that a registration has written, again and elsewhere, and asks for nothing before. */
export class BareInserts {
  private constructor(private readonly clients: readonly Client[]) {}

  static async open(url: string, clients: number): Promise<BareInserts> {
    const opened = Array.from({ length: clients }, () => new Client(url));
    await Promise.all(opened.map((client) => client.connect()));
    return new BareInserts(opened);
  }

  /** Transactions a second. */
  run(registrations: readonly WrittenRows[]): Promise<number> {
    return ratePerSecond(registrations, this.clients.length, async (written, index) => {
      const client = this.clients[index];
      await client?.query('BEGIN');
      for (const { table, rows } of written) {
        const text = `INSERT INTO ${table} SELECT * FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`;
        await client?.query({ name: table, text, values: [rows] });
      }
      await client?.query('COMMIT');
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.clients.map((client) => client.end()));
  }
}
