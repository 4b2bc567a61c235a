import type { Session } from './session';

/**
 * Lets the planner believe in so many rows of a table. It takes the density of a table from what was recorded and
 * multiplies it by the pages the table has now, so all rows are told to stand in the few pages that are there. Reading the
 * whole table looks far cheaper to it than in a real registry: an index chosen here is chosen there all the more. How often
 * each value occurs is measured, in shares that do not depend on the size. A run of the benchmark asks five million rows
 * themselves. Nobody analyses the table again meanwhile.
 */
export async function believeInRows(sql: Session, table: string, rows: number): Promise<void> {
  const [schema, name] = table.split('.');
  await sql.run(`ALTER TABLE ${table} SET (autovacuum_enabled = false)`);
  await sql.run(`VACUUM (ANALYZE) ${table}`);
  await sql.run(`
    SELECT pg_restore_relation_stats('schemaname', '${schema}', 'relname', '${name}', 'relpages', c.relpages,
             'reltuples', ${rows}::real, 'relallvisible', c.relallvisible)
      FROM pg_class AS c WHERE c.oid = '${table}'::regclass`);
}
