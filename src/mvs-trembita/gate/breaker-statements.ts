/** What counts: the last half minute. */
const WINDOW = `interval '30 seconds'`;

/**
 * What every statement about a breaker gives: its row as it is after the change, or as it stands when there was
 * nothing to change, with the calls of its period. Changes compare the period, so of two that race one is void.
 */
function breaker(name: string, change: string | null): { name: string; text: string } {
  const changed =
    change === null
      ? `SELECT * FROM mimir.register_breakers WHERE false`
      : `UPDATE mimir.register_breakers SET updated_at = now(), ${change} RETURNING *`;
  return {
    name: `register-gate-${name}`,
    text: `
      WITH changed AS (${changed}), stands AS (
        SELECT *, true AS changed FROM changed
        UNION ALL
        SELECT *, false FROM mimir.register_breakers WHERE method = $1::varchar AND NOT EXISTS (SELECT FROM changed)
      )
      SELECT s.period, s.changed, (extract(epoch FROM s.open_until - now()) * 1000)::float8 AS open_for_ms,
        coalesce(sum(c.calls), 0)::int AS calls, coalesce(sum(c.failures), 0)::int AS failures
      FROM stands s
      LEFT JOIN mimir.register_call_counts c
        ON c.method = s.method AND c.period = s.period AND c.second > now() - ${WINDOW}
      GROUP BY s.period, s.changed, s.open_until`,
  };
}

/** Looks, and changes nothing. */
export const READ = breaker('read-breaker', null);

/**
 * Adds calls to the second's count, which belongs to the period they were permitted in, and takes old seconds away.
 * The snapshot does not show what is being added, so it is added to the sum by hand.
 */
export const COUNT = {
  name: 'register-gate-count-calls',
  text: `
    WITH added AS (
      INSERT INTO mimir.register_call_counts AS c (method, period, second, calls, failures)
      SELECT $1::varchar, $2::int, date_trunc('second', now()), $3::int, $4::int WHERE $3::int > 0
      ON CONFLICT (method, period, second) DO UPDATE
        SET calls = c.calls + excluded.calls, failures = c.failures + excluded.failures, updated_at = now()
    ), old AS (
      DELETE FROM mimir.register_call_counts WHERE id IN (
        SELECT id FROM mimir.register_call_counts
        WHERE method = $1::varchar AND second < now() - 2 * ${WINDOW}
        FOR UPDATE SKIP LOCKED)
    ), answered AS (
      UPDATE mimir.register_breakers SET answered_at = now(), updated_at = now()
      WHERE method = $1::varchar AND $5::boolean
    )
    SELECT b.period, false AS changed, (extract(epoch FROM b.open_until - now()) * 1000)::float8 AS open_for_ms,
      (coalesce(sum(c.calls), 0) + CASE WHEN b.period = $2::int THEN $3::int ELSE 0 END)::int AS calls,
      (coalesce(sum(c.failures), 0) + CASE WHEN b.period = $2::int THEN $4::int ELSE 0 END)::int AS failures
    FROM mimir.register_breakers b
    LEFT JOIN mimir.register_call_counts c
      ON c.method = b.method AND c.period = b.period AND c.second > now() - ${WINDOW}
    WHERE b.method = $1::varchar
    GROUP BY b.period, b.open_until`,
};

/** Shuts the gate for everybody. $2 period, $3 for how many milliseconds. */
export const OPEN = breaker(
  'open-breaker',
  `open_until = now() + $3::float8 * interval '1 millisecond', open_ms = $3::float8, period = period + 1
   WHERE method = $1::varchar AND period = $2::int AND open_until IS NULL`,
);

/**
 * One wins: whoever comes second waits for the row and then finds it taken. The winner's own probe is prolonged the
 * same way; one that was not finished in time is free again. $2 worker, $3 for how many milliseconds.
 */
export const TAKE_PROBE = breaker(
  'take-probe',
  `probe_by = $2::uuid, probe_until = now() + $3::float8 * interval '1 millisecond', period = period + 1
   WHERE method = $1::varchar AND open_until <= now()
     AND (probe_until IS NULL OR probe_until <= now() OR probe_by = $2::uuid)`,
);

const OWN_PROBE = `WHERE method = $1::varchar AND probe_by = $2::uuid AND period = $3::int`;

/** Opens the gate to everybody and forgets what was. $2 worker, $3 period. */
export const CLOSE = breaker(
  'close-breaker',
  `open_until = NULL, open_ms = NULL, probe_by = NULL, probe_until = NULL, period = period + 1,
   answered_at = now() ${OWN_PROBE}`,
);

/** Shuts the gate for twice as long as the last time. $2 worker, $3 period, $4 the longest time allowed. */
export const REOPEN = breaker(
  'reopen-breaker',
  `open_ms = least(open_ms * 2, $4::float8), probe_by = NULL, probe_until = NULL, period = period + 1,
   open_until = now() + least(open_ms * 2, $4::float8) * interval '1 millisecond' ${OWN_PROBE}`,
);

/** Lets somebody else try. $2 worker, $3 period. */
export const RELEASE_PROBE = breaker(
  'release-probe',
  `probe_by = NULL, probe_until = NULL, period = period + 1 ${OWN_PROBE}`,
);

/** The last answer of all methods. */
export const LAST_ANSWER = {
  name: 'register-gate-last-answer',
  text: `SELECT max(answered_at) AS answered_at FROM mimir.register_breakers`,
};

/** All breakers, for whoever watches the installation. */
export const STATES = {
  name: 'register-gate-breaker-states',
  text: `SELECT method, open_until IS NULL AS is_open_to_all FROM mimir.register_breakers`,
} as const;
