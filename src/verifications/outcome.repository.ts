import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import type { ClearedData } from '../domain/verification/register-stream';
import type { StreamPair } from '../domain/verification/stream';
import { STREAM_STATUS_TABLE } from '../domain/verification/stream-status.table';
import type { Decision } from './outcome';
import {
  type Author,
  type ChangedPerson,
  changedPerson,
  type ChangedRow,
  returningStatuses,
  selectChanged,
} from './status-change.repository';
import { type Checked, PARTIES, PERSONS, type Subject } from './subject';

/** A person or party, and the claim they are under. */
export interface ClaimKey {
  readonly personId: string;
  readonly claimId: string;
}

export interface DecidedPerson extends ClaimKey {
  readonly decision: Decision;
}

/** Goes back to the status before the lock: with a wait after a technical error, otherwise without one. */
export interface ReleasedPerson extends ClaimKey {
  readonly waitSeconds: number | null;
  readonly error: string | null;
  readonly messageId: string | null;
}

/** Another holder of a refuted document. */
export interface RefutedHolder {
  readonly id: string;
  readonly dataId: string | null;
  readonly dataStatus: number | null;
  readonly reason: string;
}

/** Malformed data of a person, to be removed. */
export interface MalformedValue extends ClaimKey {
  readonly value: string;
  /** JSON for the audit log. */
  readonly changeset: string;
}

/** One person under one claim. The same person under another claim has another key. */
export const claimKeyOf = (personId: string, claimId: string | null): string => `${personId} ${claimId}`;

const LOCK_PEOPLE = { persons: lockPeople(PERSONS), parties: lockPeople(PARTIES) } as const;
const LOCK_ROWS = { persons: lockRows(PERSONS), parties: lockRows(PARTIES) } as const;

/**
 * Guarded writes to verifications. Every write is sent after `lock`, and changes only rows that are still in the state it
 * expects.
 */
@Injectable()
export class OutcomeRepository {
  /**
   * Locks the rows in the common order, persons before their verifications; returns the ids that exist. Triggers on the
   * persons that other programs change lock in the same order.
   */
  async lock(sql: Sql, { name }: Pick<Subject, 'name'>, ids: readonly string[]): Promise<readonly string[]> {
    const distinct = [...new Set(ids)];
    const several = distinct.length > 1;
    if (several) await sql.query(WAIT_SHORTLY);
    await sql.query(LOCK_PEOPLE[name], [distinct]);
    if (several) await sql.query(WAIT_AS_BEFORE);
    const rows = await sql.query<{ id: string }>(LOCK_ROWS[name], [distinct]);
    return rows.map((row) => row.id);
  }

  /** S4–S7: writes the decisions about persons who are still under their claim. */
  async applyDecided(
    sql: Sql,
    checked: Checked,
    actorId: string,
    decided: readonly DecidedPerson[],
  ): Promise<readonly ChangedPerson[]> {
    if (decided.length === 0) return [];
    const rows = await sql.query<ChangedRow>(applyDecided(checked), [
      checked.stream,
      actorId,
      decided.map(({ personId }) => personId),
      decided.map(({ claimId }) => claimId),
      decided.map(({ decision }) => decision.after.verificationStatus),
      decided.map(({ decision }) => decision.after.verificationReason),
      decided.map(({ decision }) => decision.dataId),
      decided.map(({ decision }) => decision.dataStatus),
      decided.map(({ decision }) => decision.synced),
      decided.map(({ decision }) => decision.refuted),
    ]);
    return rows.map((row) => changedPerson(row, checked.subject));
  }

  /** S9, S11: releases the persons who are still under their claim; returns their claim keys. */
  async release(
    sql: Sql,
    checked: Checked,
    { actorId, runId }: Author,
    released: readonly ReleasedPerson[],
  ): Promise<ReadonlySet<string>> {
    if (released.length === 0) return new Set();
    const rows = await sql.query<{ id: string; claim_id: string }>(release(checked), [
      checked.stream,
      actorId,
      runId,
      released.map(({ personId }) => personId),
      released.map(({ claimId }) => claimId),
      released.map(({ waitSeconds }) => waitSeconds),
      released.map(({ error }) => error),
      released.map(({ messageId }) => messageId),
    ]);
    return new Set(rows.map((row) => claimKeyOf(row.id, row.claim_id)));
  }

  /** S8: refutes the stream of locked holders who are active and not in review. */
  async refuteHolders(
    sql: Sql,
    checked: Checked,
    actorId: string,
    holders: readonly RefutedHolder[],
  ): Promise<readonly ChangedPerson[]> {
    if (holders.length === 0) return [];
    const rows = await sql.query<ChangedRow>(refuteHolders(checked), [
      checked.stream,
      actorId,
      holders.map(({ id }) => id),
      holders.map(({ dataId }) => dataId),
      holders.map(({ dataStatus }) => dataStatus),
      holders.map(({ reason }) => reason),
    ]);
    return rows.map((row) => changedPerson(row, checked.subject));
  }

