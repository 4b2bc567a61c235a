import type { Log, Metrics } from '../observability';
import type { PurgeObserver } from './purge-old-rows';

/** Tells metrics how much was removed, and the log what could not be; the run itself is told like any other. */
export function observePurges(log: Log, metrics: Metrics): PurgeObserver {
  return {
    removed: (table, rows) => metrics.rowsPurged.inc({ table }, rows),
    failed: (error) => log.error('old rows not removed', error),
  };
}
