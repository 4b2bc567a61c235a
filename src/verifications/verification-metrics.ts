import type { Sql, Statement, Transactions } from '../database/transactions';
import { RETRY_KINDS, CANNOT_BE_CHECKED_AFTER_ATTEMPTS } from '../domain/verification/technical-error';
import type { RegisterStreamName, SubjectName } from '../domain/verification/stream';
import { type Log, type Metrics, startAtZero } from '../observability';
import { PARTIES, PERSONS, type Subject } from './subject';

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

const CLAIM_ENDS = ['taken', 'swept'];

const OUTCOMES: readonly RunCounter[] = [
  ...OUTCOME_COUNTERS,
  ...RETRY_KINDS.map((kind) => `technical_errors.${kind}` as const),
];

/** What the checks hear themselves do; for metrics and the log. */
export interface CheckObserver {
  readonly claimed: (stream: string, persons: number) => void;
  readonly written: (stream: string, counts: RunCounts, durationMs: number) => void;
  readonly swept: (stream: string, persons: number) => void;
  readonly failed: (error: unknown) => void;
}

/** Tells metrics and log what the checks do. Nobody is named, not even by id: the audit log does that. */
export function observeChecks(log: Log, metrics: Metrics, subject: SubjectName = 'persons'): CheckObserver {
  return {
    claimed: (stream) => metrics.claims.inc({ stream, subject, end: 'taken' }),
    written: (stream, counts, durationMs) => {
      metrics.writeSeconds.observe({ stream, subject }, durationMs / 1000);
      for (const [outcome, n] of counts.entries()) {
        if (n > 0 && outcome !== 'taken') metrics[subject].inc({ stream, outcome }, n);
      }
    },
    swept: (stream, n) => {
      metrics.claims.inc({ stream, subject, end: 'swept' });
      log.warn(`released ${subject} whose worker is gone`, { stream, [subject]: n });
    },
    failed: (error) => log.error('check interrupted', error),
  };
}

/** Before anybody is checked: all that can be counted of this stream stands at 0. */
export function countChecksFromZero(
  metrics: Metrics,
  stream: RegisterStreamName,
  subject: SubjectName,
): void {
  startAtZero(metrics.claims, { stream: [stream], subject: [subject], end: CLAIM_ENDS });
  startAtZero(metrics[subject], { stream: [stream], outcome: OUTCOMES });
}

const ledgerOf = ({ locks, suffix }: Subject): Statement => ({
  name: `count_ledger${suffix}`,
  text: `
    SELECT stream,
           count(*) FILTER (WHERE claim_id IS NOT NULL) AS held,
           count(*) FILTER (WHERE claim_id IS NULL AND attempts < ${CANNOT_BE_CHECKED_AFTER_ATTEMPTS}) AS waiting,
           count(*) FILTER (WHERE claim_id IS NULL AND attempts >= ${CANNOT_BE_CHECKED_AFTER_ATTEMPTS}) AS cannot_be_checked
      FROM ${locks} GROUP BY stream`,
});

const STATES = ['held', 'waiting', 'cannot_be_checked'] as const;

type LedgerRow = { readonly stream: string } & Readonly<Record<(typeof STATES)[number], string>>;

/** Where everybody stands who was taken and is not done with: read from the small tables of locks at each collection. */
export function countLedger(transactions: Transactions, metrics: Metrics): void {
  for (const [subject, gauge] of [
    [PERSONS, metrics.ledger],
    [PARTIES, metrics.partyLedger],
  ] as const) {
    const ledger = ledgerOf(subject);
    metrics.refreshBy(async () => {
      const rows = await transactions.query<LedgerRow>(ledger);
      gauge.reset();
      for (const row of rows) {
        for (const state of STATES) gauge.set({ stream: row.stream, state }, Number(row[state]));
      }
    });
  }
}
