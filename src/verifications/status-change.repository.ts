import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import { cumulativeStatusOf, partyStatusOf } from '../domain/verification/cumulative-status.rules';
import type { NhsRowName } from '../domain/verification/nhs-status.rules';
import type {
  CumulativeStatus,
  RegisterStreamName,
  StreamName,
  StreamPair,
  StreamReason,
  StreamStatus,
  SubjectName,
} from '../domain/verification/stream';
import type { StreamRowName } from '../domain/verification/stream-status.table';
import type { Subject } from './subject';

/** One change of one stream, as it is recorded. */
export interface StreamChange {
  /** Person or party. */
  readonly id: string;
  readonly stream: StreamName;
  /** Null if no table of transitions covers the stream. */
  readonly row: StreamRowName | NhsRowName | null;
  /** Null for the initial status of a new person, who gets one event, of the cumulative status. */
  readonly before: StreamPair | null;
  readonly after: StreamPair;
  readonly claimId: string | null;
  readonly messageId: string | null;
  readonly durationMs: number | null;
}

/** The cumulative status of one person or party, before and after. */
export interface SumChange {
  readonly id: string;
  readonly before: string | null;
  readonly after: string;
}

export interface Changes {
  readonly changes: readonly StreamChange[];
  readonly sums: readonly SumChange[];
}

/** Who changed it, and in which run. */
export interface Author {
  readonly actorId: string;
  readonly runId: string | null;
}

/** Where the changes of one kind of subject are recorded. */
interface RecordTarget {
  readonly table: 'mpi.persons' | 'prm.parties';
  readonly entity: 'Person' | 'Party';
  readonly resource: 'person_verifications' | 'party_verifications';
  /** Further columns that the update of the cumulative status sets; $2 is the actor. */
  readonly touch: string;
}

const SAVE_RECORDS: Readonly<Record<SubjectName, Statement>> = {
  persons: saveRecords({
    table: 'mpi.persons',
    entity: 'Person',
    resource: 'person_verifications',
    touch: 'updated_at = now(), updated_by = $2::uuid',
  }),
  parties: saveRecords({
    table: 'prm.parties',
    entity: 'Party',
    resource: 'party_verifications',
    touch: 'updated_at = now()',
  }),
};

/** Cumulative statuses of persons and parties, with the events and audit rows of the changes that led to them. */
@Injectable()
export class StatusChangeRepository {
  async record(
    sql: Sql,
    { name }: Pick<Subject, 'name'>,
    author: Author,
    { changes, sums }: Changes,
  ): Promise<void> {
    if (changes.length === 0) return;
    // A person changed twice in one transaction has two sums; the later one includes both changes.
    const latest = [...new Map(sums.map((sum) => [sum.id, sum])).values()];
    const moved = latest.filter(({ before, after }) => before !== after);
    const announced = changes.filter(
      ({ before, after }) => before !== null && before.verificationStatus !== after.verificationStatus,
    );
    const events = distinct(
      announced,
      ({ stream, after }) => `${stream} ${after.verificationStatus}`,
      eventOf,
    );
    const changesets = distinct(changes, nameOfChange, changesetOf);
    await sql.query(SAVE_RECORDS[name], [
      author.runId,
      author.actorId,
      moved.map(({ id }) => id),
      moved.map(({ before }) => before),
      moved.map(({ after }) => after),
      announced.map(({ id }) => id),
      events.which,
      events.texts,
      changes.map(({ id }) => id),
      changesets.which,
      changesets.texts,
      changes.map(({ row }) => row),
      changes.map(({ claimId }) => claimId),
      changes.map(({ messageId }) => messageId),
      changes.map(({ durationMs }) => (durationMs === null ? null : Math.round(durationMs))),
    ]);
  }
}

/** The fields of a change that no call to a register caused. */
export const WITHOUT_CALL = { claimId: null, messageId: null, durationMs: null } as const;

/**
 * The only statement that writes a cumulative status, with its events and audit rows. It writes the status only if the
 * old one is unchanged: a NOT_VERIFIED set by hand meanwhile stays (C0).
 * $1 run, $2 actor; sums: $3 id, $4 before, $5 after; events: $6 id, $7 which of the properties $8;
 * audit: $9 id, $10 which of the changesets $11, $12 row, $13 claim, $14 message, $15 duration. Hundreds of persons
 * share a few properties and changesets, so each of them is sent and parsed once.
 */
