import type { Statement } from '../database/transactions';
import type { RegisterStreamName } from '../domain/verification/stream';
import { RETURNING_STATUSES, SELECT_CHANGED } from './streams-of-person';

/** Everybody who touches a verification or a lock row takes these rows first, in this order. */
export const LOCK_PERSONS: Statement = {
  name: 'lock_person_verifications',
  text: `
    SELECT person_id FROM mpi.person_verifications
     WHERE person_id = ANY ($1::uuid[]) ORDER BY person_id FOR UPDATE`,
};

/**
 * Rows S4 to S7. Sent after `LOCK_PERSONS`, as a statement of its own: after a wait PostgreSQL looks again at the row
 * it waited for, and keeps the old view of the lock rows joined to it.
 * $1 stream, $2 actor, then one array per column: person, claim, status, reason, data id, data status,
 * whether it was synced now, whether it is refuted now.
 */
export function applyDecided(stream: RegisterStreamName): Statement {
  return {
    name: `apply_decided_${stream}`,
    text: `
    WITH changed AS (
      UPDATE mpi.person_verifications AS v
         SET ${stream}_verification_status = d.status, ${stream}_verification_reason = d.reason,
             ${stream}_data_id = d.data_id, ${stream}_data_status = d.data_status,
             ${stream}_synced_at = CASE WHEN d.synced THEN now() END,
             ${stream}_unverified_at = CASE WHEN d.refuted THEN now() END,
             ${stream}_retry_at = NULL, updated_at = now(), updated_by = $2::uuid
        FROM unnest($3::uuid[], $4::uuid[], $5::varchar[], $6::varchar[], $7::uuid[], $8::smallint[],
                    $9::boolean[], $10::boolean[])
             AS d (person_id, claim_id, status, reason, data_id, data_status, synced, refuted)
        JOIN mpi.verification_locks AS l
          ON l.person_id = d.person_id AND l.stream = $1::varchar AND l.claim_id = d.claim_id
       WHERE v.person_id = d.person_id AND v.${stream}_verification_status = 'IN_REVIEW'
      RETURNING ${RETURNING_STATUSES}, d.claim_id, l.status_before, l.reason_before),
    unlocked AS (
      DELETE FROM mpi.verification_locks AS l USING changed
       WHERE l.person_id = changed.person_id AND l.stream = $1::varchar)
    ${SELECT_CHANGED}`,
  };
}

/**
 * Rows S9 and S11: as before the lock. Sent after `LOCK_PERSONS`. A lock row of another program that remembers nothing
 * gives nothing back.
 * $1 stream, $2 actor, $3 run or null, then one array per column: person, claim, wait in seconds (null: no wait and
 * nothing counted), kind of error, message.
 */
export function giveBack(stream: RegisterStreamName): Statement {
  return {
    name: `give_back_${stream}`,
    text: `
    WITH given AS (
      SELECT * FROM unnest($4::uuid[], $5::uuid[], $6::double precision[], $7::varchar[], $8::varchar[])
        AS d (person_id, claim_id, wait_seconds, error, message_id)),
    restored AS (
      UPDATE mpi.person_verifications AS v
         SET ${stream}_verification_status = l.status_before, ${stream}_verification_reason = l.reason_before,
             ${stream}_retry_at = now() + make_interval(secs => d.wait_seconds),
             updated_at = now(), updated_by = $2::uuid
        FROM given AS d
        JOIN mpi.verification_locks AS l
          ON l.person_id = d.person_id AND l.stream = $1::varchar AND l.claim_id = d.claim_id
       WHERE v.person_id = d.person_id AND v.${stream}_verification_status = 'IN_REVIEW'
         AND l.status_before IS NOT NULL AND l.reason_before IS NOT NULL
      RETURNING v.person_id, d.claim_id, d.wait_seconds, d.error, d.message_id, coalesce(l.attempts, 0) AS attempts),
    waiting AS (
      UPDATE mpi.verification_locks AS l
         SET claim_id = NULL, updated_at = now(),
             attempts = coalesce(l.attempts, 0) + CASE WHEN r.wait_seconds IS NULL THEN 0 ELSE 1 END,
             tried_in_run = CASE WHEN r.wait_seconds IS NULL THEN l.tried_in_run ELSE $3::uuid END,
             last_error_kind = coalesce(r.error, l.last_error_kind),
             last_message_id = coalesce(r.message_id, l.last_message_id)
        FROM restored AS r
       WHERE l.person_id = r.person_id AND l.stream = $1::varchar
         AND (r.wait_seconds IS NOT NULL OR r.attempts > 0)),
    forgotten AS (
      DELETE FROM mpi.verification_locks AS l USING restored AS r
       WHERE l.person_id = r.person_id AND l.stream = $1::varchar
         AND r.wait_seconds IS NULL AND r.attempts = 0)
    SELECT person_id, claim_id FROM restored`,
  };
}

