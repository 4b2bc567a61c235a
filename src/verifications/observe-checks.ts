import type { Log, Metrics } from '../observability';
import type { CheckObserver } from './check-persons';

/** Tells metrics and log what the checks do. No person is named, not even by id: the audit log does that. */
export function observeChecks(log: Log, metrics: Metrics): CheckObserver {
  return {
    claimed: (stream) => metrics.claims.inc({ stream, end: 'taken' }),
    written: (stream, counts, durationMs) => {
      metrics.writeSeconds.observe({ stream }, durationMs / 1000);
      for (const [outcome, n] of counts.entries()) {
        if (n > 0 && outcome !== 'taken') metrics.persons.inc({ stream, outcome }, n);
      }
    },
    swept: (stream, persons) => {
      metrics.claims.inc({ stream, end: 'swept' });
      log.warn('released persons whose worker is gone', { stream, persons });
    },
    failed: (error) => log.error('check interrupted', error),
  };
}
