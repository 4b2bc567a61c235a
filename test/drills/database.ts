import { setTimeout as pause } from 'node:timers/promises';
import { Pool, type QueryResultRow } from 'pg';

/** PostgreSQL may be away while it is looked into: a look is repeated for so long. */
const LOOK_AGAIN_FOR_MS = 30_000;

const LOOK_AGAIN_MS = 50;

/** What a broken connection, a server that is starting and one that is shutting down report. */
const AWAY_CODES = new Set(['57P01', '57P02', '57P03', 'ECONNREFUSED', 'ECONNRESET', '08006', '08003']);

/** The database of one drill, seen from outside the program. */
export class DrillDatabase {
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

/** Whose streams a drill watches, as tables and columns. */
export interface Watched {
  readonly subject: 'persons' | 'parties';
  /** The table with the cumulative status. */
  readonly people: string;
  readonly verifications: string;
  readonly locks: string;
  /** Column that names the person or party. */
  readonly id: string;
  /** Column of verifications with the active flag. */
  readonly active: string;
  /** Column of documents, and their table. */
  readonly documents: string;
  /** As the audit rows name what was changed. */
  readonly resource: string;
}

export const WATCHED: readonly Watched[] = [
  {
    subject: 'persons',
    people: 'mpi.persons',
    verifications: 'mpi.person_verifications',
    locks: 'mpi.verification_locks',
    id: 'person_id',
    active: 'person_is_active',
    documents: 'mpi.person_documents',
    resource: 'person_verifications',
  },
  {
    subject: 'parties',
    people: 'prm.parties',
    verifications: 'prm.party_verifications',
    locks: 'prm.party_verification_locks',
    id: 'party_id',
    active: 'party_is_active',
    documents: 'prm.party_documents',
    resource: 'party_verifications',
  },
];

/** The same text for persons and for parties, put together. */
export function ofEverybody(text: (watched: Watched) => string): string {
  return WATCHED.map(text).join('\n  UNION ALL ');
}
