import type { Keeping, OldRows } from '../database/old-rows';
import type { Statement } from '../database/transactions';
import { LOCK_FREE_PERSONS } from './sweep-claims';

/** A wait of nobody: the person is not active any more, or is gone. Whoever is active keeps his number of attempts. */
const OF_NOBODY = `l.claim_id IS NULL AND l.updated_at < now() - make_interval(days => $1::integer)
  AND NOT EXISTS (SELECT FROM mpi.person_verifications AS v WHERE v.person_id = l.person_id AND v.person_is_active)`;

/** $1 days, $2 mark. The batch stands in the text, so that the planner knows how few are wanted. */
const pick = (batch: number): Statement => ({
  name: 'pick_old_locks',
  text: `
    SELECT l.id, l.person_id, l.updated_at::text AS old_since FROM mpi.verification_locks AS l
     WHERE ${OF_NOBODY} AND l.updated_at >= coalesce($2::timestamptz, '-infinity')
     ORDER BY l.updated_at LIMIT ${batch}`,
});

/** Sent once the persons are held, and looks again: one of them may have come back meanwhile. $1 days, $2 locks. */
const REMOVE: Statement = {
  name: 'purge_verification_locks',
  text: `DELETE FROM mpi.verification_locks AS l WHERE l.id = ANY ($2::uuid[]) AND ${OF_NOBODY} RETURNING l.id`,
};

interface OldLock {
  readonly id: string;
  readonly person_id: string;
  readonly old_since: string;
  readonly [column: string]: unknown;
}

/** What is remembered of waits that nobody waits any more. A lock that a claim holds is the sweeper's business. */
export function oldLocks({ days, batch }: Keeping): OldRows {
  const statement = pick(batch);
  return {
    table: 'verification_locks',
    remove: async (sql, mark) => {
      const picked = await sql.rows<OldLock>(statement, [days, mark]);
      const persons = picked.map(({ person_id }) => person_id);
      const held = await sql.rows<{ id: string }>(LOCK_FREE_PERSONS, [persons]);
      const busy = new Set(held.map(({ id }) => id));
      const free = picked.filter(({ person_id }) => !busy.has(person_id)).map(({ id }) => id);
      const gone = await sql.rows(REMOVE, [days, free]);
      return { rows: gone.length, full: picked.length === batch, mark: picked.at(-1)?.old_since ?? null };
    },
  };
}
