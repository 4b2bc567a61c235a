/** Asks whether something is as it must be. May throw or hang; both count as no. */
export type Probe = () => Promise<boolean>;

/** What readiness depends on. The rooms that know the servers hand these in. */
export interface ReadinessProbes {
  /** Does PostgreSQL answer a statement? */
  readonly database: Probe;
  /** Is every migration of this program applied? */
  readonly migrations: Probe;
  /** Does Redis answer? Left out where Redis is not used. */
  readonly redis?: Probe;
}

/** Ask for it with `@Inject(READINESS_PROBES) probes: ReadinessProbes`. */
export const READINESS_PROBES = Symbol('READINESS_PROBES');

/** What `/health/ready` tells. */
export interface Readiness {
  readonly database: 'up' | 'down';
  readonly redis: 'up' | 'down' | 'not_needed';
  readonly migrations: 'applied' | 'pending' | 'unknown';
}

/** Shorter than the patience of every orchestrator we know of, longer than any healthy server's answer. */
const PROBE_DEADLINE_MS = 2_000;

/**
 * Asks one probe within its deadline. While an answer is outstanding the question is not put again: a hanging
 * server would otherwise collect one more connection with each look.
 */
export function withDeadline(probe: Probe, deadlineMs = PROBE_DEADLINE_MS): Probe {
  let asked: Promise<boolean> | undefined;
  const ask = (): Promise<boolean> => {
    asked ??= Promise.resolve()
      .then(probe)
      .catch(() => false)
      .finally(() => {
        asked = undefined;
      });
    return asked;
  };
  return async () => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(() => resolve(false), deadlineMs);
    });
    try {
      return await Promise.race([ask(), late]);
    } finally {
      clearTimeout(timer);
    }
  };
}

/** Redis only rings a bell and the register's state is not ours, so neither makes a program unready. */
export function isReady({ database, migrations }: Readiness): boolean {
  return database === 'up' && migrations === 'applied';
}
