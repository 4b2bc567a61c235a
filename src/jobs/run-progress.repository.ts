import { Injectable } from '@nestjs/common';
import { type Statement, Transactions } from '../database/transactions';
import { RESULTS } from './job';
import { JOB_NAMES } from './job-registry';
import { PURGE_JOB } from './purge.job';

/** Jobs that check people. */
const JOBS = JOB_NAMES.filter((job) => job !== PURGE_JOB);

/** Processes give a sign of life every ten seconds; the first one after that takes the sample for all. */
const SAMPLE_EVERY_SECONDS = 9;
/** A little more than the longest rate looks back. */
const SAMPLES_KEPT_MINUTES = 12;

/** $1 jobs, $2 counters of results. */
const SAMPLE: Statement = {
  name: 'sample_runs',
  text: `
    WITH old AS (
      DELETE FROM mpi.job_run_samples WHERE id IN (
        SELECT id FROM mpi.job_run_samples
         WHERE sampled_at < now() - make_interval(mins => ${SAMPLES_KEPT_MINUTES}) FOR UPDATE SKIP LOCKED))
    INSERT INTO mpi.job_run_samples (run_id, done)
    SELECT r.id, coalesce((SELECT sum(n) FROM mpi.job_run_counts WHERE run_id = r.id AND counter = ANY ($2::varchar[])), 0)
      FROM mpi.job_runs AS r
     WHERE r.status = 'RUNNING' AND r.job = ANY ($1::varchar[])
       AND NOT EXISTS (
         SELECT FROM mpi.job_run_samples
          WHERE run_id = r.id AND sampled_at > now() - make_interval(secs => ${SAMPLE_EVERY_SECONDS}))`,
};

/** Since the newest sample that is old enough; since its start for a run that is younger, or was never sampled. */
const perSecond = (minutes: number): string => `
  (c.done - coalesce(s${minutes}.done, 0))
    / greatest(1, extract(epoch FROM now() - coalesce(s${minutes}.sampled_at, r.started_at, r.inserted_at)))`;

const sampleBefore = (minutes: number): string => `
  LEFT JOIN LATERAL (
    SELECT done, sampled_at FROM mpi.job_run_samples
     WHERE run_id = r.id AND sampled_at <= now() - interval '${minutes} minutes'
     ORDER BY sampled_at DESC LIMIT 1) AS s${minutes} ON true`;

const SINCE = (minutes: number): string => `updated_at > now() - interval '${minutes} minutes'`;

/** $1 jobs, $2 counters of results. */
export const RUNNING_RUNS: Statement = {
  name: 'running_runs',
  text: `
    SELECT r.job, r.id, coalesce(r.started_at, r.inserted_at) AS started_at, c.done::int AS done,
           c.stalled AND coalesce(r.started_at, r.inserted_at) < now() - interval '1 hour' AS stalled,
           c.refused, c.foreign_answers,
           (${perSecond(1)})::float8 AS per_second_1m, (${perSecond(10)})::float8 AS per_second_10m
      FROM mpi.job_runs AS r
     CROSS JOIN LATERAL (
       SELECT coalesce(sum(n) FILTER (WHERE counter = ANY ($2::varchar[])), 0) AS done,
              NOT coalesce(bool_or(counter = ANY ($2::varchar[]) AND ${SINCE(60)}), false) AS stalled,
              coalesce(bool_or(counter = 'technical_errors.fault_configuration' AND ${SINCE(15)}), false) AS refused,
              coalesce(bool_or(counter = 'technical_errors.foreign_answer' AND ${SINCE(60)}), false) AS foreign_answers
         FROM mpi.job_run_counts WHERE run_id = r.id) AS c
     ${sampleBefore(1)} ${sampleBefore(10)}
     WHERE r.status = 'RUNNING' AND r.job = ANY ($1::varchar[])`,
};

/**
 * Jobs of which a run failed within the hour. The start narrows it to an index: no run takes longer than a week, and few
 * are of other programs that do not say when they started them.
 */
export const FAILED_RUNS: Statement = {
  name: 'failed_runs',
  text: `
    SELECT DISTINCT job FROM mpi.job_runs
     WHERE (started_at > now() - interval '7 days' OR started_at IS NULL) AND status = 'FAILED' AND finished_at > now() - interval '1 hour'`,
};

