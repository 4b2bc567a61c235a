import type { Sql } from '../database/transactions';

/** A run as those who help in it see it. */
export interface RunFacts {
  readonly id: string;
  readonly job: string;
  /** Started by somebody rather than by the timetable. */
  readonly byHand: boolean;
  readonly startedAt: Date;
}

/** How a worker is told to come to an end. */
export interface HelpSignals {
  /** Take nothing new; what is under way may end. */
  readonly stop: AbortSignal;
  /** The grace time is over: let go of what is under way. */
  readonly abort: AbortSignal;
}

/** Why a worker stopped helping: nothing is left that it could take, it was told to, nobody answers, or it cannot be done. */
export type HelpEnd = 'nothing_due' | 'stopped' | 'unreachable' | 'failed';

/** A job of the timetable. Any number of workers help in one run of it; what they do is counted by name. */
export interface Job {
  readonly name: string;
  /** Cron expression with five fields, read in the time zone of the timetable. */
  readonly schedule: string;
  readonly counters: readonly string[];
  /** Takes part in a run until nothing is left to take. */
  help(run: RunFacts, signals: HelpSignals): Promise<HelpEnd>;
  /** Takes back what dead workers left; cheap, called often. */
  sweep(): Promise<void>;
  /**
   * Whether the run may not end yet: a worker still holds work of it, or work came back after the last look for it.
   * When nobody answers, what came back is left for the next run.
   */
  unfinished(sql: Sql, runId: string, end: HelpEnd): Promise<boolean>;
  /** How much there is to do, for a progress bar; null when nobody can tell quickly. */
  due(): Promise<number | null>;
}
