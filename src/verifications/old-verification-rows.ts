import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { type Retention, type OldRows, removed, type RemovedRow } from '../database/old-rows';
import type { Statement } from '../database/transactions';
import { PurgeRegistry } from '../jobs';
import { lockFree } from './expired-claims.service';
import { type Subject, SUBJECTS } from './subject';

/** Registers what this module purges: the two logs, and the locks. */
@Injectable()
export class OldVerificationRows implements OnModuleInit {
  constructor(
    private readonly purges: PurgeRegistry,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    const { settings } = this;
    const batch = settings.RETENTION_BATCH_SIZE;
    this.purges.add(
      oldRecords('status_change_events', { days: settings.RETENTION_EVENTS_DAYS, batch }),
      oldRecords('audit_log', { days: settings.RETENTION_AUDIT_DAYS, batch }),
      ...SUBJECTS.map((subject) => oldLocks(subject, { days: settings.RETENTION_LOCKS_DAYS, batch })),
    );
  }
}

/** The statements for the locks of one kind of subject. */
interface PurgeStatements {
  readonly pick: Statement;
  readonly remove: Statement;
}

function purgeStatements(subject: Subject, batch: number): PurgeStatements {
  const { id, active, locks, verifications, suffix } = subject;
  // Waits of subjects who are not active any more, or do not exist. Active ones keep their number of attempts.
  const ofInactive = `l.claim_id IS NULL AND l.updated_at < now() - make_interval(days => $1::integer)
       AND NOT EXISTS (SELECT FROM ${verifications} AS v WHERE v.${id} = l.${id} AND v.${active})`;
  return {
    // $1 days, $2 mark. The batch size is a constant, so that the planner knows how few rows are needed.
    pick: {
      name: `pick_old_locks${suffix}`,
      text: `
    SELECT l.id, l.${id} AS subject_id, l.updated_at::text AS old_since FROM ${locks} AS l
     WHERE ${ofInactive} AND l.updated_at >= coalesce($2::timestamptz, '-infinity')
     ORDER BY l.updated_at LIMIT ${batch}`,
    },
    // Sent with the rows locked. It checks again: one of them may have become active meanwhile. $1 days, $2 locks.
    remove: {
      name: `purge_locks${suffix}`,
      text: `
    DELETE FROM ${locks} AS l WHERE l.id = ANY ($2::uuid[])
       AND ${ofInactive} RETURNING l.id`,
    },
  };
}

interface OldLock {
  readonly id: string;
  /** The person or party. */
  readonly subject_id: string;
  readonly old_since: string;
  readonly [column: string]: unknown;
}

/** Locks that only remember waits of inactive subjects. Locks under a claim are left to `ExpiredClaims`. */
export function oldLocks(subject: Subject, { days, batch }: Retention): OldRows {
  const { pick, remove } = purgeStatements(subject, batch);
  const free = lockFree(subject);
  return {
    table: subject.locks.slice(subject.locks.indexOf('.') + 1),
    removeBatch: async (sql, mark) => {
      const picked = await sql.query<OldLock>(pick, [days, mark]);
      const locked = await sql.query<{ id: string }>(free, [picked.map(({ subject_id }) => subject_id)]);
      const busy = new Set(locked.map(({ id }) => id));
      const ours = picked.filter(({ subject_id }) => !busy.has(subject_id)).map(({ id }) => id);
      const gone = await sql.query(remove, [days, ours]);
      return { rows: gone.length, full: picked.length === batch, mark: picked.at(-1)?.old_since ?? null };
    },
  };
}

/** Logs from which only functions of the database may remove rows. They keep a minimum age of their own. */
type RecordLog = 'status_change_events' | 'audit_log';

/** $1 days, $2 mark, $3 rows at most. */
const removeFrom = (log: RecordLog): Statement => ({
  name: `purge_${log}`,
  text: `
    SELECT removed AS rows, mark::text AS mark
      FROM mpi.purge_${log}(now() - make_interval(days => $1::integer), $2::timestamptz, $3::integer)`,
});

/** Events and audit rows past their retention time. */
export function oldRecords(log: RecordLog, { days, batch }: Retention): OldRows {
  const statement = removeFrom(log);
  return {
    table: log,
    removeBatch: async (sql, mark) =>
      removed(await sql.query<RemovedRow>(statement, [days, mark, batch]), batch),
  };
}