/** Points of a chart are half a minute apart: three samples each. */
const ratesWhere = (runs: string): string => `
    SELECT date_bin('30 seconds', sampled_at, 'epoch') AS at, job,
           (sum(done - before) / extract(epoch FROM sum(sampled_at - before_at)))::float8 AS per_second
      FROM (
        SELECT r.job, s.sampled_at, s.done, lag(s.done) OVER of_run AS before, lag(s.sampled_at) OVER of_run AS before_at
          FROM mpi.job_run_samples AS s JOIN mpi.job_runs AS r ON r.id = s.run_id
         WHERE ${runs}
        WINDOW of_run AS (PARTITION BY s.run_id ORDER BY s.sampled_at)) AS sampled
     WHERE sampled_at > before_at
     GROUP BY 1, 2 ORDER BY 1`;

/** $1 jobs. */
const RATES: Statement = {
  name: 'run_rates',
  text: ratesWhere(`r.status = 'RUNNING' AND r.job = ANY ($1::varchar[])`),
};

/** $1 run, which may be over. */
const RATES_OF_RUN: Statement = { name: 'rates_of_run', text: ratesWhere('r.id = $1::uuid') };

/** How many people a second got a result around a moment of the last minutes. */
export interface RunRate {
  readonly at: Date;
  readonly perSecond: number;
}

/** A moment of the last minutes, and how many people a second each running job finished around it. */
export interface RatePoint {
  readonly at: Date;
  readonly perSecond: ReadonlyMap<string, number>;
}

/** A run that is going on. */
export interface RunningRun {
  readonly job: string;
  readonly id: string;
  readonly startedAt: Date;
  /** People with a result since the start. */
  readonly done: number;
  /** People a second over the last minute and the last ten; over its whole time for a younger run. */
  readonly perSecond1m: number;
  readonly perSecond10m: number;
  /** Nobody was finished for an hour. */
  readonly isStalled: boolean;
  /** The security server refused a call within the last 15 minutes. */
  readonly isRefused: boolean;
  /** An answer to another question arrived within the last hour. */
  readonly hasForeignAnswers: boolean;
}

interface RunningRow extends Record<string, unknown> {
  readonly job: string;
  readonly id: string;
  readonly started_at: Date;
  readonly done: number;
  readonly stalled: boolean;
  readonly refused: boolean;
  readonly foreign_answers: boolean;
  readonly per_second_1m: number;
  readonly per_second_10m: number;
}

interface RateRow extends Record<string, unknown> {
  readonly at: Date;
  readonly job: string;
  readonly per_second: number;
}

/** How the running runs go on. Every process samples them with its sign of life; one sample serves all. */
@Injectable()
export class RunProgressRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Writes down what the running runs have done so far, unless another process just has. */
  async sample(): Promise<void> {
    await this.transactions.query(SAMPLE, [JOBS, RESULTS]);
  }

  /** By job. */
  async running(): Promise<ReadonlyMap<string, RunningRun>> {
    const rows = await this.transactions.query<RunningRow>(RUNNING_RUNS, [JOBS, RESULTS]);
    return new Map(rows.map((row) => [row.job, runningRun(row)]));
  }

  /** The speed of the running runs over the last minutes, oldest first. */
  async rates(): Promise<readonly RatePoint[]> {
    const rows = await this.transactions.query<RateRow>(RATES, [JOBS]);
    const points = new Map<number, Map<string, number>>();
    for (const { at, job, per_second: perSecond } of rows) {
      const point = points.get(at.getTime()) ?? new Map<string, number>();
      points.set(at.getTime(), point.set(job, perSecond));
    }
    return [...points].map(([at, perSecond]) => ({ at: new Date(at), perSecond }));
  }

  /** The speed of one run over the last minutes, oldest first. */
  async ratesOf(runId: string): Promise<readonly RunRate[]> {
    const rows = await this.transactions.query<RateRow>(RATES_OF_RUN, [runId]);
    return rows.map(({ at, per_second: perSecond }) => ({ at, perSecond }));
  }

  /** Jobs of which a run failed within the last hour. */
  async failed(): Promise<readonly string[]> {
    const rows = await this.transactions.query<{ job: string }>(FAILED_RUNS);
    return rows.map(({ job }) => job);
  }
}

function runningRun({ job, id, done, ...row }: RunningRow): RunningRun {
  return {
    ...{ job, id, done },
    startedAt: row.started_at,
    perSecond1m: row.per_second_1m,
    perSecond10m: row.per_second_10m,
    isStalled: row.stalled,
    isRefused: row.refused,
    hasForeignAnswers: row.foreign_answers,
  };
}
