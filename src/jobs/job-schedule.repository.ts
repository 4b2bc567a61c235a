import { Injectable } from '@nestjs/common';
import { type Statement, Transactions } from '../database/transactions';
import type { JobName } from './job-registry';

const RECORD_SCHEDULE: Statement = {
  name: 'record_schedule',
  text: `INSERT INTO mpi.job_schedules (job) VALUES ($1::varchar) ON CONFLICT (job) DO NOTHING`,
};

/** Since when ticks count, and the time of the database. A schedule never seen before starts with its next tick. */
const LAST_TICK: Statement = {
  name: 'last_tick',
  text: `
    SELECT now() AS now, greatest(s.first_seen_at,
             (SELECT max(tick) FROM mpi.job_runs WHERE job = s.job)) AS since
      FROM mpi.job_schedules AS s WHERE s.job = $1::varchar`,
};

/**
 * When a run of each of these jobs last finished, in seconds since the epoch; until one has, when a worker first saw the
 * schedule, and 0 before that. Each job is one look into the index of finished runs, however many there are.
 */
export const JOB_FIGURES: Statement = {
  name: 'job_figures',
  text: `
    SELECT wanted.job, s.paused_at IS NOT NULL AS "isPaused", coalesce(extract(epoch FROM coalesce(
             (SELECT max(finished_at) FROM mpi.job_runs WHERE job = wanted.job AND status = 'FINISHED'),
             s.first_seen_at)), 0)::float8 AS "lastFinishedSeconds"
      FROM unnest($1::varchar[]) AS wanted (job) LEFT JOIN mpi.job_schedules AS s ON s.job = wanted.job`,
};

/** Changes nothing when the job is paused already. Claims under way lock the row for reading: the update waits for them. */
const PAUSE: Statement = {
  name: 'pause_job',
  text: `
    WITH changed AS (
      UPDATE mpi.job_schedules SET paused_at = now(), paused_by = $2::uuid, pause_reason = $3::varchar, updated_at = now()
       WHERE job = $1::varchar AND paused_at IS NULL
      RETURNING id, job, paused_by, pause_reason)
    INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
    SELECT paused_by, 'job_schedules', id, jsonb_build_object('job', job, 'paused', true, 'reason', pause_reason) FROM changed
    RETURNING id`,
};

/** Changes nothing when the job is not paused, or by another pause than the one that began at $3 (milliseconds, or null). */
const RESUME: Statement = {
  name: 'resume_job',
  text: `
    WITH changed AS (
      UPDATE mpi.job_schedules SET paused_at = NULL, paused_by = NULL, pause_reason = NULL, resumed_at = now(), updated_at = now()
       WHERE job = $1::varchar AND paused_at IS NOT NULL
         AND ($3::float8 IS NULL OR abs(extract(epoch FROM paused_at)::float8 * 1000 - $3) < 1000)
      RETURNING id, job)
    INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
    SELECT $2::uuid, 'job_schedules', id, jsonb_build_object('job', job, 'paused', false) FROM changed
    RETURNING id`,
};

/** The state of these jobs' schedules. Each job is a few looks into indexes. */
const STATES: Statement = {
  name: 'schedule_states',
  text: `
    SELECT wanted.job, now() AS now, s.paused_at AS "pausedAt", s.paused_by AS "pausedBy", s.pause_reason AS reason,
           (SELECT max(tick) FROM mpi.job_runs WHERE job = wanted.job) AS "lastTick",
           (SELECT id FROM mpi.job_runs WHERE job = wanted.job AND status = 'RUNNING') AS "runningId",
           finished.id AS "finishedId", finished.finished_at AS "finishedAt"
      FROM unnest($1::varchar[]) WITH ORDINALITY AS wanted (job, position)
      LEFT JOIN mpi.job_schedules AS s ON s.job = wanted.job
      LEFT JOIN LATERAL (
        SELECT id, finished_at FROM mpi.job_runs
         WHERE job = wanted.job AND status = 'FINISHED' AND finished_at IS NOT NULL
         ORDER BY finished_at DESC LIMIT 1) AS finished ON true
     ORDER BY wanted.position`,
};

/** What the metrics say about a job. */
export interface JobFigures {
  readonly job: string;
  readonly isPaused: boolean;
  /** Seconds since the epoch; `JOB_FIGURES` says what is returned for a job that never finished. */
  readonly lastFinishedSeconds: number;
}

/** What the database knows about the schedule of a job. */
export interface ScheduleState {
  readonly job: JobName;
  /** The time of the database. */
  readonly now: Date;
  readonly pausedAt: Date | null;
  readonly pausedBy: string | null;
  readonly reason: string | null;
  /** The last tick that became a run, or was skipped. */
  readonly lastTick: Date | null;
  readonly runningId: string | null;
  /** The last run that ended as FINISHED. */
  readonly finishedId: string | null;
  readonly finishedAt: Date | null;
}

/** Schedules of jobs: since when they are known, and whether they are paused. Times are those of the database. */
@Injectable()
export class JobScheduleRepository {
  constructor(private readonly transactions: Transactions) {}

  /** Since when ticks of the job count, and the time of the database. */
  async lastTick(job: string): Promise<{ readonly since: Date; readonly now: Date }> {
    await this.transactions.query(RECORD_SCHEDULE, [job]);
    const [row] = await this.transactions.query<{ since: Date; now: Date }>(LAST_TICK, [job]);
    if (row === undefined) throw new Error('A schedule that was just recorded is missing.');
    return row;
  }

  figures(jobs: readonly string[]): Promise<readonly JobFigures[]> {
    return this.transactions.query<JobFigures & Record<string, unknown>>(JOB_FIGURES, [jobs]);
  }

  states(jobs: readonly string[]): Promise<readonly ScheduleState[]> {
    return this.transactions.query<ScheduleState & Record<string, unknown>>(STATES, [jobs]);
  }

  /**
   * Pauses a job, and records who did and why; false when it is paused already. Once this is committed nobody claims
   * anything for the job, in whichever process.
   */
  async pause(job: string, userId: string, reason: string): Promise<boolean> {
    // A statement of its own: claims must see the row before it is changed, or they would not wait for it.
    await this.transactions.query(RECORD_SCHEDULE, [job]);
    return (await this.transactions.query(PAUSE, [job, userId, reason])).length > 0;
  }

  /**
   * Ends the pause of a job, and records who did; false when it is not paused, or paused since another second than the one
   * that is named.
   */
  async resume(job: string, userId: string, pausedSince?: Date): Promise<boolean> {
    return (await this.transactions.query(RESUME, [job, userId, pausedSince?.getTime() ?? null])).length > 0;
  }
}
