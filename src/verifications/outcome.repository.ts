import type { Sql, Statement } from '../database/transactions';
import type { RegisterStreamName, StreamPair } from '../domain/verification/stream';
import {
  type ChangedPerson,
  changedPerson,
  type ChangedRow,
  returningStatuses,
  selectChanged,
  type Author,
  type StreamChange,
} from './status-change.repository';
import type { Held } from './claim.repository';
import type { Decision, Outcome } from './outcome';
import { PERSONS, type Subject } from './subject';
import { maskedNumber } from '../domain/person/masking';
import type { ClearedData, RegisterStream } from '../domain/verification/register-stream';
import { STREAM_STATUS_TABLE } from '../domain/verification/stream-status.table';

/** A decision about a person under a claim. */
export interface DecidedHeld {
  readonly held: Held;
  readonly decision: Decision;
}

/** A person who goes back as before the lock; with a wait after a technical error, without one otherwise. */
export interface GivenBack {
  readonly held: Pick<Held, 'claimId'> & { readonly facts: { readonly personId: string } };
  readonly waitSeconds: number | null;
  readonly error: string | null;
  readonly messageId: string | null;
}

/** Another holder of a refuted document. */
export interface RefutedHolder {
  readonly id: string;
  readonly dataId: string | null;
  readonly dataStatus: number;
  readonly reason: string;
}

/** One person under one claim. Under another claim he is held a second time, and that is another matter. */
export const holdOf = (personId: string, claimId: string | null): string => `${personId} ${claimId}`;

/** Guarded writes to verifications. Every one is sent after the rows were locked, and finds them as they are. */
export class OutcomeRepository {
  private readonly lockRows: Statement;

  constructor(readonly subject = PERSONS) {
    this.lockRows = lockRows(subject);
  }

  /** Locks the rows in the common order; gives back whom it found. */
  async lock(sql: Sql, ids: readonly string[]): Promise<readonly string[]> {
    const rows = await sql.query<{ id: string }>(this.lockRows, [[...new Set(ids)]]);
    return rows.map((row) => row.id);
  }

  /** S4–S7: writes what is still under its claim. */
  async applyDecided(
    sql: Sql,
    { stream, actorId }: { readonly stream: RegisterStreamName; readonly actorId: string },
    decided: readonly DecidedHeld[],
  ): Promise<readonly ChangedPerson[]> {
    if (decided.length === 0) return [];
    const rows = await sql.query<ChangedRow>(applyDecided(stream, this.subject), [
      stream,
      actorId,
      decided.map(({ held }) => held.facts.personId),
      decided.map(({ held }) => held.claimId),
      decided.map(({ decision }) => decision.after.verificationStatus),
      decided.map(({ decision }) => decision.after.verificationReason),
      decided.map(({ decision }) => decision.dataId),
      decided.map(({ decision }) => decision.dataStatus),
      decided.map(({ decision }) => decision.synced),
      decided.map(({ decision }) => decision.refuted),
    ]);
    return rows.map((row) => changedPerson(row, this.subject));
  }

  /** S9, S11: puts back what is still under its claim; gives those put back as `holdOf`. */
  async giveBack(
    sql: Sql,
    { stream, actorId, runId }: { stream: RegisterStreamName; actorId: string; runId: string | null },
    given: readonly GivenBack[],
  ): Promise<ReadonlySet<string>> {
    if (given.length === 0) return new Set();
    const rows = await sql.query<{ id: string; claim_id: string }>(giveBack(stream, this.subject), [
      stream,
      actorId,
      runId,
      given.map(({ held }) => held.facts.personId),
      given.map(({ held }) => held.claimId),
      given.map(({ waitSeconds }) => waitSeconds),
      given.map(({ error }) => error),
      given.map(({ messageId }) => messageId),
    ]);
    return new Set(rows.map((row) => holdOf(row.id, row.claim_id)));
  }

  /** S8: refutes the stream of locked holders who are active and not in review. */
  async refuteHolders(
    sql: Sql,
    { stream, actorId }: { readonly stream: RegisterStreamName; readonly actorId: string },
    holders: readonly RefutedHolder[],
  ): Promise<readonly ChangedPerson[]> {
    if (holders.length === 0) return [];
    const rows = await sql.query<ChangedRow>(refuteHolders(stream, this.subject), [
      stream,
      actorId,
      holders.map(({ id }) => id),
      holders.map(({ dataId }) => dataId),
      holders.map(({ dataStatus }) => dataStatus),
      holders.map(({ reason }) => reason),
    ]);
    return rows.map((row) => changedPerson(row, this.subject));
  }

  /** S1, S2, S10: begins the stream of one locked person or party again; undefined when there is no row. */
  async beginAgain(
    sql: Sql,
    { stream, actorId, personId }: { stream: RegisterStreamName; actorId: string; personId: string },
    after: StreamPair,
  ): Promise<ChangedPerson | undefined> {
    const [row] = await sql.query<ChangedRow>(beginAgain(stream, this.subject), [
      stream,
      actorId,
      personId,
      after.verificationStatus,
      after.verificationReason,
    ]);
    return row === undefined ? undefined : changedPerson(row, this.subject);
  }
}

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

const S5 = STREAM_STATUS_TABLE.S5.row;

/**
 * Only what was looked at is emptied: whoever wrote another value meanwhile, without telling the streams, keeps it.
 * $1 run, $2 actor, then arrays: person, value, changeset, claim.
 */
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
    SELECT $2::uuid, 'persons', id, changeset, '${S5}', $1::uuid, claim_id FROM cleared`,
  },
};

/** What was written of a group, and the stream it is about. */
interface Written {
  readonly stream: Pick<RegisterStream<never, never, never>, 'clearedWhenMalformed'>;
  readonly group: readonly Outcome<unknown, string>[];
  readonly changes: readonly StreamChange[];
}

/**
 * Row S5 of a stream that keeps no malformed data: it is taken from the persons whose change was written, with an audit
 * row of its own. Sent while their verification rows are locked.
 */
export async function clearMalformed(
  sql: Sql,
  { runId, actorId }: Author,
  { stream: { clearedWhenMalformed: data }, group, changes }: Written,
): Promise<void> {
  if (data === null) return;
  const values = new Map(
    group.map(({ held }) => [holdOf(held.facts.personId, held.claimId), held.facts[data]]),
  );
  const malformed = changes.flatMap(({ row, id, claimId }) => {
    const value = values.get(holdOf(id, claimId)) ?? null;
    return row === S5 && value !== null ? [{ id, claimId, value }] : [];
  });
  if (malformed.length === 0) return;
  await sql.query(CLEAR[data], [
    runId,
    actorId,
    malformed.map(({ id }) => id),
    malformed.map(({ value }) => value),
    malformed.map(({ value }) =>
      JSON.stringify({ [data]: { old_value: maskedNumber(value), new_value: null } }),
    ),
    malformed.map(({ claimId }) => claimId),
  ]);
}
