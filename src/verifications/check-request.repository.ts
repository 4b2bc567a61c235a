import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Sql, type Statement, Transactions } from '../database/transactions';
import type { RegisterStreamName } from '../domain/verification/stream';

/** Which check. */
export interface RequestedCheck {
  readonly personId: string;
  readonly stream: RegisterStreamName;
}

/** A request that a worker works on. Another worker may get it if the first seems dead; then the claim decides. */
export interface TakenRequest extends RequestedCheck {
  readonly id: string;
}

/** The state of a requested check. */
export type CheckState = 'waiting' | 'asking' | 'done' | 'failed';

/** Whether a check has not ended yet. */
export const isUnderWay = (state: CheckState): boolean => state === 'waiting' || state === 'asking';

/** A requested check as it is published. */
export interface CheckRequestRow {
  readonly stream: RegisterStreamName;
  readonly state: CheckState;
  readonly requested_at: Date;
  readonly requested_by: string;
  readonly ended_at: Date | null;
  /** Kind of the technical error of a failed check: a code, no text of the register. */
  readonly error: string | null;
  /** Technical errors in a row, including those of later runs. */
  readonly attempts: number;
  /** From when the job takes the person again after a technical error. */
  readonly next_try_at: Date | null;
}

/** The worker that claims the person. */
export interface RequestClaimant {
  readonly worker: string;
  readonly leaseSeconds: number;
  readonly actorId: string;
}

/** A claim of one person. */
export interface OneClaimed {
  readonly claimId: string;
  readonly attempts: number;
  /** Clock of the database in milliseconds. */
  readonly nowMs: number;
}

/** Requested checks. Their rows are also the work queue. Times are those of the database. */
@Injectable()
export class CheckRequestRepository {
  constructor(private readonly transactions: Transactions) {}

  /** In the transaction that restarted the stream, with the person's row locked. */
  async request(sql: Sql, { personId, stream }: RequestedCheck, userId: string): Promise<void> {
    await sql.query(REQUEST, [personId, stream, userId]);
  }

  /** Undefined if nobody ever requested the check. */
  async read(
    { personId, stream }: RequestedCheck,
    sql: Sql = this.transactions,
  ): Promise<CheckRequestRow | undefined> {
    const [row] = await sql.query<CheckRequestRow & Record<string, unknown>>(readRequest(stream), [
      personId,
      stream,
    ]);
    return row;
  }

  /** Takes the request that has been due for the longest time. */
  async take(leaseSeconds: number): Promise<TakenRequest | undefined> {
    const [row] = await this.transactions.query<{
      id: string;
      person_id: string;
      stream: RegisterStreamName;
    }>(TAKE, [leaseSeconds]);
    return row === undefined ? undefined : { id: row.id, personId: row.person_id, stream: row.stream };
  }

  /** Ends the request if the status of the stream says so; otherwise returns after how many milliseconds to look again. */
  async settle({ id, stream }: TakenRequest): Promise<number | null> {
    const [row] = await this.transactions.query<{ again_in_ms: string | null }>(settle(stream), [id]);
    const againInMs = row?.again_in_ms ?? null;
    return againInMs === null ? null : Number(againInMs);
  }

  /** Claims the person for review; undefined if that is not possible now. */
  async claim(
    { personId, stream }: RequestedCheck,
    { worker, leaseSeconds, actorId }: RequestClaimant,
  ): Promise<OneClaimed | undefined> {
    const claimId = randomUUID();
    const [row] = await this.transactions.query<{ attempts: number; now_ms: string }>(
      claimRequested(stream),
      [claimId, personId, stream, worker, leaseSeconds, actorId],
    );
    return row === undefined ? undefined : { claimId, attempts: row.attempts, nowMs: Number(row.now_ms) };
  }
}

/** Time until the next look after one that changed nothing: the circuit is open, or a run has claimed the person. */
const LOOK_AGAIN_SECONDS = 1;

/**
 * The state of an open request is not stored: it follows from the stream and its lock, whichever program wrote them. The restart of
 * the stream removed the lock row, so its technical errors are later than the request.
 */
function stateSql(stream: RegisterStreamName): string {
  const status = `v.${stream}_verification_status`;
  return `CASE WHEN r.ended_as IS NOT NULL THEN r.ended_as
               WHEN ${status} = 'IN_REVIEW' AND l.claim_id IS NOT NULL THEN 'asking'
               WHEN ${status} <> 'VERIFICATION_NEEDED' THEN 'done'
               WHEN l.attempts > 0 OR NOT v.person_is_active THEN 'failed'
               ELSE 'waiting' END`;
}

/** The error of a person who is no longer active, and is not checked. */
export const PERSON_NOT_ACTIVE = 'person_not_active';

const ERROR = `CASE WHEN v.person_is_active THEN l.last_error_kind ELSE '${PERSON_NOT_ACTIVE}' END`;

const joined = (stream: RegisterStreamName): string => `
      JOIN mpi.person_verifications AS v ON v.person_id = r.person_id
      LEFT JOIN mpi.verification_locks AS l ON l.person_id = r.person_id AND l.stream = '${stream}'`;

