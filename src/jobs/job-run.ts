/** How a run that began may end. */
export const RUN_ENDS = ['FINISHED', 'FAILED', 'STOPPED'] as const;
export const RUN_STATUSES = ['RUNNING', ...RUN_ENDS, 'SKIPPED'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

/** A run with what it did so far. */
export interface JobRun {
  readonly id: string;
  readonly job: string;
  readonly tick: Date | null;
  readonly status: RunStatus;
  readonly startedAt: Date;
  readonly finishedAt: Date | null;
  readonly startedBy: string | null;
  readonly counts: Readonly<Record<string, number>>;
}

const KINDS_OF = 'technical_errors.';

/** A run as operators and programs read it: the record of the run, its counters by name, technical errors by kind. */
export function runSummary(run: JobRun, counters: readonly string[]): Record<string, unknown> {
  const kinds = Object.entries(run.counts).filter(([counter]) => counter.startsWith(KINDS_OF));
  return {
    job: run.job,
    run_id: run.id,
    status: run.status,
    started_at: run.startedAt.toISOString(),
    finished_at: run.finishedAt?.toISOString() ?? null,
    ...Object.fromEntries(counters.map((counter) => [counter, run.counts[counter] ?? 0])),
    technical_errors: Object.fromEntries(kinds.map(([counter, n]) => [counter.slice(KINDS_OF.length), n])),
  };
}
