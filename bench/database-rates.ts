import { oneByOne } from './one-by-one';
import { plainSql } from './plain-sql';
import { RepositoryLoop } from './repository-loop';
import type { BenchEnvironment } from './environment';
import type { Terms } from './terms';

/** The database without a register: plain SQL, the program's repositories, and one job a person, in turns. */
export interface DatabaseRates {
  /** C_db before, between and after the rounds. */
  readonly plain: readonly number[];
  readonly single: readonly number[];
  readonly repositories: readonly number[];
  readonly oneByOne: readonly number[];
}

/** Rates in persons a second, in rounds. */
export async function runDatabaseRates(environment: BenchEnvironment, terms: Terms): Promise<DatabaseRates> {
  const url = await environment.database('bench_rates', 'bench_world');
  const seconds = terms.databaseSeconds;
  const ceiling = (): Promise<number> => plainSql(url, { clients: environment.cores, batch: 100, seconds });
  const loop = await RepositoryLoop.open(url, environment.cores);
  // Plans and caches are made before anything is counted.
  await loop.run(1);
  const rates = { plain: [await ceiling()], single: [], repositories: [], oneByOne: [] } as Mutable;
  try {
    for (let round = 0; round < terms.rounds; round += 1) {
      rates.repositories.push(await loop.run(seconds));
      rates.single.push(await plainSql(url, { clients: environment.cores, batch: 1, seconds: seconds / 2 }));
      rates.oneByOne.push(await oneByOne(url, environment.redis.url, seconds));
      rates.plain.push(await ceiling());
    }
  } finally {
    await loop.close();
    await environment.drop('bench_rates');
  }
  return rates;
}

type Mutable = { [Key in keyof DatabaseRates]: number[] };
