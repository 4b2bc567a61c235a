import type { Sql, Statement } from '../database/transactions';

/** What became of people; technical errors are counted apart, one counter a kind. */
export const OUTCOME_COUNTERS = [
  'verified',
  'refuted',
  'absent',
  'incorrect',
  'propagated_persons',
  'propagated_parties',
  'superseded',
] as const;

/** What a run is counted by. */
export const RUN_COUNTERS = ['batches', 'taken', ...OUTCOME_COUNTERS] as const;

export type RunCounter = (typeof RUN_COUNTERS)[number] | `technical_errors.${string}`;

/** In the transaction that did the work: a count and what it counts are never one without the other. */
const ADD: Statement = {
  name: 'add_run_counts',
  text: `
    INSERT INTO mpi.job_run_counts AS c (run_id, worker, counter, n)
    SELECT $1::uuid, $2::varchar, counter, n FROM unnest($3::varchar[], $4::bigint[]) AS d (counter, n)
     ORDER BY counter
    ON CONFLICT (run_id, worker, counter) DO UPDATE SET n = c.n + excluded.n, updated_at = now()`,
};

/** Counts by name while a group is written. */
export class RunCounts {
  private readonly counts = new Map<RunCounter, number>();

  add(counter: RunCounter, n = 1): void {
    if (n !== 0) this.counts.set(counter, (this.counts.get(counter) ?? 0) + n);
  }

  get(counter: RunCounter): number {
    return this.counts.get(counter) ?? 0;
  }

  entries(): readonly (readonly [RunCounter, number])[] {
    return [...this.counts];
  }

  async save(sql: Sql, runId: string, worker: string): Promise<void> {
    if (this.counts.size === 0) return;
    await sql.query(ADD, [runId, worker, [...this.counts.keys()], [...this.counts.values()]]);
  }
}
