import {
  isReview,
  JOB_NAMES,
  type JobName,
  type JobRun,
  type RunDetails,
  type RunPace,
  type RunRate,
  technicalErrorsIn,
} from '../../jobs';

/** What became of the persons or parties of a run, in the order in which it happens. */
export const RUN_STEPS = [
  'due',
  'taken',
  'verified',
  'refuted',
  'absent',
  'incorrect',
  'superseded',
  'propagated_persons',
  'propagated_parties',
] as const;

type RunStep = (typeof RUN_STEPS)[number];

/** One row of the funnel: a step, technical errors of one kind, or rows removed from a table. */
export type FunnelRow =
  | { readonly step: RunStep; readonly count: number | null }
  | { readonly error: string; readonly count: number }
  | { readonly table: string; readonly count: number };

/** A run as a row of the list. */
export interface RunRow {
  readonly id: string;
  /** Undefined for a job that no longer exists. */
  readonly job: JobName | undefined;
  readonly status: JobRun['status'];
  readonly startedAt: Date;
  readonly tookMs: number;
  readonly done: number;
  readonly errors: number;
  readonly perSecond: number | null;
  /** By the schedule; otherwise somebody started it by hand. */
  readonly isScheduled: boolean;
  /** Null when another program started it and did not say who asked for it. */
  readonly startedBy: string | null;
}

/** One run. */
export interface RunModel extends RunRow {
  readonly finishedAt: Date | null;
  readonly pausedAt: Date | null;
  readonly dueAtStart: number | null;
  readonly etaMs: number | null;
  readonly holder: string | null;
  readonly leaseLeftMs: number | null;
  readonly funnel: readonly FunnelRow[];
  readonly workers: RunDetails['workers'];
  readonly rates: readonly RunRate[];
}

const errorsIn = ({ counts }: JobRun) =>
  Object.entries(technicalErrorsIn(counts)).map(([error, count]) => ({ error, count }));

export function runRow(run: JobRun, pace: RunPace): RunRow {
  return {
    ...{ id: run.id, status: run.status, startedAt: run.startedAt, tookMs: run.tookSeconds * 1000 },
    job: JOB_NAMES.find((name) => name === run.job),
    done: pace.done,
    errors: errorsIn(run).reduce((sum, { count }) => sum + count, 0),
    perSecond: pace.perSecond,
    isScheduled: run.tick !== null,
    startedBy: run.startedBy,
  };
}

export function runModel(
  details: RunDetails,
  counters: readonly string[],
  rates: readonly RunRate[],
): RunModel {
  const { run, pace, etaSeconds, leaseLeftSeconds } = details;
  return {
    ...runRow(run, pace),
    finishedAt: run.finishedAt,
    pausedAt: run.status === 'RUNNING' ? details.pausedAt : null,
    dueAtStart: details.dueAtStart,
    etaMs: etaSeconds === null ? null : etaSeconds * 1000,
    holder: details.holder,
    leaseLeftMs: leaseLeftSeconds === null ? null : leaseLeftSeconds * 1000,
    funnel: funnelOf(details, counters),
    workers: details.workers,
    rates,
  };
}

function funnelOf({ run, dueAtStart }: RunDetails, counters: readonly string[]): readonly FunnelRow[] {
  const { counts } = run;
  // The counters of other jobs are tables.
  if (!isReview(counters)) return Object.entries(counts).map(([table, count]) => ({ table, count }));
  return [
    ...RUN_STEPS.map((step) => ({ step, count: step === 'due' ? dueAtStart : (counts[step] ?? 0) })),
    ...errorsIn(run),
  ];
}
