import type { Statement } from '../database/transactions';

/** Another program may start a run and leave out when. */
const COLUMNS = `r.id, r.job, r.tick, r.status, coalesce(r.started_at, r.inserted_at) AS started_at, r.finished_at, r.started_by`;

/** Counts are summed from the workers' rows, also of a run that is over: a late row is not lost. */
const WITH_COUNTS = `${COLUMNS}, coalesce((
  SELECT jsonb_object_agg(counter, n) FROM (
    SELECT counter, sum(n) AS n FROM mpi.job_run_counts WHERE run_id = r.id GROUP BY counter) AS counted), '{}') AS counts`;

export const NOTE_SCHEDULE: Statement = {
  name: 'note_schedule',
  text: `INSERT INTO mpi.job_schedules (job) VALUES ($1::varchar) ON CONFLICT (job) DO NOTHING`,
};

/** Since when ticks count, and what time it is. A schedule never seen before begins with its next tick. */
export const LAST_TICK: Statement = {
  name: 'last_tick',
  text: `
    SELECT now() AS now, greatest(s.first_seen_at,
             (SELECT max(tick) FROM mpi.job_runs WHERE job = s.job)) AS since
      FROM mpi.job_schedules AS s WHERE s.job = $1::varchar`,
};

/** A tick is one row, whoever inserts it first. While a run is going it is told as SKIPPED. */
export const INSERT_TICK: Statement = {
  name: 'insert_tick',
  text: `
    INSERT INTO mpi.job_runs (job, tick, started_at, started_by, status, finished_at)
    SELECT $1::varchar, $2::timestamptz, now(), $3::uuid,
           CASE WHEN running THEN 'SKIPPED' ELSE 'RUNNING' END, CASE WHEN running THEN now() END
      FROM (SELECT EXISTS (SELECT FROM mpi.job_runs WHERE job = $1::varchar AND status = 'RUNNING') AS running) AS now_running
    ON CONFLICT DO NOTHING
    RETURNING id, status`,
};

export const RUNNING: Statement = {
  name: 'running_run',
  text: `SELECT ${COLUMNS}, '{}'::jsonb AS counts FROM mpi.job_runs AS r WHERE job = $1::varchar AND status = 'RUNNING'`,
};

export const LOCK_RUNNING: Statement = {
  name: 'lock_running_run',
  text: `
    SELECT id, coalesce(lease_until > now(), false) AS living
      FROM mpi.job_runs WHERE job = $1::varchar AND status = 'RUNNING' FOR UPDATE`,
};

export const INSERT_BY_HAND: Statement = {
  name: 'insert_run_by_hand',
  text: `
    INSERT INTO mpi.job_runs (job, started_at, started_by, status, worker, lease_until)
    VALUES ($1::varchar, now(), $2::uuid, 'RUNNING', $3::varchar, now() + make_interval(secs => $4))
    ON CONFLICT DO NOTHING
    RETURNING id`,
};

/** A run that nobody holds yet: whichever worker hears the bell first will. Nothing while another one is going. */
export const INSERT_ON_REQUEST: Statement = {
  name: 'insert_run_on_request',
  text: `
    WITH started AS (
      INSERT INTO mpi.job_runs (job, started_at, started_by, status)
      VALUES ($1::varchar, now(), $2::uuid, 'RUNNING')
      ON CONFLICT DO NOTHING
      RETURNING *
    ), noted AS (
      INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
      SELECT started_by, 'job_runs', id, jsonb_build_object('job', job, 'status', status) FROM started
    )
    SELECT ${COLUMNS}, '{}'::jsonb AS counts FROM started AS r`,
};

/** Takes the lease when nobody living has it, and renews one's own. */
export const TAKE_LEASE: Statement = {
  name: 'take_run_lease',
  text: `
    UPDATE mpi.job_runs SET worker = $2::varchar, lease_until = now() + make_interval(secs => $3), updated_at = now()
     WHERE id = $1::uuid AND status = 'RUNNING'
       AND (worker = $2::varchar OR worker IS NULL OR lease_until IS NULL OR lease_until < now())
    RETURNING id`,
};

export const GIVE_UP_LEASE: Statement = {
  name: 'give_up_run_lease',
  text: `
    UPDATE mpi.job_runs SET worker = NULL, lease_until = NULL, updated_at = now()
     WHERE id = $1::uuid AND status = 'RUNNING' AND worker = $2::varchar`,
};

/** Only the holder ends a run. Locked first and looked at later: whoever claims for the run locks the same row. */
export const LOCK_OWN_RUN: Statement = {
  name: 'lock_own_run',
  text: `
    SELECT id FROM mpi.job_runs
     WHERE id = $1::uuid AND status = 'RUNNING' AND worker = $2::varchar FOR UPDATE`,
};

export const END_RUN: Statement = {
  name: 'end_run',
  text: `
    UPDATE mpi.job_runs AS r
       SET status = $2::varchar, finished_at = now(), updated_at = now(), lease_until = NULL,
           counts = coalesce((SELECT jsonb_object_agg(counter, n) FROM (
             SELECT counter, sum(n) AS n FROM mpi.job_run_counts WHERE run_id = r.id GROUP BY counter) AS counted), '{}')
     WHERE id = $1::uuid`,
};

/**
 * When a run of each of these jobs last finished, in seconds since the epoch; until one has, when a worker first saw the
 * schedule, and 0 before that. Each job is one look into the index of finished runs, however many there are.
 */
export const LAST_FINISHED: Statement = {
  name: 'last_finished_runs',
  text: `
    SELECT wanted.job, coalesce(extract(epoch FROM coalesce(
             (SELECT max(finished_at) FROM mpi.job_runs WHERE job = wanted.job AND status = 'FINISHED'),
             s.first_seen_at)), 0)::float8 AS seconds
      FROM unnest($1::varchar[]) AS wanted (job) LEFT JOIN mpi.job_schedules AS s ON s.job = wanted.job`,
};

export const FIND: Statement = {
  name: 'find_run',
  text: `SELECT ${WITH_COUNTS} FROM mpi.job_runs AS r WHERE id = $1::uuid`,
};

export const LIST: Statement = {
  name: 'list_runs',
  text: `SELECT ${WITH_COUNTS} FROM mpi.job_runs AS r ORDER BY r.started_at DESC, r.id LIMIT $1 OFFSET $2`,
};

export const COUNT: Statement = {
  name: 'count_runs',
  text: `SELECT count(*)::int AS total FROM mpi.job_runs`,
};
