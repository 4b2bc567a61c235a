import { cronExpression, whole } from './setting-kinds';

/** A hundred years: as good as for ever. */
const FOR_EVER_DAYS = 36_500;

/**
 * How long rows are kept that nothing works with any more, and when those past their time are removed. A floor stands
 * under each: below it something would still be missed.
 */
export const RETENTION_ENVIRONMENT = {
  /** After the checks of the night have begun, before officials come. */
  RETENTION_SCHEDULE: cronExpression('30 4 * * *'),
  /** One transaction removes so many rows: milliseconds, so that nobody waits behind it. */
  RETENTION_BATCH_SIZE: whole({ min: 1, max: 10_000, fallback: 1_000 }),
  /** A quarter of nightly runs to compare with. At least a week: a run goes on for days at a slow register. */
  RETENTION_RUNS_DAYS: whole({ min: 7, max: FOR_EVER_DAYS, fallback: 90 }),
  /** Somebody else reads the events; a month is the least he may be behind. The database holds this floor too. */
  RETENTION_EVENTS_DAYS: whole({ min: 30, max: FOR_EVER_DAYS, fallback: 365 }),
  /**
   * The history of a verification is read from the audit log. Five years outlast the three within which a decision is
   * usually contested. The database removes nothing younger than one year, whatever stands here.
   */
  RETENTION_AUDIT_DAYS: whole({ min: 365, max: FOR_EVER_DAYS, fallback: 1_825 }),
  /** Counted from the end of the token; who got one stands in the audit log. */
  RETENTION_TOKENS_DAYS: whole({ min: 1, max: FOR_EVER_DAYS, fallback: 30 }),
  /** The same content sent again finds what it made. A signature is good for a week at most, so eight days at least. */
  RETENTION_SIGN_UPS_DAYS: whole({ min: 8, max: FOR_EVER_DAYS, fallback: 365 }),
  /** Memory of a wait for a retry of somebody who is not active any more. */
  RETENTION_LOCKS_DAYS: whole({ min: 1, max: FOR_EVER_DAYS, fallback: 90 }),
} as const;
