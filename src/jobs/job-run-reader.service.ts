import { Injectable } from '@nestjs/common';
import { type Statement, Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { doneOf, type JobRun, RESULTS } from './job';
import { JobRegistry } from './job-registry';
import { jobRun, type RunRow, WITH_COUNTS } from './job-run.repository';
import { RunProgressRepository, type RunRate } from './run-progress.repository';

const DETAILS: Statement = {
  name: 'run_details',
  text: `
    SELECT ${WITH_COUNTS}, r.worker AS holder, r.lease_until, r.due_at_start::float8 AS due_at_start, s.paused_at,
           CASE WHEN r.status = 'RUNNING'
                THEN greatest(0, extract(epoch FROM r.lease_until - now()))::float8 END AS lease_left_seconds,
           (SELECT (max(done) - min(done)) / nullif(extract(epoch FROM max(sampled_at) - min(sampled_at)), 0)
              FROM mpi.job_run_samples
             WHERE run_id = r.id AND sampled_at > now() - interval '2 minutes')::float8 AS results_per_second,
           coalesce((
             SELECT jsonb_agg(jsonb_build_object('worker', worker, 'counts', counts, 'lastWriteAt', last_write_at)
                              ORDER BY worker)
               FROM (SELECT worker, jsonb_object_agg(counter, n) AS counts, max(updated_at) AS last_write_at
                       FROM mpi.job_run_counts WHERE run_id = r.id GROUP BY worker) AS each), '[]') AS workers
      FROM mpi.job_runs AS r LEFT JOIN mpi.job_schedules AS s ON s.job = r.job
     WHERE r.id = $1::uuid`,
};

interface DetailsRow extends RunRow {
  readonly holder: string | null;
  readonly lease_until: Date | null;
  readonly lease_left_seconds: number | null;
  readonly due_at_start: number | null;
  readonly paused_at: Date | null;
  /** In the last two minutes; null until the run was sampled twice within them. */
  readonly results_per_second: number | null;
  readonly workers: readonly WorkerRow[];
}

interface WorkerRow {
  readonly worker: string;
  readonly counts: Readonly<Record<string, number>>;
  /** ISO 8601, as jsonb writes a time. */
  readonly lastWriteAt: string;
}

/** What one worker did in a run. */
export interface WorkerPart {
  readonly worker: string;
  readonly isHolder: boolean;
  readonly counts: Readonly<Record<string, number>>;
  readonly done: number;
  /** Of what all workers did, from 0 to 1. */
  readonly share: number;
  readonly lastWriteAt: Date;
}

/** How fast a run is. */
export interface RunPace {
  readonly done: number;
  /** On average since its start, pauses included; null for a run that took no time. */
  readonly perSecond: number | null;
}

/** Everything about one run. */
export interface RunDetails {
  readonly run: JobRun;
  readonly pace: RunPace;
  /** The worker that holds the run, or held it at its end. */
  readonly holder: string | null;
  readonly leaseUntil: Date | null;
  /** Only while the run is going; 0 when the holder is dead. */
  readonly leaseLeftSeconds: number | null;
  /** Retries aside; null while it is not counted, and for a job that cannot count it. */
  readonly dueAtStart: number | null;
  /**
   * At the pace of the last two minutes, or the average of a run that was not sampled yet; null for a run that is over or
   * paused, and while nothing can be estimated.
   */
  readonly etaSeconds: number | null;
  /** Since when the job is paused. */
  readonly pausedAt: Date | null;
  readonly workers: readonly WorkerPart[];
}

/** Reads runs for people who watch them. */
@Injectable()
export class JobRunReader {
  constructor(
    private readonly transactions: Transactions,
    private readonly jobs: JobRegistry,
    private readonly progress: RunProgressRepository,
  ) {}

  /** Refuses an unknown run. */
  async details(runId: string): Promise<RunDetails> {
    const [row] = await this.transactions.query<DetailsRow & Record<string, unknown>>(DETAILS, [runId]);
    if (row === undefined) throw new Refusal('job_not_found');
    const run = jobRun(row);
    const pace = this.paceOf(run);
    const details = {
      run,
      pace,
      holder: row.holder,
      leaseUntil: row.lease_until,
      leaseLeftSeconds: row.lease_left_seconds,
      dueAtStart: row.due_at_start,
      pausedAt: row.paused_at,
    };
    const etaSeconds = etaOf(details, recentPace(run, pace, row.results_per_second) ?? pace.perSecond);
    return { ...details, etaSeconds, workers: this.partsOf(row, pace.done) };
  }

  /** How many people a second got a result in the last minutes, oldest first. */
  rates(runId: string): Promise<readonly RunRate[]> {
    return this.progress.ratesOf(runId);
  }

  paceOf({ job, counts, tookSeconds }: JobRun): RunPace {
    const done = doneOf(counts, this.jobs.countersOf(job));
    return { done, perSecond: tookSeconds > 0 ? done / tookSeconds : null };
  }

  private partsOf({ job, holder, workers }: DetailsRow, all: number): readonly WorkerPart[] {
    const counters = this.jobs.countersOf(job);
    return workers.map(({ worker, counts, lastWriteAt }) => {
      const done = doneOf(counts, counters);
      const share = all === 0 ? 0 : done / all;
      return { worker, isHolder: worker === holder, counts, done, share, lastWriteAt: new Date(lastWriteAt) };
    });
  }
}

/**
 * How many are done a second, by the results a second of the last minutes. Technical errors are not sampled: their share is
 * that of the whole run. Null when it is not known.
 */
function recentPace({ counts }: JobRun, { done }: RunPace, resultsPerSecond: number | null): number | null {
  const results = RESULTS.reduce((sum, counter) => sum + (counts[counter] ?? 0), 0);
  return resultsPerSecond === null || results === 0 ? null : (resultsPerSecond * done) / results;
}

function etaOf(
  { run: { status }, pace: { done }, dueAtStart, pausedAt }: Omit<RunDetails, 'etaSeconds' | 'workers'>,
  perSecond: number | null,
): number | null {
  if (status !== 'RUNNING' || pausedAt !== null || dueAtStart === null) return null;
  if (perSecond === null || perSecond === 0) return null;
  return Math.max(0, dueAtStart - done) / perSecond;
}
