import { type Keeping, type OldRows, removed, type RemovedRow } from '../database/old-rows';
import type { Statement } from '../database/transactions';
import type { Subject } from './subject';
import { lockFree } from './expired-claims.service';

/** What the purge sends about the locks of one kind of subject. */
interface PurgeStatements {
  readonly pick: Statement;
  readonly remove: Statement;
}

function purgeStatements(subject: Subject, batch: number): PurgeStatements {
  const { id, active, locks, verifications, suffix } = subject;
  // A wait of nobody: its subject is not active any more, or is gone. Whoever is active keeps the number of attempts.
  const ofNobody = `l.claim_id IS NULL AND l.updated_at < now() - make_interval(days => $1::integer)
       AND NOT EXISTS (SELECT FROM ${verifications} AS v WHERE v.${id} = l.${id} AND v.${active})`;
  return {
    // $1 days, $2 mark. The batch stands in the text, so that the planner knows how few are wanted.
    pick: {
      name: `pick_old_locks${suffix}`,
      text: `
    SELECT l.id, l.${id} AS held_id, l.updated_at::text AS old_since FROM ${locks} AS l
     WHERE ${ofNobody} AND l.updated_at >= coalesce($2::timestamptz, '-infinity')
     ORDER BY l.updated_at LIMIT ${batch}`,
    },
    // Sent once they are held, and looks again: one of them may have come back meanwhile. $1 days, $2 locks.
    remove: {
      name: `purge_locks${suffix}`,
      text: `
    DELETE FROM ${locks} AS l WHERE l.id = ANY ($2::uuid[])
       AND ${ofNobody} RETURNING l.id`,
    },
  };
}

interface OldLock {
  readonly id: string;
  /** The person or party. */
  readonly held_id: string;
  readonly old_since: string;
  readonly [column: string]: unknown;
}

/** What is remembered of waits that nobody waits any more. A lock that a claim holds is the sweeper's business. */
export function oldLocks(subject: Subject, { days, batch }: Keeping): OldRows {
  const { pick, remove } = purgeStatements(subject, batch);
  const free = lockFree(subject);
  return {
    table: subject.locks.slice(subject.locks.indexOf('.') + 1),
    remove: async (sql, mark) => {
      const picked = await sql.query<OldLock>(pick, [days, mark]);
      const held = await sql.query<{ id: string }>(free, [picked.map(({ held_id }) => held_id)]);
      const busy = new Set(held.map(({ id }) => id));
      const ours = picked.filter(({ held_id }) => !busy.has(held_id)).map(({ id }) => id);
      const gone = await sql.query(remove, [days, ours]);
      return { rows: gone.length, full: picked.length === batch, mark: picked.at(-1)?.old_since ?? null };
    },
  };
}

/** Logs from which the program itself may remove nothing: the database does it, and keeps a floor of its own. */
type RecordLog = 'status_change_events' | 'audit_log';

/** $1 days, $2 mark, $3 rows at most. */
const removeFrom = (log: RecordLog): Statement => ({
  name: `purge_${log}`,
  text: `
    SELECT removed AS rows, mark::text AS mark
      FROM mpi.purge_${log}(now() - make_interval(days => $1::integer), $2::timestamptz, $3::integer)`,
});

/** Events and audit rows past their time. */
export function oldRecords(log: RecordLog, { days, batch }: Keeping): OldRows {
  const statement = removeFrom(log);
  return {
    table: log,
    remove: async (sql, mark) => removed(await sql.query<RemovedRow>(statement, [days, mark, batch]), batch),
  };
}
