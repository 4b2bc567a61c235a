import type { Sql, Statement } from '../database/transactions';
import { maskedNumber } from '../domain/person/masking';
import type { ClearedData, RegisterStream } from '../domain/verification/register-stream';
import { STREAM_STATUS_TABLE } from '../domain/verification/stream-status.table';
import type { Outcome } from './outcome';
import { holdOf } from './outcome.repository';
import type { Author, StreamChange } from './record-changes';

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
