import { Injectable } from '@nestjs/common';
import { type Statement, Transactions } from '../database/transactions';
import { Refusal } from '../domain/refusal';
import { doneOf, type JobRun } from './job';
import { JobRegistry } from './job-registry';
import { jobRun, type RunRow, WITH_COUNTS } from './job-run.repository';

const DETAILS: Statement = {
  name: 'run_details',
  text: `
    SELECT ${WITH_COUNTS}, r.worker AS holder, r.lease_until, r.due_at_start::float8 AS due_at_start, s.paused_at,
           CASE WHEN r.status = 'RUNNING'
                THEN greatest(0, extract(epoch FROM r.lease_until - now()))::float8 END AS lease_left_seconds,
           (SELECT (max(done) - min(done)) / nullif(extract(epoch FROM max(sampled_at) - min(sampled_at)), 0)
              FROM mpi.job_run_samples
             WHERE run_id = r.id AND sampled_at > now() - interval '2 minutes')::float8 AS recent_per_second,
           coalesce((
             SELECT jsonb_agg(jsonb_build_object('worker', worker, 'counts', counts, 'lastWriteAt', last_write_at)
                              ORDER BY worker)
               FROM (SELECT worker, jsonb_object_agg(counter, n) AS counts, max(updated_at) AS last_write_at
                       FROM mpi.job_run_counts WHERE run_id = r.id GROUP BY worker) AS each), '[]') AS workers
      FROM mpi.job_runs AS r LEFT JOIN mpi.job_schedules AS s ON s.job = r.job
     WHERE r.id = $1::uuid`,
};

/** Between neighbouring samples, which are taken every few seconds of a running run and kept for some minutes. */
const RATES: Statement = {
  name: 'rates_of_run',
  text: `
    SELECT at, (grown / seconds)::float8 AS "perSecond"
      FROM (SELECT sampled_at AS at, done - lag(done) OVER by_time AS grown,
                   extract(epoch FROM sampled_at - lag(sampled_at) OVER by_time) AS seconds
              FROM mpi.job_run_samples WHERE run_id = $1::uuid
            WINDOW by_time AS (ORDER BY sampled_at, id)) AS steps
     WHERE seconds > 0 ORDER BY at`,
};

interface DetailsRow extends RunRow {
  readonly holder: string | null;
  readonly lease_until: Date | null;
  readonly lease_left_seconds: number | null;
  readonly due_at_start: number | null;
  readonly paused_at: Date | null;
  /** Null until the run was sampled twice within the last minutes. */
  readonly recent_per_second: number | null;
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

/** Persons or parties done a second until this moment, since the one before. */
export interface RunRate {
  readonly at: Date;
  readonly perSecond: number;
}

/** Reads runs for people who watch them. */
@Injectable()
export class JobRunReader {
  constructor(
    private readonly transactions: Transactions,
    private readonly jobs: JobRegistry,
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
    const etaSeconds = etaOf(details, row.recent_per_second ?? pace.perSecond);
    return { ...details, etaSeconds, workers: this.partsOf(row, pace.done) };
  }

  /** The speed of a running run over the last minutes, oldest first. */
  rates(runId: string): Promise<readonly RunRate[]> {
    return this.transactions.query<RunRate & Record<string, unknown>>(RATES, [runId]);
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

function etaOf(
  { run: { status }, pace: { done }, dueAtStart, pausedAt }: Omit<RunDetails, 'etaSeconds' | 'workers'>,
  perSecond: number | null,
): number | null {
  if (status !== 'RUNNING' || pausedAt !== null || dueAtStart === null) return null;
  if (perSecond === null || perSecond === 0) return null;
  return Math.max(0, dueAtStart - done) / perSecond;
}
