import { Metrics } from '../src/observability';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source';
import { Transactions } from '../src/database/transactions';
import type { LookUp, SearchKeys } from '../src/domain/person/matching/matching-person';
import { PersonSearchRepository } from '../src/persons/person-search.repository';
import type { Figure, Measured } from './goal';
import { isNoisy } from './measure-twice';
import { fillSearch } from './search-rows';
import { onDatabase, type BenchEnvironment } from './environment';
import { median } from './statistics';
import type { Terms } from './terms';

/** The look-ups of the program, and what somebody who is searched that way is known by. */
export const LOOK_UPS: readonly { readonly lookUp: LookUp; readonly by: string; readonly symbol: string }[] =
  [
    { lookUp: 'tax_id', by: 'birth date and tax number', symbol: 'C_tax' },
    { lookUp: 'tax_id_or_certificate', by: 'birth date, last name and certificate', symbol: 'C_cert' },
    { lookUp: 'documents', by: 'document', symbol: 'C_doc' },
  ];

/** Milliseconds of one search, by the size of the table; one number a round. */
type Rounds = ReadonlyMap<number, readonly number[]>;

const databaseName = (persons: number): string => `bench_search_${persons}`;

/** Makes the tables, the largest takes minutes; gives the seconds. */
export async function loadSearch(environment: BenchEnvironment, terms: Terms): Promise<number> {
  const startedAtMs = performance.now();
  for (const persons of terms.searchPersons) {
    const url = await environment.database(databaseName(persons));
    await onDatabase(url, (client) => fillSearch(client, persons));
  }
  return (performance.now() - startedAtMs) / 1000;
}

/** The search for candidates, all they are compared by included, against the size of the registry. */
export async function measureSearch(environment: BenchEnvironment, terms: Terms): Promise<Measured> {
  const [smallest = 0, ...larger] = terms.searchPersons;
  const figures: Figure[] = [];
  const references: Measured['references'][number][] = [];
  for (const { lookUp, by, symbol } of LOOK_UPS) {
    const rounds = await roundsOf(environment, terms, lookUp);
    const reference = rounds.get(smallest) ?? [];
    references.push({ symbol, unit: 'ms', values: reference });
    for (const persons of larger) {
      const values = rounds.get(persons) ?? [];
      figures.push({
        goal: {
          id: 'S2',
          what: `search by ${by} at ${persons / 1e6} M persons`,
          unit: `× ${symbol}`,
          must: { atMost: 3 },
          aim: { atMost: 1.5 },
        },
        reference: symbol,
        rounds: values.map((value, round) => value / (reference[round] ?? NaN)),
        detail: `${median(values).toFixed(2)} ms a search, ${median(reference).toFixed(2)} at ${smallest / 1e3} k`,
      });
    }
  }
  for (const persons of terms.searchPersons) await environment.drop(databaseName(persons));
  return {
    figures,
    references,
    notes: [
      `S2: PersonSearchRepository for ${terms.searches} persons a round, chosen at random, one after the other; median of a search with its two statements.`,
      `S2: the references are the same look-ups at ${smallest / 1e3} k persons. Everybody who is searched for is found.`,
    ],
  };
}

/** The tables stay as they are, so that a restless look-up is measured once more by itself. */
async function roundsOf(environment: BenchEnvironment, terms: Terms, lookUp: LookUp): Promise<Rounds> {
  const rounds = await someRounds(environment, terms, lookUp);
  const values = rounds.get(terms.searchPersons[0] ?? 0) ?? [];
  return isNoisy({ values }) ? someRounds(environment, terms, lookUp) : rounds;
}

async function someRounds(environment: BenchEnvironment, terms: Terms, lookUp: LookUp): Promise<Rounds> {
  const rounds = new Map<number, number[]>(terms.searchPersons.map((persons) => [persons, []]));
  for (let round = 0; round < terms.rounds; round += 1) {
    for (const [persons, values] of rounds) {
      values.push(await searchTime(environment.url(databaseName(persons)), lookUp, terms.searches));
    }
  }
  return rounds;
}

/** Median milliseconds of a search. The first tenth lets the plans settle and is not counted. */
export async function searchTime(url: string, lookUp: LookUp, searches: number): Promise<number> {
  const dataSource = await new DataSource(dataSourceOptions(url, { poolSize: 1 })).initialize();
  try {
    const sql = new Transactions(dataSource, new Metrics());
    const known = await knownPersons(sql, lookUp, Math.ceil(searches * 1.1));
    const search = new PersonSearchRepository();
    const times: number[] = [];
    for (const { id, keys } of known) {
      const startedAtMs = performance.now();
      const found = await search.candidates(sql, lookUp, keys);
      times.push(performance.now() - startedAtMs);
      if (found === 'too_many' || !found.some((candidate) => candidate.id === id)) {
        throw new Error('A search did not find whom it was for.');
      }
    }
    return median(times.slice(-searches));
  } finally {
    await dataSource.destroy();
  }
}

interface KnownRow {
  readonly id: string;
  readonly birth_date: string;
  readonly last_name: string;
  readonly tax_id: string | null;
  readonly type: SearchKeys['documents'][number]['type'];
  readonly number: string;
}

/** Persons at random places of the key, with what the look-up needs of them. */
async function knownPersons(
  sql: Transactions,
  lookUp: LookUp,
  count: number,
): Promise<readonly { readonly id: string; readonly keys: SearchKeys }[]> {
  const suits = lookUp === 'tax_id' ? 'p.tax_id IS NOT NULL' : `d.type = '${documentOf(lookUp)}'`;
  const rows = await sql.query<KnownRow & Record<string, unknown>>(
    {
      text: `
        WITH places AS MATERIALIZED (SELECT gen_random_uuid() AS place FROM generate_series(1, $1::int * 4)),
        chosen AS MATERIALIZED (
          SELECT next.id FROM places CROSS JOIN LATERAL (
                 SELECT id FROM mpi.persons WHERE id > place AND status = 'active' ORDER BY id LIMIT 1) AS next)
        SELECT p.id, p.birth_date::text, p.last_name, p.tax_id, d.type, d.number
          FROM chosen JOIN mpi.persons AS p USING (id) JOIN mpi.person_documents AS d ON d.person_id = p.id
         WHERE ${suits} LIMIT $1::int`,
    },
    [count],
  );
  return rows.map((row) => ({
    id: row.id,
    keys: {
      birthDate: row.birth_date,
      taxId: lookUp === 'tax_id' ? row.tax_id : null,
      lastName: row.last_name,
      certificateDigits: [row.number.replace(/[^0-9]/g, '')],
      documents: [{ type: row.type, number: row.number }],
    },
  }));
}

const documentOf = (lookUp: LookUp): string => (lookUp === 'documents' ? 'PASSPORT' : 'BIRTH_CERTIFICATE');
