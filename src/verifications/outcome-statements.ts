import type { Statement } from '../database/transactions';
import type { RegisterStreamName } from '../domain/verification/stream';
import { returningStatuses, selectChanged } from './changed-row';
import { PERSONS, type Subject } from './subject';

/** Everybody who touches a verification or a lock row takes these rows first, in this order. */
export function lockRows({ id, verifications, suffix }: Subject): Statement {
  return {
    name: `lock_verifications${suffix}`,
    text: `
    SELECT ${id} AS id FROM ${verifications}
     WHERE ${id} = ANY ($1::uuid[]) ORDER BY ${id} FOR UPDATE`,
  };
}

/**
 * Rows S4 to S7. Sent after `lockRows`, as a statement of its own: after a wait PostgreSQL looks again at the row
 * it waited for, and keeps the old view of the lock rows joined to it.
 * $1 stream, $2 actor, then one array per column: whom, claim, status, reason, data id, data status,
 * whether it was synced now, whether it is refuted now.
 */
export function applyDecided(stream: RegisterStreamName, subject = PERSONS): Statement {
  const { id, locks, verifications, suffix } = subject;
  return {
    name: `apply_decided_${stream}${suffix}`,
    text: `
    WITH changed AS (
      UPDATE ${verifications} AS v
         SET ${stream}_verification_status = d.status, ${stream}_verification_reason = d.reason,
             ${stream}_data_id = d.data_id, ${stream}_data_status = d.data_status,
             ${stream}_synced_at = CASE WHEN d.synced THEN now() END,
             ${stream}_unverified_at = CASE WHEN d.refuted THEN now() END,
             ${stream}_retry_at = NULL, updated_at = now(), updated_by = $2::uuid
        FROM unnest($3::uuid[], $4::uuid[], $5::varchar[], $6::varchar[], $7::uuid[], $8::smallint[],
                    $9::boolean[], $10::boolean[])
             AS d (id, claim_id, status, reason, data_id, data_status, synced, refuted)
        JOIN ${locks} AS l
          ON l.${id} = d.id AND l.stream = $1::varchar AND l.claim_id = d.claim_id
       WHERE v.${id} = d.id AND v.${stream}_verification_status = 'IN_REVIEW'
      RETURNING ${returningStatuses(subject)}, d.claim_id, l.status_before, l.reason_before),
    unlocked AS (
      DELETE FROM ${locks} AS l USING changed
       WHERE l.${id} = changed.id AND l.stream = $1::varchar)
    ${selectChanged(subject)}`,
  };
}

/**
 * Rows S9 and S11: as before the lock. Sent after `lockRows`. A lock row of another program that remembers nothing
 * gives nothing back.
 * $1 stream, $2 actor, $3 run or null, then one array per column: whom, claim, wait in seconds (null: no wait and
 * nothing counted), kind of error, message.
 */
export function giveBack(stream: RegisterStreamName, subject = PERSONS): Statement {
  const { id, locks, verifications, suffix } = subject;
  return {
    name: `give_back_${stream}${suffix}`,
    text: `
    WITH given AS (
      SELECT * FROM unnest($4::uuid[], $5::uuid[], $6::double precision[], $7::varchar[], $8::varchar[])
        AS d (id, claim_id, wait_seconds, error, message_id)),
    restored AS (
      UPDATE ${verifications} AS v
         SET ${stream}_verification_status = l.status_before, ${stream}_verification_reason = l.reason_before,
             ${stream}_retry_at = now() + make_interval(secs => d.wait_seconds),
             updated_at = now(), updated_by = $2::uuid
        FROM given AS d
        JOIN ${locks} AS l
          ON l.${id} = d.id AND l.stream = $1::varchar AND l.claim_id = d.claim_id
       WHERE v.${id} = d.id AND v.${stream}_verification_status = 'IN_REVIEW'
         AND l.status_before IS NOT NULL AND l.reason_before IS NOT NULL
      RETURNING v.${id} AS id, d.claim_id, d.wait_seconds, d.error, d.message_id, coalesce(l.attempts, 0) AS attempts),
    waiting AS (
      UPDATE ${locks} AS l
         SET claim_id = NULL, updated_at = now(),
             attempts = coalesce(l.attempts, 0) + CASE WHEN r.wait_seconds IS NULL THEN 0 ELSE 1 END,
             tried_in_run = CASE WHEN r.wait_seconds IS NULL THEN l.tried_in_run ELSE $3::uuid END,
             last_error_kind = coalesce(r.error, l.last_error_kind),
             last_message_id = coalesce(r.message_id, l.last_message_id)
        FROM restored AS r
       WHERE l.${id} = r.id AND l.stream = $1::varchar
         AND (r.wait_seconds IS NOT NULL OR r.attempts > 0)),
    forgotten AS (
      DELETE FROM ${locks} AS l USING restored AS r
       WHERE l.${id} = r.id AND l.stream = $1::varchar
         AND r.wait_seconds IS NULL AND r.attempts = 0)
    SELECT id, claim_id FROM restored`,
  };
}