/** $1 person, $2 stream, $3 user. Sent while the person's row of verifications is locked. */
const REQUEST: Statement = {
  name: 'request_check',
  text: `
    INSERT INTO mpi.check_requests (person_id, stream, requested_by)
    VALUES ($1::uuid, $2::varchar, $3::uuid)
    ON CONFLICT (person_id, stream) DO UPDATE
       SET id = excluded.id, requested_by = excluded.requested_by, requested_at = now(), next_look_at = now(),
           ended_at = NULL, ended_as = NULL, error_kind = NULL, updated_at = now()`,
};

/** $1 seconds until another worker may take it. */
const TAKE: Statement = {
  name: 'take_check_request',
  text: `
    UPDATE mpi.check_requests SET next_look_at = now() + make_interval(secs => $1)
     WHERE id = (
       SELECT id FROM mpi.check_requests
        WHERE next_look_at <= now() ORDER BY next_look_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, person_id, stream`,
};

/**
 * $1 request. The state may be older than a request that was made again meanwhile: that one has another id, and does not
 * change.
 */
function settle(stream: RegisterStreamName): Statement {
  return {
    name: `settle_check_request_${stream}`,
    text: `
    WITH seen AS MATERIALIZED (
      SELECT r.id, ${stateSql(stream)} AS state, ${ERROR} AS error
        FROM mpi.check_requests AS r ${joined(stream)} WHERE r.id = $1::uuid)
    UPDATE mpi.check_requests AS r
       SET ended_as = CASE WHEN state IN ('done', 'failed') THEN state END,
           error_kind = CASE state WHEN 'failed' THEN error END,
           ended_at = CASE WHEN state IN ('done', 'failed') THEN now() END,
           next_look_at = CASE WHEN state IN ('waiting', 'asking')
                               THEN now() + make_interval(secs => ${LOOK_AGAIN_SECONDS}) END,
           updated_at = now()
      FROM seen WHERE r.id = seen.id AND r.ended_as IS NULL
    RETURNING extract(epoch FROM r.next_look_at - now()) * 1000 AS again_in_ms`,
  };
}

/** $1 person, $2 stream. Times and errors of an ended request no longer change. */
function readRequest(stream: RegisterStreamName): Statement {
  return {
    name: `read_check_request_${stream}`,
    text: `
    SELECT r.stream, state, r.requested_at, r.requested_by,
           CASE WHEN state IN ('done', 'failed') THEN coalesce(r.ended_at, v.updated_at) END AS ended_at,
           CASE state WHEN 'failed' THEN coalesce(r.error_kind, ${ERROR}) END AS error,
           coalesce(l.attempts, 0) AS attempts, v.${stream}_retry_at AS next_try_at
      FROM mpi.check_requests AS r ${joined(stream)}
      CROSS JOIN LATERAL (SELECT ${stateSql(stream)} AS state) AS current
     WHERE r.person_id = $1::uuid AND r.stream = $2::varchar`,
  };
}

/**
 * Claims exactly one person for review (S3), outside of a run.
 * $1 claim, $2 person, $3 stream, $4 worker, $5 lease in seconds, $6 actor.
 * A row that somebody locks at this moment is skipped, as in every claim: the worker looks at the request again.
 */
function claimRequested(stream: RegisterStreamName): Statement {
  return {
    name: `claim_requested_${stream}`,
    text: `
    WITH picked AS MATERIALIZED (
      SELECT v.person_id, v.${stream}_verification_status AS status, v.${stream}_verification_reason AS reason
        FROM mpi.person_verifications AS v
       WHERE v.person_id = $2::uuid AND v.${stream}_verification_status = 'VERIFICATION_NEEDED'
         AND v.${stream}_retry_at IS NULL AND v.person_is_active
         FOR UPDATE SKIP LOCKED),
    claimed AS (
      INSERT INTO mpi.verification_claims (id, stream, worker, taken_at, lease_until)
      SELECT $1::uuid, $3::varchar, $4::varchar, now(), now() + make_interval(secs => $5) FROM picked),
    reviewed AS (
      UPDATE mpi.person_verifications AS v
         SET ${stream}_verification_status = 'IN_REVIEW', ${stream}_verification_reason = 'AUTO',
             ${stream}_retry_at = NULL, updated_at = now(), updated_by = $6::uuid
        FROM picked WHERE v.person_id = picked.person_id),
    locked AS (
      INSERT INTO mpi.verification_locks AS l (person_id, stream, claim_id, status_before, reason_before)
      SELECT person_id, $3::varchar, $1::uuid, status, reason FROM picked
      ON CONFLICT (person_id, stream) DO UPDATE
        SET claim_id = excluded.claim_id, status_before = excluded.status_before,
            reason_before = excluded.reason_before, updated_at = now()
      RETURNING attempts)
    SELECT attempts, extract(epoch FROM clock_timestamp()) * 1000 AS now_ms FROM locked`,
  };
}
