import { onDatabase } from '../environment';
import type { Registry } from './load-registry';

/** One table or index. */
export interface Size {
  readonly name: string;
  readonly isIndex: boolean;
  readonly bytes: number;
  readonly bytesPerPerson: number;
}

/** Smaller ones say nothing about a size. */
const LEAST_BYTES_PER_PERSON = 1;

/** What the tables and indexes of the registry take, the largest first. */
export async function tableSizes({ url, rows }: Registry): Promise<Size[]> {
  return onDatabase(url, async (client) => {
    const { rows: sizes } = await client.query<{ name: string; isIndex: boolean; bytes: string }>(
      `SELECT c.oid::regclass::text AS name, c.relkind = 'i' AS "isIndex", pg_relation_size(c.oid) AS bytes
         FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
        WHERE n.nspname = 'mpi' AND c.relkind IN ('r', 'i')
        ORDER BY c.relkind DESC, pg_relation_size(c.oid) DESC`,
    );
    return sizes
      .map(({ name, isIndex, bytes }) => ({
        name,
        isIndex,
        bytes: Number(bytes),
        bytesPerPerson: Number(bytes) / rows,
      }))
      .filter(({ bytesPerPerson }) => bytesPerPerson >= LEAST_BYTES_PER_PERSON);
  });
}
