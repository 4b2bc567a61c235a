import { randomUUID } from 'node:crypto';
import type { Sql, Transactions, Statement } from '../database/transactions';
import type { RegisterStreamName } from '../domain/verification/stream';

/** Which check. */
export interface RequestedCheck {
  readonly personId: string;
  readonly stream: RegisterStreamName;
}

/** A request in the hands of a worker. Another one may get it when the first seems dead; the claim decides then. */
export interface TakenRequest extends RequestedCheck {
  readonly id: string;
}

/** How a check that was asked for stands. */
export type CheckState = 'waiting' | 'asking' | 'done' | 'failed';

/** A check that was asked for, as it is told. */
export interface CheckRequestRow {
  readonly stream: RegisterStreamName;
  readonly state: CheckState;
  readonly requested_at: Date;
  readonly requested_by: string;
  readonly ended_at: Date | null;
  /** Kind of the technical error of a failed one: a code, no words of the register. */
  readonly error: string | null;
  /** Technical errors in a row, those of later sweeps included. */
  readonly attempts: number;
  /** From when the timetable takes the person again after a technical error. */
  readonly next_try_at: Date | null;
}

/** For whom the person is claimed. */
export interface RequestClaimant {
  readonly worker: string;
  readonly leaseSeconds: number;
  readonly actorId: string;
}

/** A person under a claim of his own. */
export interface OneClaimed {
  readonly claimId: string;
  readonly attempts: number;
  /** Clock of the database in milliseconds. */
  readonly nowMs: number;
}

/** The checks that somebody waits for, which are the jobs too. Times are those of the database. */
export class CheckRequestRepository {
  constructor(private readonly transactions: Transactions) {}

  /** In the transaction that began the stream again, with the person's row locked. */
  async request(sql: Sql, { personId, stream }: RequestedCheck, userId: string): Promise<void> {
    await sql.query(REQUEST, [personId, stream, userId]);
  }

  /** Undefined when nobody ever asked for the check. */
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

  /** Takes what has waited longest to be looked at. */
  async take(leaseSeconds: number): Promise<TakenRequest | undefined> {
    const [row] = await this.transactions.query<{
      id: string;
      person_id: string;
      stream: RegisterStreamName;
    }>(TAKE, [leaseSeconds]);
    return row === undefined ? undefined : { id: row.id, personId: row.person_id, stream: row.stream };
  }

  /** Ends the request if the stream tells that it is over; else gives after how many milliseconds to look again. */
  async settle({ id, stream }: TakenRequest): Promise<number | null> {
    const [row] = await this.transactions.query<{ again_in_ms: string | null }>(settle(stream), [id]);
    const againInMs = row?.again_in_ms ?? null;
    return againInMs === null ? null : Number(againInMs);
  }

  /** Takes the person for review; undefined when he is not to be had now. */
  async claim(
    { personId, stream }: RequestedCheck,
    { worker, leaseSeconds, actorId }: RequestClaimant,
  ): Promise<OneClaimed | undefined> {
    const claimId = randomUUID();
    const [row] = await this.transactions.query<{ attempts: number; now_ms: string }>(
      claimRequested(stream),
      [...[claimId, personId, stream, worker, leaseSeconds, actorId]],
    );
    return row === undefined ? undefined : { claimId, attempts: row.attempts, nowMs: Number(row.now_ms) };
  }
}

/** So long after a look that changed nothing: the gate is shut, or a sweep has the person in its hands. */
const LOOK_AGAIN_SECONDS = 1;

/**
 * How an open request stands is not written anywhere: the stream and its lock tell, whoever wrote them. The lock row was
 * removed when the stream began again, so technical errors in it came after the request.
 */
function stateSql(stream: RegisterStreamName): string {
  const status = `v.${stream}_verification_status`;
  return `CASE WHEN r.ended_as IS NOT NULL THEN r.ended_as
               WHEN ${status} = 'IN_REVIEW' AND l.claim_id IS NOT NULL THEN 'asking'
               WHEN ${status} <> 'VERIFICATION_NEEDED' THEN 'done'
               WHEN l.attempts > 0 OR NOT v.person_is_active THEN 'failed'
               ELSE 'waiting' END`;
}

/** Somebody who is not active any more is not checked. */
export const PERSON_NOT_ACTIVE = 'person_not_active';

const ERROR = `CASE WHEN v.person_is_active THEN l.last_error_kind ELSE '${PERSON_NOT_ACTIVE}' END`;

const joined = (stream: RegisterStreamName): string => `
      JOIN mpi.person_verifications AS v ON v.person_id = r.person_id
      LEFT JOIN mpi.verification_locks AS l ON l.person_id = r.person_id AND l.stream = '${stream}'`;

/** $1 person, $2 stream, $3 user. Sent while the person's row of verifications is locked. */
export const REQUEST: Statement = {
  name: 'request_check',
  text: `
    INSERT INTO mpi.check_requests (person_id, stream, requested_by)
    VALUES ($1::uuid, $2::varchar, $3::uuid)
    ON CONFLICT (person_id, stream) DO UPDATE
       SET id = excluded.id, requested_by = excluded.requested_by, requested_at = now(), next_look_at = now(),
           ended_at = NULL, ended_as = NULL, error_kind = NULL, updated_at = now()`,
};

/** $1 for how many seconds nobody else looks at it. */
export const TAKE: Statement = {
  name: 'take_check_request',
  text: `
    UPDATE mpi.check_requests SET next_look_at = now() + make_interval(secs => $1)
     WHERE id = (
       SELECT id FROM mpi.check_requests
        WHERE next_look_at <= now() ORDER BY next_look_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING id, person_id, stream`,
};

/**
 * $1 request. What the other tables tell may be older than a request that was made anew meanwhile: that one has another
 * id, and is not touched.
 */
export function settle(stream: RegisterStreamName): Statement {
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

/** $1 person, $2 stream. The times and errors of one that is over stay what they were. */
export function readRequest(stream: RegisterStreamName): Statement {
  return {
    name: `read_check_request_${stream}`,
    text: `
    SELECT r.stream, state, r.requested_at, r.requested_by,
           CASE WHEN state IN ('done', 'failed') THEN coalesce(r.ended_at, v.updated_at) END AS ended_at,
           CASE state WHEN 'failed' THEN coalesce(r.error_kind, ${ERROR}) END AS error,
           coalesce(l.attempts, 0) AS attempts, v.${stream}_retry_at AS next_try_at
      FROM mpi.check_requests AS r ${joined(stream)}
      CROSS JOIN LATERAL (SELECT ${stateSql(stream)} AS state) AS told
     WHERE r.person_id = $1::uuid AND r.stream = $2::varchar`,
  };
}

/**
 * Takes exactly one person for review (S3): the claim of a sweep for somebody who is asked for, and under no run.
 * $1 claim, $2 person, $3 stream, $4 worker, $5 lease in seconds, $6 actor.
 * Whoever is locked at this moment is passed over, as anywhere: the request is looked at again.
 */
export function claimRequested(stream: RegisterStreamName): Statement {
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
