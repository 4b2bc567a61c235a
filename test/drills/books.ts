import { setTimeout as pause } from 'node:timers/promises';
import { Pool, type QueryResultRow } from 'pg';

/** PostgreSQL may be away while it is looked into: a look is repeated for so long. */
const LOOK_AGAIN_FOR_MS = 30_000;
const LOOK_AGAIN_MS = 50;

/** What a broken connection, a server that is starting and one that is shutting down say. */
const AWAY_CODES = new Set(['57P01', '57P02', '57P03', 'ECONNREFUSED', 'ECONNRESET', '08006', '08003']);

/** The database of one drill, seen from outside the program. */
export class Books {
  private readonly pool: Pool;

  constructor(readonly url: string) {
    this.pool = new Pool({ connectionString: url, max: 4, application_name: 'drill' });
    this.pool.on('error', () => undefined);
  }

  /** Looks; waits for a server that is away. */
  async look<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    const deadline = Date.now() + LOOK_AGAIN_FOR_MS;
    for (;;) {
      try {
        return await this.write<Row>(text, values);
      } catch (error) {
        if (!isAway(error) || Date.now() > deadline) throw error;
        await pause(LOOK_AGAIN_MS);
      }
    }
  }

  /** One number, the first column of the first row. */
  async number(text: string, values: readonly unknown[] = []): Promise<number> {
    const [row] = await this.look<Record<string, unknown>>(text, values);
    return Number(Object.values(row ?? {})[0] ?? 0);
  }

  /** Sends once. */
  async write<Row extends QueryResultRow>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return (await this.pool.query<Row>(text, [...values])).rows;
  }

  /** Inserts rows as they are given, by the names of their columns. */
  async insert(table: string, rows: readonly Readonly<Record<string, unknown>>[]): Promise<void> {
    const names = [...new Set(rows.flatMap((row) => Object.keys(row)))].map((name) => `"${name}"`).join(', ');
    if (names === '') return;
    await this.write(
      `INSERT INTO ${table} (${names})
       SELECT ${names} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`,
      [JSON.stringify(rows)],
    );
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

function isAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? error.code : undefined;
  if (typeof code === 'string' && AWAY_CODES.has(code)) return true;
  return code === undefined && /connection|terminated|closed/i.test(error.message);
}
