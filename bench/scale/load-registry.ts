import type { Client } from 'pg';
import { onDatabase, type BenchEnvironment } from '../environment';
import { type RowsOf, TABLES } from './person-rows';
import { sparseIndexes, takeIndexesOff, type TakenOff } from './take-indexes-off';

/** A registry in a database of its own. */
export interface Registry {
  readonly name: string;
  readonly url: string;
  readonly rows: number;
}

export interface Loading {
  readonly name: string;
  readonly rows: number;
  readonly say: (sentence: string) => void;
  /** Asked between two pieces: no more rows when the answer is false. */
  readonly hasTime: () => boolean;
  /** Indexes that stay while rows are loaded, as learned from a smaller registry. */
  readonly sparse?: readonly string[];
}

export interface Loaded extends Registry {
  readonly seconds: number;
  /** Of them for the rows; the others for indexes and the first vacuum. */
  readonly rowSeconds: number;
  /** Of the tables and their indexes. */
  readonly bytes: number;
  readonly sparse: readonly string[];
}

/** So many persons are loaded between two looks at the clock. */
const PIECE = 1_000_000;

/** Two lines of tables side by side, each on a connection of its own. */
const LINES = TABLES.map((rows) => ({ rows, tables: rows.map(({ table }) => table) }));
const NAMES = LINES.flatMap(({ tables }) => tables);

/**
 * Persons, documents, addresses and verifications in SQL: first the rows of all tables, then their indexes, then the
 * first vacuum. With `wal_level = minimal` rows of a table that the same transaction emptied, and indexes built anew,
 * are written to their files and not to the log as well; all of it is on the disk before anything is measured.
 */
export async function loadRegistry(environment: BenchEnvironment, loading: Loading): Promise<Loaded> {
  const startedAtMs = performance.now();
  const secondsSinceStart = (): number => (performance.now() - startedAtMs) / 1000;
  const url = await environment.database(loading.name);
  const taken = await onDatabase(url, (client) => takeIndexesOff(client, NAMES, loading.sparse ?? []));
  const pieces = new Pieces(loading);
  await Promise.all(LINES.map((line) => onDatabase(url, (client) => pieces.insert(client, line.rows))));
  const rowSeconds = secondsSinceStart();
  loading.say(`${pieces.rows} persons are in their tables; building indexes.`);
  await Promise.all(
    LINES.map(({ tables }) => onDatabase(url, (client) => buildIndexes(client, tables, taken))),
  );
  const { rows } = pieces;
  const { bytes, sparse } = await onDatabase(url, async (client) => ({
    bytes: await finish(client, taken),
    sparse: await sparseIndexes(client, NAMES, rows),
  }));
  return { name: loading.name, url, rows, bytes, sparse, rowSeconds, seconds: secondsSinceStart() };
}

/** Which persons come next; both lines of tables get the same ones, whatever the workers first. */
class Pieces {
  rows = 0;
  private readonly ends: number[] = [];

  constructor(private readonly loading: Loading) {}

  async insert(client: Client, tables: readonly RowsOf[]): Promise<void> {
    // Nobody changes an activity or breaks a reference here; checking each row would double the time.
    await client.query(`SET session_replication_role = replica`);
    await client.query('BEGIN');
    await client.query(`TRUNCATE ${tables.map(({ table }) => table).join(', ')}`);
    for (let n = 0, from = 1; ; n += 1) {
      const to = this.endOf(n);
      if (to < from) break;
      for (const { insert } of tables) await client.query(insert, [from, to, this.loading.rows]);
      from = to + 1;
    }
    await client.query('COMMIT');
  }

  /** The last person of a piece, decided once; that of the piece before when there is none. */
  private endOf(piece: number): number {
    const { rows, hasTime, say } = this.loading;
    const known = this.ends[piece];
    if (known !== undefined) return known;
    const goesOn = this.rows < rows && (piece === 0 || hasTime());
    if (piece > 0) say(`${this.rows} of ${rows} persons.`);
    if (goesOn) this.rows = Math.min(this.rows + PIECE, rows);
    this.ends[piece] = this.rows;
    return this.rows;
  }
}

async function buildIndexes(client: Client, tables: readonly string[], taken: TakenOff): Promise<void> {
  for (const table of tables) {
    // Hint bits and the visibility map now, so that no measurement pays for them.
    await client.query(`VACUUM ${table}`);
    for (const make of taken.indexes.get(table) ?? []) await client.query(make);
  }
}

async function finish(client: Client, taken: TakenOff): Promise<number> {
  for (const make of taken.rules) await client.query(make);
  await client.query(`ANALYZE`);
  await client.query(`CHECKPOINT`);
  const { rows } = await client.query<{ bytes: string }>(
    `SELECT sum(pg_total_relation_size(name::regclass)) AS bytes FROM unnest($1::text[]) AS name`,
    [NAMES],
  );
  return Number(rows[0]?.bytes ?? 0);
}
