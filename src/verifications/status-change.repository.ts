import type { Sql, Statement } from '../database/transactions';
import type { NhsRowName } from '../domain/verification/nhs-status.rules';
import type { StreamRowName } from '../domain/verification/stream-status.table';
import type {
  StreamPair,
  CumulativeStatus,
  StreamReason,
  StreamStatus,
  StreamName,
  RegisterStreamName,
  SubjectName,
} from '../domain/verification/stream';
import { cumulativeStatusOf, partyStatusOf } from '../domain/verification/cumulative-status.rules';
import { PERSONS, type Subject } from './subject';

/** One change of one stream, as the records tell it. */
export interface StreamChange {
  /** Person or party. */
  readonly id: string;
  readonly stream: StreamName;
  /** Null where no table of transitions speaks of the stream. */
  readonly row: StreamRowName | NhsRowName | null;
  /** Null when the stream begins with its person, whose one event tells of the sum alone. */
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

/** Whose status it is. */
interface Book {
  readonly table: 'mpi.persons' | 'prm.parties';
  readonly entity: 'Person' | 'Party';
  readonly resource: 'person_verifications' | 'party_verifications';
  /** Further columns that the update of the cumulative status sets; $2 is the actor. */
  readonly touch: string;
}

const BOOK_OF_PERSONS: Book = {
  table: 'mpi.persons',
  entity: 'Person',
  resource: 'person_verifications',
  touch: 'updated_at = now(), updated_by = $2::uuid',
};

const BOOK_OF_PARTIES: Book = {
  table: 'prm.parties',
  entity: 'Party',
  resource: 'party_verifications',
  touch: 'updated_at = now()',
};

/**
 * The only place that writes a cumulative status; events and audit rows go with it, in one statement. The sum is
 * written only where the old one still stands: a NOT_VERIFIED set by hand meanwhile stays (C0).
 * $1 run, $2 actor; sums: $3 id, $4 before, $5 after; events: $6 id, $7 which of the properties $8;
 * audit: $9 id, $10 which of the changesets $11, $12 row, $13 claim, $14 message, $15 duration. Hundreds of persons
 * share a few properties and changesets, which are sent and read once.
 */
function saveRecords({ table, entity, resource, touch }: Book): Statement {
  return {
    name: `save_records_${resource}`,
    text: `
    WITH summed AS (
      UPDATE ${table} AS whose SET verification_status = d.after, ${touch}
        FROM unnest($3::uuid[], $4::varchar[], $5::varchar[]) AS d (id, before, after)
       WHERE whose.id = d.id AND whose.verification_status IS NOT DISTINCT FROM d.before
      RETURNING whose.id, d.after),
    told AS (
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

const SAVE_FOR_PERSONS = saveRecords(BOOK_OF_PERSONS);

const SAVE_FOR_PARTIES = saveRecords(BOOK_OF_PARTIES);

/** Writes cumulative statuses, events and audit rows of persons. */
export async function recordPersonChanges(sql: Sql, author: Author, changes: Changes): Promise<void> {
  await record(sql, SAVE_FOR_PERSONS, { author, changes });
}

/** The same of parties. */
export async function recordPartyChanges(sql: Sql, author: Author, changes: Changes): Promise<void> {
  await record(sql, SAVE_FOR_PARTIES, { author, changes });
}

async function record(
  sql: Sql,
  statement: Statement,
  { author, changes: { changes, sums } }: { readonly author: Author; readonly changes: Changes },
): Promise<void> {
  if (changes.length === 0) return;
  // Somebody changed twice in one transaction has two sums; the later one saw both changes.
  const latest = [...new Map(sums.map((sum) => [sum.id, sum])).values()];
  const moved = latest.filter(({ before, after }) => before !== after);
  const told = changes.filter(
    ({ before, after }) => before !== null && before.verificationStatus !== after.verificationStatus,
  );
  const events = eachOnce(told, ({ stream, after }) => `${stream} ${after.verificationStatus}`, eventOf);
  const changesets = eachOnce(changes, nameOfChange, changesetOf);
  await sql.query(statement, [
    author.runId,
    author.actorId,
    moved.map(({ id }) => id),
    moved.map(({ before }) => before),
    moved.map(({ after }) => after),
    told.map(({ id }) => id),
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

const nameOfChange = ({ stream, before, after }: StreamChange): string =>
  `${stream} ${before?.verificationStatus} ${before?.verificationReason} ${after.verificationStatus} ${after.verificationReason}`;

/** The different texts of the changes, and for each change which of them it has, counted from one as PostgreSQL does. */
function eachOnce(
  changes: readonly StreamChange[],
  nameOf: (change: StreamChange) => string,
  textOf: (change: StreamChange) => string,
): { readonly texts: readonly string[]; readonly which: readonly number[] } {
  const places = new Map<string, number>();
  const texts: string[] = [];
  const which = changes.map((change) => {
    const name = nameOf(change);
    const known = places.get(name);
    if (known !== undefined) return known;
    places.set(name, texts.push(textOf(change)));
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

/** The row of a person or party just after a change of one stream: what the sum and the records are made of. */
export interface ChangedRow {
  readonly id: string;
  readonly claim_id?: string;
  /** Before the change; for somebody under a lock, before the lock. */
  readonly status_before: StreamStatus;
  readonly reason_before: StreamReason;
  /** All streams after the change, in the order of the subject's streams, with a blank between: quicker to read than an array. */
  readonly statuses: string;
  /** Register streams under a lock and the status they count with. */
  readonly locked: Readonly<Partial<Record<RegisterStreamName, StreamStatus>>> | null;
  readonly cumulative_before: CumulativeStatus | null;
}

/** A row that was changed: what stood before, and the sum of all streams before and after. */
export interface ChangedPerson {
  /** Of the person or party. */
  readonly id: string;
  /** The claim under which it was decided; null when it was decided under none. */
  readonly claimId: string | null;
  readonly before: StreamPair;
  readonly sum: SumChange;
}

/** To be returned by an update of the verifications `AS v`. */
export function returningStatuses({ id, streams }: Subject): string {
  const statuses = streams.map((stream) => `v.${stream}_verification_status`).join(" || ' ' || ");
  return `v.${id} AS id, ${statuses} AS statuses`;
}

/** What a change returns, from its CTE `changed`. $1 is always the stream. */
export function selectChanged({ id, people, locks }: Subject): string {
  return `
  SELECT changed.*, p.verification_status AS cumulative_before,
         (SELECT jsonb_object_agg(other.stream, other.status_before) FROM ${locks} AS other
           WHERE other.${id} = changed.id AND other.stream <> $1::varchar
             AND other.claim_id IS NOT NULL) AS locked
    FROM changed JOIN ${people} AS p ON p.id = changed.id`;
}

/** How the streams add up. */
const SUM_OF: Readonly<
  Record<SubjectName, (standing: CumulativeStatus | null, streams: readonly StreamStatus[]) => string>
> = {
  persons: (standing, streams) => cumulativeStatusOf({ current: standing, streams }),
  parties: (_standing, streams) => partyStatusOf(streams),
};

/** A changed row as the records tell it, with the sum that follows from it. */
export function changedPerson(row: ChangedRow, subject: Subject = PERSONS): ChangedPerson {
  const before = row.cumulative_before;
  return {
    id: row.id,
    claimId: row.claim_id ?? null,
    before: { verificationStatus: row.status_before, verificationReason: row.reason_before },
    sum: { id: row.id, before, after: SUM_OF[subject.name](before, countedStatuses(row, subject)) },
  };
}

/** What each stream counts with: a register stream in review counts with what stood before its lock. */
function countedStatuses(row: ChangedRow, { streams }: Subject): StreamStatus[] {
  const statuses = row.statuses.split(' ') as StreamStatus[];
  return streams.map((stream, index) => {
    const status = statuses[index];
    if (status === undefined) throw new Error('A row of verifications lacks a stream.');
    const before = row.locked?.[stream as RegisterStreamName];
    return status === 'IN_REVIEW' && before !== undefined ? before : status;
  });
}
