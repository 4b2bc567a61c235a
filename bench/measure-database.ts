import { runDatabaseRates } from './database-rates';
import type { Measured } from './goal';
import { claimAndComplete } from './p05-claim-and-complete';
import { againstOneByOne } from './p06-one-by-one';
import type { BenchEnvironment } from './environment';
import type { Terms } from './terms';

/** Two figures of the database alone. */
export async function measureDatabase(environment: BenchEnvironment, terms: Terms): Promise<Measured> {
  const rates = await runDatabaseRates(environment, terms);
  return {
    figures: [claimAndComplete(rates), againstOneByOne(rates)],
    references: [
      { symbol: 'C_db', unit: 'persons/s', values: rates.plain },
      { symbol: 'C_one', unit: 'persons/s', values: rates.single },
      { symbol: 'one by one', unit: 'persons/s', values: rates.oneByOne },
    ],
    notes: [
      `C_db: plain SQL, batches of 100 by ${environment.cores} clients, writes the same person and lock rows and nothing else.`,
      'P5: ClaimRepository with marks, claims, counts and documents, then OutcomeRepository with lock and guard.',
      'P6: claim and complete of P5 against a Bull job a person (50 at once) that finds and saves twice through TypeORM.',
    ],
  };
}
