import { RETRY_KINDS } from '../domain/technical-error';
import type { RegisterStreamName, SubjectName } from '../domain/verification/stream';
import { type Log, type Metrics, startAtZero } from '../observability';
import { OUTCOME_COUNTERS, type RunCounter, type RunCounts } from './run-counts';

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