/**
 * Row S8 for other holders. Sent after `LOCK_PERSONS`; the rows cannot change any more.
 * $1 stream, $2 actor, then arrays: person, data id, data status, reason.
 */
export function refuteHolders(stream: RegisterStreamName): Statement {
  return {
    name: `refute_holders_${stream}`,
    text: `
    WITH changed AS (
      UPDATE mpi.person_verifications AS v
         SET ${stream}_verification_status = 'NOT_VERIFIED', ${stream}_verification_reason = d.reason,
             ${stream}_data_id = d.data_id, ${stream}_data_status = d.data_status, ${stream}_synced_at = now(),
             ${stream}_unverified_at = now(), ${stream}_retry_at = NULL, updated_at = now(), updated_by = $2::uuid
        FROM unnest($3::uuid[], $4::uuid[], $5::smallint[], $6::varchar[])
             AS d (person_id, data_id, data_status, reason)
        JOIN mpi.person_verifications AS old ON old.person_id = d.person_id
       WHERE v.person_id = d.person_id AND v.${stream}_verification_status <> 'IN_REVIEW' AND v.person_is_active
      RETURNING ${RETURNING_STATUSES}, old.${stream}_verification_status AS status_before,
                old.${stream}_verification_reason AS reason_before),
    unlocked AS (
      DELETE FROM mpi.verification_locks AS l USING changed
       WHERE l.person_id = changed.person_id AND l.stream = $1::varchar)
    ${SELECT_CHANGED}`,
  };
}

/**
 * Rows S1, S2 and S10: the stream begins again. Sent after `LOCK_PERSONS`.
 * $1 stream, $2 actor, $3 person, $4 status, $5 reason.
 */
export function beginAgain(stream: RegisterStreamName): Statement {
  return {
    name: `begin_again_${stream}`,
    text: `
    WITH before AS (
      SELECT v.person_id,
             CASE WHEN v.${stream}_verification_status = 'IN_REVIEW' AND l.claim_id IS NOT NULL
                  THEN l.status_before ELSE v.${stream}_verification_status END AS status_before,
             CASE WHEN v.${stream}_verification_status = 'IN_REVIEW' AND l.claim_id IS NOT NULL
                  THEN l.reason_before ELSE v.${stream}_verification_reason END AS reason_before
        FROM mpi.person_verifications AS v
        LEFT JOIN mpi.verification_locks AS l ON l.person_id = v.person_id AND l.stream = $1::varchar
       WHERE v.person_id = $3::uuid),
    changed AS (
      UPDATE mpi.person_verifications AS v
         SET ${stream}_verification_status = $4::varchar, ${stream}_verification_reason = $5::varchar,
             ${stream}_data_id = NULL, ${stream}_data_status = NULL, ${stream}_synced_at = NULL,
             ${stream}_unverified_at = NULL, ${stream}_retry_at = NULL, updated_at = now(), updated_by = $2::uuid
        FROM before WHERE v.person_id = before.person_id
      RETURNING ${RETURNING_STATUSES}, before.status_before, before.reason_before),
    unlocked AS (
      DELETE FROM mpi.verification_locks AS l USING changed
       WHERE l.person_id = changed.person_id AND l.stream = $1::varchar)
    ${SELECT_CHANGED}`,
  };
}
