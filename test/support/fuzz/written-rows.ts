import type { Sql } from '../../../src/database/transactions';

/** Places at the register are kept by every running program, whoever calls. */
const TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname IN ('mpi', 'mimir', 'prm', 'mithril') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     AND c.relname NOT LIKE 'register\\_%' AND c.relname <> 'job_schedules'
   ORDER BY 1`;

/**
 * Tells two states of the database apart: how many rows each table has, and which transaction wrote to it last. A row
 * that was only locked counts as untouched.
 */
export async function writtenRowsIn(sql: Sql): Promise<() => Promise<string>> {
  const tables = await sql.query<{ name: string }>({ text: TABLES });
  const each = tables.map(
    ({ name }) =>
      `SELECT '${name} ' || count(*) || ' ' || coalesce(max(xmin::text::bigint), 0) AS n FROM ${name}`,
  );
  const text = `SELECT string_agg(n, E'\\n' ORDER BY n) AS n FROM (${each.join(' UNION ALL ')}) AS t`;
  // Planned once: it is asked after every request.
  await sql.query({ text: `PREPARE written_rows AS ${text}` });
  return async () => (await sql.query<{ n: string }>({ text: 'EXECUTE written_rows' }))[0]?.n ?? '';
}
