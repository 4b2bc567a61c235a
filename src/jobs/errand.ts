import type { HelpSignals } from './job';

/** One piece of work that a worker has taken. */
export interface TakenErrand {
  /** Does it; tells after how many milliseconds it is to be tried again, if it is. */
  run(signals: HelpSignals): Promise<number | null>;
}

/**
 * Work without runs: what is to be done stands in rows of a room's own, comes at any time, and is done at once. Any
 * number of workers do it side by side, so whoever takes a row keeps the others from it.
 */
export interface Errands {
  /** Takes what is due next; nothing when nothing is. */
  takeNext(): Promise<TakenErrand | undefined>;
}