function saveRecords({ table, entity, resource, touch }: RecordTarget): Statement {
  return {
    name: `save_records_${resource}`,
    text: `
    WITH summed AS (
      UPDATE ${table} AS whose SET verification_status = d.after, ${touch}
        FROM unnest($3::uuid[], $4::varchar[], $5::varchar[]) AS d (id, before, after)
       WHERE whose.id = d.id AND whose.verification_status IS NOT DISTINCT FROM d.before
      RETURNING whose.id, d.after),
    published AS (
      INSERT INTO mpi.status_change_events (event_type, entity_type, entity_id, properties, event_time, changed_by)
      SELECT 'StatusChangeEvent', '${entity}', id, properties, now(), $2::uuid
        FROM (SELECT id, ($8::jsonb[])[which] AS properties FROM unnest($6::uuid[], $7::integer[]) AS d (id, which)
              UNION ALL
              SELECT id, jsonb_build_object('verification_status', jsonb_build_object('new_value', after))
                FROM summed) AS event)
    INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset, "row", run_id, claim_id, message_id, duration_ms)
    SELECT $2::uuid, '${resource}', id, ($11::jsonb[])[which], named, $1::uuid, claim_id, message_id, duration_ms
      FROM unnest($9::uuid[], $10::integer[], $12::varchar[], $13::uuid[], $14::varchar[], $15::integer[])
           AS d (id, which, named, claim_id, message_id, duration_ms)`,
  };
}

const nameOfChange = ({ stream, before, after }: StreamChange): string =>
  `${stream} ${before?.verificationStatus} ${before?.verificationReason} ${after.verificationStatus} ${after.verificationReason}`;

/** The distinct texts of the changes, and for each change the index of its text, from 1 as in PostgreSQL. */
function distinct(
  changes: readonly StreamChange[],
  nameOf: (change: StreamChange) => string,
  textOf: (change: StreamChange) => string,
): { readonly texts: readonly string[]; readonly which: readonly number[] } {
  const indexes = new Map<string, number>();
  const texts: string[] = [];
  const which = changes.map((change) => {
    const name = nameOf(change);
    const known = indexes.get(name);
    if (known !== undefined) return known;
    indexes.set(name, texts.push(textOf(change)));
    return texts.length;
  });
  return { texts, which };
}

function eventOf({ stream, after }: StreamChange): string {
  return JSON.stringify({ [`${stream}_verification_status`]: { new_value: after.verificationStatus } });
}

function changesetOf({ stream, before, after }: StreamChange): string {
  return JSON.stringify({
    [`${stream}_verification_status`]: {
      old_value: before?.verificationStatus ?? null,
      new_value: after.verificationStatus,
    },
    [`${stream}_verification_reason`]: {
      old_value: before?.verificationReason ?? null,
      new_value: after.verificationReason,
    },
  });
}

/** The row of a person or party just after a change of one stream. */
export interface ChangedRow {
  readonly id: string;
  readonly claim_id?: string;
  /** Before the change; for a person under a lock, before the lock. */
  readonly status_before: StreamStatus;
  readonly reason_before: StreamReason;
  /** All streams after the change, in the order of the subject's streams, separated by spaces: faster to parse than an array. */
  readonly statuses: string;
  /** Register streams under a lock and the status they count with. */
  readonly locked: Readonly<Partial<Record<RegisterStreamName, StreamStatus>>> | null;
  readonly cumulative_before: CumulativeStatus | null;
}

/** A changed row: the stream before, and the cumulative status before and after. */
export interface ChangedPerson {
  /** Of the person or party. */
  readonly id: string;
  /** The claim under which it was decided; null if there was none. */
  readonly claimId: string | null;
  readonly before: StreamPair;
  readonly sum: SumChange;
}

/** RETURNING columns of an update of the verifications `AS v`. */
export function returningStatuses({ id, streams }: Subject): string {
  const statuses = streams.map((stream) => `v.${stream}_verification_status`).join(" || ' ' || ");
  return `v.${id} AS id, ${statuses} AS statuses`;
}

/** The result of a change, from its CTE `changed`. $1 is always the stream. */
export function selectChanged({ id, people, locks }: Subject): string {
  return `
  SELECT changed.*, p.verification_status AS cumulative_before,
         (SELECT jsonb_object_agg(other.stream, other.status_before) FROM ${locks} AS other
           WHERE other.${id} = changed.id AND other.stream <> $1::varchar
             AND other.claim_id IS NOT NULL) AS locked
    FROM changed JOIN ${people} AS p ON p.id = changed.id`;
}

/** A changed row with its new cumulative status. */
export function changedPerson(row: ChangedRow, subject: Subject): ChangedPerson {
  const before = row.cumulative_before;
  const streams = countedStatuses(row, subject);
  const after =
    subject.name === 'persons' ? cumulativeStatusOf({ current: before, streams }) : partyStatusOf(streams);
  return {
    id: row.id,
    claimId: row.claim_id ?? null,
    before: { verificationStatus: row.status_before, verificationReason: row.reason_before },
    sum: { id: row.id, before, after },
  };
}

/** The status of each stream in the cumulative status: for a register stream in review, the status before its lock. */
function countedStatuses(row: ChangedRow, { streams }: Subject): StreamStatus[] {
  const statuses = row.statuses.split(' ') as StreamStatus[];
  return streams.map((stream, index) => {
    const status = statuses[index];
    if (status === undefined) throw new Error('A row of verifications lacks a stream.');
    const before = row.locked?.[stream as RegisterStreamName];
    return status === 'IN_REVIEW' && before !== undefined ? before : status;
  });
}
