import type { Sql } from '../database/transactions';

/** How a run that began may end. */
export const RUN_ENDS = ['FINISHED', 'FAILED', 'STOPPED'] as const;
/** SKIPPED is a tick during the previous run. */
export const RUN_STATUSES = ['RUNNING', ...RUN_ENDS, 'SKIPPED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A run with its counters so far. */
export interface JobRun {
  readonly id: string;
  readonly job: string;
  /** The tick of the schedule that started it; null for a run started by hand. */
  readonly tick: Date | null;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly startedBy: string | null;
  /** Until its end, or until now. */
  readonly tookSeconds: number;
  readonly counts: Readonly<Record<string, number>>;
}

/** A run as the workers see it that take part in it. */
export interface RunFacts {
  readonly id: string;
  readonly job: string;
  /** Started by a person rather than by the schedule. */
  readonly byHand: boolean;
  /** When it started or, if the job was paused since, was resumed. */
  readonly activeSince: Date;
  readonly isPaused: boolean;
  /** Nobody has counted yet how many were due when it started. */
  readonly isUncounted: boolean;
}

/** How a worker learns that it must stop. */
export interface StopSignals {
  /** Take nothing new; what is under way may end. */
  readonly stop: AbortSignal;
  /** The grace time is over: let go of what is under way. */
  readonly abort: AbortSignal;
}

/**
 * Why a worker stopped helping: nothing is left that it could take, it was stopped, the job is paused, the register does
 * not answer, or the work cannot be done. A worker that takes nothing because of a pause may also say that nothing is due.
 */
export type HelpEnd = 'nothing_due' | 'stopped' | 'paused' | 'unreachable' | 'failed';

/** A scheduled job. Any number of workers help in one run of it; what they do is counted by name. */
export interface Job {
  readonly name: string;
  /** Cron expression with five fields, in the time zone of the setting. */
  readonly schedule: string;
  readonly counters: readonly string[];
  /** Takes part in a run until nothing is left to take. */
  help(run: RunFacts, signals: StopSignals): Promise<HelpEnd>;
  /** Takes back what dead workers left; cheap, called often. */
  reclaim(): Promise<void>;
  /**
   * Whether the run may not end yet: a worker still holds work of it, or work was released after the last look for it.
   * When the register does not answer, released work is left for the next run.
   */
  unfinished(sql: Sql, runId: string, end: HelpEnd): Promise<boolean>;
  /** How much there is to do, for a progress bar; null when it cannot be counted quickly. */
  due(): Promise<number | null>;
}

const TECHNICAL_ERRORS = 'technical_errors.';

/** The outcomes of a review: each of them is a person or a party that is done. */
const REVIEWED = ['verified', 'refuted', 'absent', 'incorrect'];

/** Whether these are the counters of a job that checks persons or parties. */
export const isReview = (counters: readonly string[]): boolean =>
  REVIEWED.every((counter) => counters.includes(counter));

/** The technical errors that were counted, by kind. */
export function technicalErrorsIn(counts: JobRun['counts']): Readonly<Record<string, number>> {
  const errors = Object.entries(counts).filter(([counter]) => counter.startsWith(TECHNICAL_ERRORS));
  return Object.fromEntries(errors.map(([counter, n]) => [counter.slice(TECHNICAL_ERRORS.length), n]));
}

/**
 * Counters of people with a result of the register, or of S4 and S5, and of those whose newer data made it void: what the
 * overview shows as the work of a run. A person with a technical error has no result, but the run is done with them until
 * the next try; a person whose result is void may be due again. So `doneOf` counts the former and leaves out the latter.
 */
export const RESULTS: readonly string[] = [...REVIEWED, 'superseded'];

/** How many are done. A job without reviews counts only what it has done. */
export function doneOf(counts: JobRun['counts'], counters: readonly string[]): number {
  const ofReview = isReview(counters);
  const done = (ofReview ? REVIEWED : counters).map((counter) => counts[counter] ?? 0);
  const failed = ofReview ? Object.values(technicalErrorsIn(counts)) : [];
  return [...done, ...failed].reduce((sum, n) => sum + n, 0);
}

/** A run as people and programs read it: its record, its counters by name, technical errors by kind. */
export function runSummary(run: JobRun, counters: readonly string[]): Record<string, unknown> {
  return {
    job: run.job,
    run_id: run.id,
    status: run.status,
    started_at: run.startedAt.toISOString(),
    finished_at: run.finishedAt?.toISOString() ?? null,
    ...Object.fromEntries(counters.map((counter) => [counter, run.counts[counter] ?? 0])),
    technical_errors: technicalErrorsIn(run.counts),
  };
}
