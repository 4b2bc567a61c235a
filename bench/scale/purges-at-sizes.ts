import { Metrics } from '../../src/observability';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import type { RemovedRows } from '../../src/database/old-rows';
import { Transactions } from '../../src/database/transactions';
import { oldRecords } from '../../src/verifications/old-verification-rows';
import type { Measured } from '../goal';
import { median } from '../statistics';
import { againstSmall, inTurns, type Sizes } from './at-sizes';
import { count } from './loading-plan';

/** Small enough that the small registry has old rows for all rounds. */
const BATCH = 500;
const BATCHES = 4;
/** No audit row may be removed before. */
const KEPT_DAYS = 366;

/** One batch of old audit rows, removed as the job `purge` does it, but for its rest between two batches. */
export async function measurePurges(sizes: Sizes, rounds: number): Promise<Measured> {
  const seen = await inTurns(sizes, rounds, ({ url }) => batchTime(url));
  const at = count(sizes.small.rows);
  return againstSmall(
    [
      {
        goal: {
          id: 'G1',
          what: `purge of ${BATCH} audit rows at ${count(sizes.large.rows)}`,
          unit: `× at ${at}`,
        },
        symbol: `purge of ${BATCH} audit rows`,
        unit: 'ms',
        rounds: seen,
        detail: `${median(seen.large).toFixed(1)} ms a batch, ${median(seen.small).toFixed(1)} at ${at}`,
      },
    ],
    ['G1: an audit log with a row for every fourth person, a quarter of them past their time.'],
  );
}

/** Median milliseconds. Each round begins where dead rows of the one before are, as tomorrow's purge does. */
async function batchTime(url: string): Promise<number> {
  const dataSource = await new DataSource(dataSourceOptions(url, { poolSize: 1 })).initialize();
  try {
    const transactions = new Transactions(dataSource, new Metrics());
    const old = oldRecords('audit_log', { days: KEPT_DAYS, batch: BATCH });
    const times: number[] = [];
    let mark: string | null = null;
    for (let batch = 0; batch < BATCHES; batch += 1) {
      const startedAtMs = performance.now();
      const from: string | null = mark;
      const removed: RemovedRows = await transactions.inTransaction((sql) => old.removeBatch(sql, from));
      times.push(performance.now() - startedAtMs);
      if (removed.rows !== BATCH) throw new Error('There were fewer old audit rows than were to be removed.');
      mark = removed.mark;
    }
    return median(times);
  } finally {
    await dataSource.destroy();
  }
}
