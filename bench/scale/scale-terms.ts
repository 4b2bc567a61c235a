/** How a registry of the country's size is measured. */
export interface ScaleTerms {
  /** Persons wanted. */
  readonly rows: number;
  /** Persons of the registry everything is compared with. */
  readonly smallRows: number;
  /** Persons of the registry that is swept twice. */
  readonly sweptRows: number;
  /** Persons loaded to learn what one takes. */
  readonly probeRows: number;
  /** All in all; what is not measured by then is left out and detail. */
  readonly totalSeconds: number;
  /** Of them for loading the large registry. */
  readonly loadingSeconds: number;
  readonly rounds: number;
  /** Of one measurement of a rate. */
  readonly seconds: number;
  readonly searches: number;
}

const MINUTE = 60;

/** A registry this small is for a look at the command itself, and is measured in minutes. */
const LOOK_BELOW = 1_000_000;

/** Forty minutes at most, more than half of them for the rows. */
export function scaleTerms(rows: number): ScaleTerms {
  const isLook = rows < LOOK_BELOW;
  return {
    rows,
    smallRows: Math.min(100_000, rows),
    sweptRows: Math.min(300_000, rows),
    probeRows: Math.min(1_000_000, rows),
    totalSeconds: 39.5 * MINUTE,
    loadingSeconds: 21 * MINUTE,
    rounds: isLook ? 2 : 3,
    seconds: isLook ? 4 : 8,
    searches: 300,
  };
}

/**
 * Rows that are written to their own files need not be in the log as well; the log of what is measured is the same but
 * for what a replica would want to know. Autovacuum looks for work more often than once a minute, as anybody's would
 * who runs tables of this size.
 */
export const SCALE_SETTINGS = {
  wal_level: 'minimal',
  max_wal_senders: '0',
  autovacuum_naptime: '10s',
} as const;