/**
 * Row S8 for other holders. Sent after `lockRows`; the rows cannot change any more.
 * $1 stream, $2 actor, then arrays: whom, data id, data status, reason.
 */
export function refuteHolders(stream: RegisterStreamName, subject = PERSONS): Statement {
  const { id, locks, verifications, suffix } = subject;
  return {
    name: `refute_holders_${stream}${suffix}`,
    text: `
    WITH changed AS (
      UPDATE ${verifications} AS v
         SET ${stream}_verification_status = 'NOT_VERIFIED', ${stream}_verification_reason = d.reason,
             ${stream}_data_id = d.data_id, ${stream}_data_status = d.data_status, ${stream}_synced_at = now(),
             ${stream}_unverified_at = now(), ${stream}_retry_at = NULL, updated_at = now(), updated_by = $2::uuid
        FROM unnest($3::uuid[], $4::uuid[], $5::smallint[], $6::varchar[])
             AS d (id, data_id, data_status, reason)
        JOIN ${verifications} AS old ON old.${id} = d.id
       WHERE v.${id} = d.id AND v.${stream}_verification_status <> 'IN_REVIEW' AND v.${subject.active}
      RETURNING ${returningStatuses(subject)}, old.${stream}_verification_status AS status_before,
                old.${stream}_verification_reason AS reason_before),
    unlocked AS (
      DELETE FROM ${locks} AS l USING changed
       WHERE l.${id} = changed.id AND l.stream = $1::varchar)
    ${selectChanged(subject)}`,
  };
}

/**
 * Rows S1, S2 and S10: the stream begins again. Sent after `lockRows`.
 * $1 stream, $2 actor, $3 whom, $4 status, $5 reason.
 */
export function beginAgain(stream: RegisterStreamName, subject = PERSONS): Statement {
  const { id, locks, verifications, suffix } = subject;
  return {
    name: `begin_again_${stream}${suffix}`,
    text: `
    WITH before AS (
      SELECT v.${id} AS id,
             CASE WHEN v.${stream}_verification_status = 'IN_REVIEW' AND l.claim_id IS NOT NULL
                  THEN l.status_before ELSE v.${stream}_verification_status END AS status_before,
             CASE WHEN v.${stream}_verification_status = 'IN_REVIEW' AND l.claim_id IS NOT NULL
                  THEN l.reason_before ELSE v.${stream}_verification_reason END AS reason_before
        FROM ${verifications} AS v
        LEFT JOIN ${locks} AS l ON l.${id} = v.${id} AND l.stream = $1::varchar
       WHERE v.${id} = $3::uuid),
    changed AS (
      UPDATE ${verifications} AS v
         SET ${stream}_verification_status = $4::varchar, ${stream}_verification_reason = $5::varchar,
             ${stream}_data_id = NULL, ${stream}_data_status = NULL, ${stream}_synced_at = NULL,
             ${stream}_unverified_at = NULL, ${stream}_retry_at = NULL, updated_at = now(), updated_by = $2::uuid
        FROM before WHERE v.${id} = before.id
      RETURNING ${returningStatuses(subject)}, before.status_before, before.reason_before),
    unlocked AS (
      DELETE FROM ${locks} AS l USING changed
       WHERE l.${id} = changed.id AND l.stream = $1::varchar)
    ${selectChanged(subject)}`,
  };
}
