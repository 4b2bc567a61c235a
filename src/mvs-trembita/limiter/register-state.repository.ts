import { Inject, Injectable } from '@nestjs/common';
import type { Settings } from '../../config/settings.schema';
import { SETTINGS } from '../../config/settings.module';
import { type Statement, Transactions } from '../../database/transactions';
import { METHODS, type RegisterMethod } from '../register-methods.table';
import type { BreakerState } from './circuit-breaker';
import { COUNTED_SECONDS } from './limiter.rules';

/** A method of the register as all workers share it. Times are those of the database. */
export interface MethodState {
  readonly method: RegisterMethod;
  /** `half_open`: the pause is over and a probe is due or under way. */
  readonly state: BreakerState;
  readonly openUntil: Date | null;
  /** The worker whose call is the probe; null when none is under way. */
  readonly probeBy: string | null;
  readonly probeUntil: Date | null;
  /** When the register last answered a call of the method. */
  readonly answeredAt: Date | null;
  /** Calls that ended in the last 30 s, of whatever period of the circuit breaker, and those of them without an answer. */
  readonly calls: number;
  readonly failures: number;
}

/** What the workers share about the register. */
export interface RegisterState {
  readonly methods: readonly MethodState[];
  /** Permits that living workers hold, of all that there are: calls that may be under way at once. */
  readonly permits: { readonly held: number; readonly limit: number };
  /** Calls a second in the last 30 s, and how many are allowed; null without a limit. */
  readonly rate: { readonly perSecond: number; readonly limit: number | null };
}

/** A method whose row no worker has created yet was never called. $1 methods. */
const STATE: Statement = {
  name: 'register_state',
  text: `
    SELECT wanted.method,
           CASE WHEN b.open_until IS NULL THEN 'closed' WHEN b.open_until > now() THEN 'open' ELSE 'half_open' END AS state,
           b.open_until, CASE WHEN b.probe_until > now() THEN b.probe_by END AS probe_by,
           CASE WHEN b.probe_until > now() THEN b.probe_until END AS probe_until, b.answered_at,
           coalesce(c.calls, 0)::int AS calls, coalesce(c.failures, 0)::int AS failures,
           (SELECT count(*)::int FROM mimir.register_places WHERE lease_until > now()) AS held
      FROM unnest($1::varchar[]) WITH ORDINALITY AS wanted (method, place)
      LEFT JOIN mimir.register_breakers AS b USING (method)
      LEFT JOIN LATERAL (
        SELECT sum(calls) AS calls, sum(failures) AS failures FROM mimir.register_call_counts
         WHERE method = wanted.method AND second > now() - make_interval(secs => ${COUNTED_SECONDS})) AS c ON true
     ORDER BY wanted.place`,
};

interface StateRow extends Record<string, unknown> {
  readonly method: RegisterMethod;
  readonly state: BreakerState;
  readonly open_until: Date | null;
  readonly probe_by: string | null;
  readonly probe_until: Date | null;
  readonly answered_at: Date | null;
  readonly calls: number;
  readonly failures: number;
  readonly held: number;
}

/** Reads what the workers share about the register: a few rows. */
@Injectable()
export class RegisterStateRepository {
  constructor(
    private readonly sql: Transactions,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  async read(): Promise<RegisterState> {
    const rows = await this.sql.query<StateRow>(STATE, [Object.keys(METHODS)]);
    const calls = rows.reduce((sum, row) => sum + row.calls, 0);
    return {
      methods: rows.map(methodState),
      permits: { held: rows[0]?.held ?? 0, limit: this.settings.TREMBITA_CONCURRENCY },
      rate: { perSecond: calls / COUNTED_SECONDS, limit: this.settings.TREMBITA_RATE_PER_SECOND ?? null },
    };
  }
}

function methodState({ method, state, calls, failures, ...row }: StateRow): MethodState {
  return {
    ...{ method, state, calls, failures },
    openUntil: row.open_until,
    probeBy: row.probe_by,
    probeUntil: row.probe_until,
    answeredAt: row.answered_at,
  };
}
