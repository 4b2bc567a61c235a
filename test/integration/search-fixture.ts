import { Metrics } from '../../src/observability';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { Transactions, type Sql } from '../../src/database/transactions';
import type { LookUp, SearchKeys } from '../../src/domain/person/matching/matching-person';
import { PersonSearchRepository } from '../../src/persons/person-search.repository';
import { freshDatabase } from '../support/database';

/** Nothing to search by but what everybody has. */
export const KEYS: SearchKeys = {
  birthDate: '2019-05-06',
  taxId: null,
  lastName: 'Верболоз',
  certificateDigits: [],
  documents: [],
};

/** A registry of a test file's own, and the search in it. */
export interface SearchFixture {
  readonly sql: Transactions;
  readonly search: PersonSearchRepository;
  /** Ids of all who are met; only the keys that matter are given. */
  met(lookUp: LookUp, keys: Partial<SearchKeys>, at?: Sql): Promise<string[]>;
  /** Takes all persons away. */
  empty(): Promise<void>;
  close(): Promise<void>;
}

export async function openSearchFixture(): Promise<SearchFixture> {
  const database = await freshDatabase();
  // As superuser: the persons are made up and changed through it, too.
  const dataSource = await new DataSource(dataSourceOptions(database.adminUrl)).initialize();
  const sql = new Transactions(dataSource, new Metrics());
  const search = new PersonSearchRepository();
  return {
    sql,
    search,
    met: async (lookUp, keys, at = sql) => {
      const candidates = await search.candidates(at, lookUp, { ...KEYS, ...keys });
      if (candidates === 'too_many') throw new Error('There are too many candidates.');
      return candidates.map(({ id }) => id).sort();
    },
    empty: async () => {
      const ofPersons = ['verifications', 'authentication_methods', 'addresses', 'documents'];
      for (const rows of ofPersons) await sql.query({ text: `DELETE FROM mpi.person_${rows}` });
      await sql.query({ text: 'DELETE FROM mpi.persons' });
    },
    close: async () => {
      await dataSource.destroy();
      await database.drop();
    },
  };
}
