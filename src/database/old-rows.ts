import type { Sql, Statement } from './transactions';

/** What came of removing some rows. */
export interface RemovedRows {
  readonly rows: number;
  /** Whether as many were looked at as one batch holds, so that there may be more. */
  readonly full: boolean;
  /** How far it got, as text, since a timestamp of the database is finer than a Date. */
  readonly mark: string | null;
}

/** Rows of one table that nothing works with any more, as the room that writes the table tells them apart. */
export interface OldRows {
  /** The table without its schema: what is counted and told. */
  readonly table: string;
  /**
   * Removes one batch, oldest first. It begins at the mark, so as not to walk again past everything that was removed
   * just before, and passes over rows that somebody holds.
   */
  remove(sql: Sql, mark: string | null): Promise<RemovedRows>;
}

/** How long rows are kept, and how many are removed at once. */
export interface Keeping {
  readonly days: number;
  readonly batch: number;
}

/** A table whose rows are old by one indexed column alone. */
export interface AgedTable extends Keeping {
  readonly schema: string;
  readonly table: string;
  /** The column that tells the age. */
  readonly by: string;
  /** Beside their age, with the row as `o`. */
  readonly only?: string;
  /** Further parts of the statement, for what belongs to the rows in `picked`. */
  readonly together?: readonly string[];
}

/**
 * What was picked is handed on as an array: joined to it, the whole table would be read when the planner takes a batch
 * for a large part of it. $1 days, $2 mark.
 */
export function agedRows({ schema, table, by, only, together = [], days, batch }: AgedTable): OldRows {
  const statement: Statement = {
    name: `purge_${table}`,
    text: `
    WITH picked AS MATERIALIZED (
      SELECT o.id, o.${by} AS old_since FROM ${schema}.${table} AS o
       WHERE o.${by} < now() - make_interval(days => $1::integer)
         AND o.${by} >= coalesce($2::timestamptz, '-infinity') ${only === undefined ? '' : `AND ${only}`}
       ORDER BY o.${by} LIMIT ${batch} FOR UPDATE OF o SKIP LOCKED),
    ${together.map((part) => `${part},`).join('\n    ')}
    gone AS (DELETE FROM ${schema}.${table} WHERE id = ANY (ARRAY(SELECT id FROM picked)) RETURNING id)
    SELECT (SELECT count(*) FROM gone)::integer AS rows, (SELECT max(old_since) FROM picked)::text AS mark`,
  };
  return {
    table,
    remove: async (sql, mark) => removed(await sql.query<RemovedRow>(statement, [days, mark]), batch),
  };
}

/** One row of a statement that removed some. */
export interface RemovedRow {
  readonly rows: number;
  readonly mark: string | null;
  readonly [column: string]: unknown;
}

/** Reads the answer of a statement that removed one batch. */
export function removed([row]: readonly RemovedRow[], batch: number): RemovedRows {
  return { rows: row?.rows ?? 0, full: (row?.rows ?? 0) >= batch, mark: row?.mark ?? null };
}
