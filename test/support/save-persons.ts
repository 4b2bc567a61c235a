import type { Sql } from '../../src/database/transactions';
import { insertRows, type Columns } from './drafts';

/**
 * Where the parts of a person are kept, in the order of saving. Verifications come last: a worker that is already
 * looking finds nobody whose documents are still missing.
 */
const TABLES = {
  persons: 'mpi.persons',
  phones: 'mpi.person_phones',
  addresses: 'mpi.person_addresses',
  documents: 'mpi.person_documents',
  methods: 'mpi.person_authentication_methods',
  locks: 'mpi.verification_locks',
  verifications: 'mpi.person_verifications',
} as const;

type Part = keyof typeof TABLES;

/** The rows of one person, part by part. */
export type PersonRows = Readonly<Record<Part, Columns[]>> & { readonly id: string };

/** Saves many at once; gives their ids in the same order. */
export async function savePersons(sql: Sql, builders: readonly { rows(): PersonRows }[]): Promise<string[]> {
  const saved = builders.map((builder) => builder.rows());
  for (const [part, table] of Object.entries(TABLES)) {
    const rows = saved.flatMap((person) => person[part as Part]);
    await insertRows(sql, table, rows);
  }
  return saved.map(({ id }) => id);
}
