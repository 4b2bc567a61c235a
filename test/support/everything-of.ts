import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import type { Sql } from '../../src/database/transactions';

/** How many rows each table has, and how many objects there are. */
export type Everything = Readonly<Record<string, number>>;

/** Places and counts at the register are written by every running program, whoever is signed up. */
const TABLES = `
  SELECT format('%I.%I', n.nspname, c.relname) AS name
    FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
   WHERE n.nspname IN ('mpi', 'mimir', 'prm', 'mithril') AND c.relkind IN ('r', 'p') AND NOT c.relispartition
     AND c.relname NOT LIKE 'register\\_%' AND c.relname <> 'job_schedules'
   ORDER BY 1`;

/** Counts everything there is: every table, whatever it is called, and every object. */
export async function everythingOf(sql: Sql, mediaFolder: string): Promise<Everything> {
  const tables = await sql.query<{ name: string }>({ text: TABLES });
  const each = tables.map(({ name }) => `SELECT '${name}' AS name, count(*)::int AS n FROM ${name}`);
  const counts = await sql.query<{ name: string; n: number }>({ text: each.join(' UNION ALL ') });
  const objects = (await objectsIn(mediaFolder)).length;
  return { ...Object.fromEntries(counts.map(({ name, n }) => [name, n])), objects };
}

/** Every file below a folder, half-made ones too. */
export async function objectsIn(folder: string): Promise<string[]> {
  if (!existsSync(folder)) return [];
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => entry.name);
}

/** What has become more or less; nothing of what is as it was. */
export function changesBetween(before: Everything, after: Everything): Everything {
  const changes = Object.entries(after).map(([name, n]) => [name, n - (before[name] ?? 0)] as const);
  return Object.fromEntries(changes.filter(([, change]) => change !== 0));
}