  /** S1, S2, S10: restarts the stream of one locked person or party; undefined if there is no row. */
  async restart(
    sql: Sql,
    checked: Checked,
    { actorId, personId }: { readonly actorId: string; readonly personId: string },
    after: StreamPair,
  ): Promise<ChangedPerson | undefined> {
    const [row] = await sql.query<ChangedRow>(restart(checked), [
      checked.stream,
      actorId,
      personId,
      after.verificationStatus,
      after.verificationReason,
    ]);
    return row === undefined ? undefined : changedPerson(row, checked.subject);
  }

  /**
   * S5 of a stream that keeps no malformed data: removes it from the persons, with an audit row each. Sent while their
   * verification rows are locked. A value that somebody changed meanwhile, without notifying the streams, stays.
   */
  async clearMalformed(
    sql: Sql,
    data: ClearedData,
    { runId, actorId }: Author,
    malformed: readonly MalformedValue[],
  ): Promise<void> {
    if (malformed.length === 0) return;
    await sql.query(CLEAR[data], [
      runId,
      actorId,
      malformed.map(({ personId }) => personId),
      malformed.map(({ value }) => value),
      malformed.map(({ changeset }) => changeset),
      malformed.map(({ claimId }) => claimId),
    ]);
  }
}

/** The persons or parties, whose cumulative status may change. */
function lockPeople({ people, suffix }: Subject): Statement {
  return {
    name: `lock_people${suffix}`,
    text: `SELECT FROM ${people} WHERE id = ANY ($1::uuid[]) ORDER BY id FOR NO KEY UPDATE`,
  };
}

/** Their verifications. Every transaction that writes a verification or a lock row locks these rows before, in this order. */
function lockRows({ id, verifications, suffix }: Subject): Statement {
  return {
    name: `lock_verifications${suffix}`,
    text: `
    SELECT ${id} AS id FROM ${verifications}
     WHERE ${id} = ANY ($1::uuid[]) ORDER BY ${id} FOR UPDATE`,
  };
}

/**
 * Another program may change several persons in any order, and each of the two could wait for the other. This one gives up
 * before PostgreSQL looks for deadlocks (after `deadlock_timeout`, a second), so the other program is never the victim.
 */
const WAIT_SHORTLY: Statement = { text: `SET LOCAL lock_timeout = '500ms'` };
const WAIT_AS_BEFORE: Statement = { text: `SET LOCAL lock_timeout = DEFAULT` };

/**
 * Rows S4 to S7. Sent after `lockRows`, as a statement of its own: after a wait PostgreSQL reads the row it waited for
 * again, but not the lock rows joined to it.
 * $1 stream, $2 actor, then one array per column: id, claim, status, reason, data id, data status,
 * whether it was synced now, whether it is refuted now.
 */
function applyDecided({ stream, subject }: Checked): Statement {
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
 * Rows S9 and S11: status and reason as before the lock. Sent after `lockRows`. A lock row of another program without
 * status and reason restores nothing.
 * $1 stream, $2 actor, $3 run or null, then one array per column: id, claim, wait in seconds (null: no wait, and the
 * attempt does not count), kind of error, message.
 */
function release({ stream, subject }: Checked): Statement {
  const { id, locks, verifications, suffix } = subject;
  return {
    name: `release_${stream}${suffix}`,
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
 * Row S8 for other holders. Sent after `lockRows`, so the rows cannot change any more.
 * $1 stream, $2 actor, then arrays: id, data id, data status, reason.
 */
function refuteHolders({ stream, subject }: Checked): Statement {
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
 * Rows S1, S2 and S10: restarts the stream. Sent after `lockRows`.
 * $1 stream, $2 actor, $3 id, $4 status, $5 reason.
 */
function restart({ stream, subject }: Checked): Statement {
  const { id, locks, verifications, suffix } = subject;
  return {
    name: `restart_${stream}${suffix}`,
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

/** $1 run, $2 actor, then arrays: person, value, changeset, claim. */
const CLEAR: Readonly<Record<ClearedData, Statement>> = {
  unzr: {
    name: 'clear_malformed_unzr',
    text: `
    WITH cleared AS (
      UPDATE mpi.persons AS p SET unzr = NULL, updated_at = now(), updated_by = $2::uuid
        FROM unnest($3::uuid[], $4::varchar[], $5::jsonb[], $6::uuid[]) AS d (person_id, value, changeset, claim_id)
       WHERE p.id = d.person_id AND p.unzr = d.value
      RETURNING p.id, d.changeset, d.claim_id)
    INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset, "row", run_id, claim_id)
    SELECT $2::uuid, 'persons', id, changeset, '${STREAM_STATUS_TABLE.S5.row}', $1::uuid, claim_id FROM cleared`,
  },
};
