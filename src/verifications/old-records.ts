import { type Keeping, type OldRows, removed, type RemovedRow } from '../database/old-rows';
import type { Statement } from '../database/transactions';

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
