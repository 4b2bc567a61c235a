import type { Sql, Statement } from '../database/transactions';
import type { StreamRowName } from '../domain/verification/stream-status-row';
import type { StreamPair } from '../domain/verification/status';
import type { StreamName } from '../domain/verification/stream';

/** One change of one stream, as the records tell it. */
export interface StreamChange {
  /** Person or party. */
  readonly id: string;
  readonly stream: StreamName;
  readonly row: StreamRowName;
  readonly before: StreamPair;
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

const PERSONS: Book = {
  table: 'mpi.persons',
  entity: 'Person',
  resource: 'person_verifications',
  touch: 'updated_at = now(), updated_by = $2::uuid',
};
const PARTIES: Book = {
  table: 'prm.parties',
  entity: 'Party',
  resource: 'party_verifications',
  touch: 'updated_at = now()',
};

/**
 * The only place that writes a cumulative status; events and audit rows go with it, in one statement. The sum is
 * written only where the old one still stands: a NOT_VERIFIED set by hand meanwhile stays (C0).
 * $1 run, $2 actor; sums: $3 id, $4 before, $5 after; events: $6 id, $7 properties;
 * audit: $8 id, $9 changeset, $10 row, $11 claim, $12 message, $13 duration.
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
        FROM (SELECT id, properties FROM unnest($6::uuid[], $7::jsonb[]) AS d (id, properties)
              UNION ALL
              SELECT id, jsonb_build_object('verification_status', jsonb_build_object('new_value', after))
                FROM summed) AS event)
    INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset, "row", run_id, claim_id, message_id, duration_ms)
    SELECT $2::uuid, '${resource}', id, changeset, named, $1::uuid, claim_id, message_id, duration_ms
      FROM unnest($8::uuid[], $9::jsonb[], $10::varchar[], $11::uuid[], $12::varchar[], $13::integer[])
           AS d (id, changeset, named, claim_id, message_id, duration_ms)`,
  };
}

const SAVE_FOR_PERSONS = saveRecords(PERSONS);
const SAVE_FOR_PARTIES = saveRecords(PARTIES);

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
  const told = changes.filter(({ before, after }) => before.verificationStatus !== after.verificationStatus);
  await sql.rows(statement, [
    author.runId,
    author.actorId,
    moved.map(({ id }) => id),
    moved.map(({ before }) => before),
    moved.map(({ after }) => after),
    told.map(({ id }) => id),
    told.map(eventOf),
    changes.map(({ id }) => id),
    changes.map(changesetOf),
    changes.map(({ row }) => row),
    changes.map(({ claimId }) => claimId),
    changes.map(({ messageId }) => messageId),
    changes.map(({ durationMs }) => (durationMs === null ? null : Math.round(durationMs))),
  ]);
}

function eventOf({ stream, after }: StreamChange): string {
  return JSON.stringify({ [`${stream}_verification_status`]: { new_value: after.verificationStatus } });
}

function changesetOf({ stream, before, after }: StreamChange): string {
  return JSON.stringify({
    [`${stream}_verification_status`]: {
      old_value: before.verificationStatus,
      new_value: after.verificationStatus,
    },
    [`${stream}_verification_reason`]: {
      old_value: before.verificationReason,
      new_value: after.verificationReason,
    },
  });
}
