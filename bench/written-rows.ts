import type { Client } from 'pg';

/** Rows of one table that one transaction wrote, as JSON. */
export interface RowsOfTable {
  readonly table: string;
  readonly rows: string;
}

/** Everything one transaction wrote, in an order in which foreign keys allow it to be written again. */
export type WrittenRows = readonly RowsOfTable[];

/** A table refers to older ones only, so the order in which they were made is one in which they can be filled. */
const TABLES = `
  SELECT c.oid::regclass::text AS name
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
   WHERE c.relkind = 'r' AND n.nspname IN ('mpi', 'mithril', 'mimir', 'prm')
   ORDER BY c.oid`;

/** A number before which nothing counts. */
export async function transactionNumber(client: Client): Promise<string> {
  const { rows } = await client.query<{ number: string }>(`SELECT pg_current_xact_id()::text AS number`);
  return rows[0]?.number ?? '';
}

/**
 * What every transaction since has left behind, whatever the tables: which these are is nobody's to remember here. The
 * cluster is a new one, so that the numbers of its transactions have not begun again.
 */
export async function writtenSince(client: Client, number: string): Promise<WrittenRows[]> {
  const written = new Map<string, RowsOfTable[]>();
  const tables = await client.query<{ name: string }>(TABLES);
  for (const { name } of tables.rows) {
    const { rows } = await client.query<{ transaction: string; rows: string }>(
      `SELECT xmin::text AS transaction, jsonb_agg(to_jsonb(t))::text AS rows
         FROM ${name} AS t WHERE xmin::text::bigint > $1::bigint GROUP BY 1`,
      [number],
    );
    for (const { transaction, rows: json } of rows) {
      const those = written.get(transaction) ?? [];
      those.push({ table: name, rows: json });
      written.set(transaction, those);
    }
  }
  return [...written.values()];
}
