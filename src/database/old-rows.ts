import type { Sql, Statement } from './transactions';

/** The result of removing one batch. */
export interface RemovedRows {
  readonly rows: number;
  /** Whether the batch was full, so that there may be more. */
  readonly full: boolean;
  /** The age of the newest removed row, as text: a timestamp of the database is finer than a Date. */
  readonly mark: string | null;
}

/** The old rows of one table, defined by the module that writes the table. */
export interface OldRows {
  /** The table without its schema, for counts and logs. */
  readonly table: string;
  /**
   * Removes one batch, oldest first. It starts at the mark, so that it does not scan the rows removed before, and skips
   * locked rows.
   */
  removeBatch(sql: Sql, mark: string | null): Promise<RemovedRows>;
}

/** How long rows are kept, and how many one batch removes. */
export interface Retention {
  readonly days: number;
  readonly batch: number;
}

/** A table whose rows are old by one indexed column. */
export interface AgedTable extends Retention {
  readonly schema: string;
  readonly table: string;
  /** The column with the age. */
  readonly ageColumn: string;
  /** A further condition; the row is `o`. */
  readonly condition?: string;
  /** Further common table expressions, for rows that depend on those in `picked`. */
  readonly dependents?: readonly string[];
}

/**
 * The picked ids are passed on as an array: with a join the planner could read the whole table when it takes a batch for
 * a large part of it. $1 days, $2 mark.
 */
export function agedRows({
  schema,
  table,
  ageColumn,
  condition,
  dependents = [],
  days,
  batch,
}: AgedTable): OldRows {
  const statement: Statement = {
    name: `purge_${table}`,
    text: `
    WITH picked AS MATERIALIZED (
      SELECT o.id, o.${ageColumn} AS old_since FROM ${schema}.${table} AS o
       WHERE o.${ageColumn} < now() - make_interval(days => $1::integer)
         AND o.${ageColumn} >= coalesce($2::timestamptz, '-infinity') ${condition === undefined ? '' : `AND ${condition}`}
       ORDER BY o.${ageColumn} LIMIT ${batch} FOR UPDATE OF o SKIP LOCKED),
    ${dependents.map((part) => `${part},`).join('\n    ')}
    gone AS (DELETE FROM ${schema}.${table} WHERE id = ANY (ARRAY(SELECT id FROM picked)) RETURNING id)
    SELECT (SELECT count(*) FROM gone)::integer AS rows, (SELECT max(old_since) FROM picked)::text AS mark`,
  };
  return {
    table,
    removeBatch: async (sql, mark) => removed(await sql.query<RemovedRow>(statement, [days, mark]), batch),
  };
}

/** The row that such a statement returns. */
export interface RemovedRow {
  readonly rows: number;
  readonly mark: string | null;
  readonly [column: string]: unknown;
}

/** Reads that row. */
export function removed([row]: readonly RemovedRow[], batch: number): RemovedRows {
  return { rows: row?.rows ?? 0, full: (row?.rows ?? 0) >= batch, mark: row?.mark ?? null };
}
