/** Places, breakers and the rate's line come into being with the first worker that needs them. */
export const LAY_OUT = {
  name: 'register-gate-lay-out',
  text: `
    WITH places AS (
      INSERT INTO mimir.register_places (place)
      SELECT place FROM generate_series(1, $1::int) AS place ORDER BY place
      ON CONFLICT (place) DO NOTHING
    ), rate AS (
      INSERT INTO mimir.register_rate (register) VALUES ('eis_mvs') ON CONFLICT (register) DO NOTHING
    )
    INSERT INTO mimir.register_breakers (method)
    VALUES ('CheckPassportDMSStatus'), ('CheckPassportStatus'), ('checkunzr'), ('unzr')
    ON CONFLICT (method) DO NOTHING`,
};

/**
 * A sign of life, and who else lives. The snapshot does not show the own row as it is now, so it is added by hand.
 * A row somebody is busy with is not waited for: it may be one that comes back to life.
 */
export const BEAT = {
  name: 'register-gate-beat',
  text: `
    WITH mine AS (
      INSERT INTO mimir.register_workers AS w (worker, lease_until)
      VALUES ($1::uuid, now() + $2::float8 * interval '1 millisecond')
      ON CONFLICT (worker) DO UPDATE SET lease_until = excluded.lease_until, updated_at = now()
      RETURNING worker, inserted_at
    ), dead AS (
      DELETE FROM mimir.register_workers WHERE id IN (
        SELECT id FROM mimir.register_workers
        WHERE lease_until <= now() AND worker <> $1::uuid
        FOR UPDATE SKIP LOCKED)
    )
    SELECT 1 + count(o.worker)::int AS workers,
      (count(o.worker) FILTER (WHERE (o.inserted_at, o.worker) < (m.inserted_at, m.worker)))::int AS earlier
    FROM mine m
    LEFT JOIN mimir.register_workers o ON o.worker <> m.worker AND o.lease_until > now()`,
};

/**
 * Brings the places held to the number wanted: keeps the first of one's own, takes free ones or ones whose lease
 * has passed, lets go of the rest. A row belongs to one worker, so two who take at once never get the same, and
 * nobody waits for a row: one that is being taken is as good as gone.
 */
export const HOLD_PLACES = {
  name: 'register-gate-hold-places',
  text: `
    WITH own AS MATERIALIZED (
      SELECT id, place FROM mimir.register_places
      WHERE worker = $1::uuid ORDER BY place FOR UPDATE SKIP LOCKED
    ), kept AS (
      SELECT id FROM own WHERE place <= $4::int ORDER BY place LIMIT $3::int
    ), taken AS MATERIALIZED (
      SELECT id FROM mimir.register_places
      WHERE place <= $4::int AND (worker IS NULL OR lease_until <= now()) AND worker IS DISTINCT FROM $1::uuid
      ORDER BY place
      LIMIT greatest(0, $3::int - (SELECT count(*) FROM kept))
      FOR UPDATE SKIP LOCKED
    ), held AS (
      SELECT id FROM kept UNION ALL SELECT id FROM taken
    ), changed AS (
      UPDATE mimir.register_places p
      SET worker = CASE WHEN h.id IS NULL THEN NULL ELSE $1::uuid END,
        lease_until = CASE WHEN h.id IS NULL THEN NULL ELSE now() + $2::float8 * interval '1 millisecond' END,
        updated_at = now()
      FROM (SELECT id FROM own UNION SELECT id FROM taken) touched
      LEFT JOIN held h ON h.id = touched.id
      WHERE p.id = touched.id
      RETURNING p.worker
    )
    SELECT count(worker)::int AS held FROM changed`,
};

/** Leaves nothing behind that others would have to wait for. */
export const LEAVE = {
  name: 'register-gate-leave',
  text: `
    WITH places AS (
      UPDATE mimir.register_places SET worker = NULL, lease_until = NULL, updated_at = now()
      WHERE worker = $1::uuid
    ), probes AS (
      UPDATE mimir.register_breakers SET probe_by = NULL, probe_until = NULL, period = period + 1, updated_at = now()
      WHERE probe_by = $1::uuid
    )
    DELETE FROM mimir.register_workers WHERE worker = $1::uuid`,
};

/**
 * Moves the end of the line: the first time reserved is where the line ended, or soon when it had run dry. Whoever
 * comes second waits for the row and counts from its new value.
 */
export const RESERVE_TIME = {
  name: 'register-gate-reserve-time',
  text: `
    UPDATE mimir.register_rate
    SET next_free_at = greatest(next_free_at, clock_timestamp() + $1::float8 * interval '1 millisecond')
        + $2::float8 * interval '1 millisecond',
      updated_at = now()
    WHERE register = 'eis_mvs'
    RETURNING (extract(epoch FROM next_free_at) * 1000)::float8 AS free_again_at_ms,
      (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms`,
};
