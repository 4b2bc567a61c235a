import { agedRows, type Keeping, type OldRows } from '../database/old-rows';

/**
 * Runs that are over, with their counts. The last tick of each job stays: by it the timetable knows which ticks have
 * been, and without it one of them would be run again.
 */
export function oldRuns(keeping: Keeping): OldRows {
  return agedRows({
    ...keeping,
    schema: 'mpi',
    table: 'job_runs',
    by: 'started_at',
    only: `o.status <> 'RUNNING'
         AND coalesce(o.finished_at, o.updated_at) < now() - make_interval(days => $1::integer)
         AND (o.tick IS NULL OR o.tick < (SELECT max(later.tick) FROM mpi.job_runs AS later WHERE later.job = o.job))`,
    together: [
      `counts AS (DELETE FROM mpi.job_run_counts WHERE run_id = ANY (ARRAY(SELECT id FROM picked)))`,
    ],
  });
}
