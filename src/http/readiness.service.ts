import { Inject, Injectable, type OnModuleInit, ServiceUnavailableException } from '@nestjs/common';
import {
  HealthCheckService,
  type HealthCheckResult,
  HealthIndicatorService,
  type HealthIndicatorFunction,
} from '@nestjs/terminus';
import { Metrics } from '../observability';

/** Asks whether something is as it must be. May throw or hang; both count as no. */
export type Probe = () => Promise<boolean>;

/** What readiness depends on. The layers that know the servers provide these. */
export interface ReadinessProbes {
  /** Does PostgreSQL answer a statement? */
  readonly database: Probe;
  /** May statements write? Not on a standby. */
  readonly writable: Probe;
  /** Is every migration of this program applied? */
  readonly migrations: Probe;
  /** Does Redis answer? Left out where Redis is not used. */
  readonly redis?: Probe;
}

/** Ask for it with `@Inject(READINESS_PROBES) probes: ReadinessProbes`. */
export const READINESS_PROBES = Symbol('READINESS_PROBES');

/** What `/health/ready` answers. */
export interface Readiness {
  readonly database: 'up' | 'read_only' | 'down';
  readonly redis: 'up' | 'down' | 'not_needed';
  readonly migrations: 'applied' | 'pending' | 'unknown';
}

/** Shorter than the patience of every orchestrator we know of, longer than any healthy server's answer. */
const PROBE_DEADLINE_MS = 2_000;

/** Shorter than a collection of metrics waits: a server that hangs is to be seen in them. */
const PROBE_FOR_METRICS_MS = 1_500;

/**
 * Asks one probe within its deadline. While an answer is outstanding the probe is not asked again: a hanging server
 * would otherwise collect one more connection with each request.
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

/** What is asked about PostgreSQL. */
type DatabaseQuestion = 'database' | 'writable' | 'migrations';

const isUp = ({ details }: HealthCheckResult, key: DatabaseQuestion): boolean =>
  details[key]?.status === 'up';

/** Whether the process may get requests. */
@Injectable()
export class ReadinessService implements OnModuleInit {
  private readonly indicators: HealthIndicatorFunction[];
  private readonly redis: Probe | undefined;

  constructor(
    @Inject(READINESS_PROBES) private readonly probes: ReadinessProbes,
    private readonly health: HealthCheckService,
    private readonly results: HealthIndicatorService,
    private readonly metrics: Metrics,
  ) {
    const { database, writable, migrations, redis } = probes;
    this.indicators = [
      this.indicator('database', database),
      this.indicator('writable', writable),
      this.indicator('migrations', migrations),
    ];
    this.redis = redis && withDeadline(redis);
  }

  /** Shows at each collection which servers answer. */
  onModuleInit(): void {
    const { writable, redis } = this.probes;
    this.showServer('postgresql', writable);
    if (redis !== undefined) this.showServer('redis', redis);
  }

  /** Redis only wakes workers up, and the state of the registers is not ours: neither makes a process unready. */
  async check(): Promise<Readiness & { readonly isReady: boolean }> {
    const [result, redis] = await Promise.all([this.result(), this.redis?.()]);
    const database = isUp(result, 'database');
    const pending = database ? 'pending' : 'unknown';
    const up = isUp(result, 'writable') ? 'up' : 'read_only';
    return {
      isReady: result.status === 'ok',
      database: database ? up : 'down',
      redis: redis === undefined ? 'not_needed' : redis ? 'up' : 'down',
      migrations: isUp(result, 'migrations') ? 'applied' : pending,
    };
  }

  private showServer(server: string, probe: Probe): void {
    const ask = withDeadline(probe, PROBE_FOR_METRICS_MS);
    this.metrics.refreshBy(async () => this.metrics.serverUp.set({ server }, (await ask()) ? 1 : 0));
  }

  private indicator(key: DatabaseQuestion, probe: Probe): HealthIndicatorFunction {
    const ask = withDeadline(probe);
    return async () => {
      const indicator = this.results.check(key);
      return (await ask()) ? indicator.up() : indicator.down();
    };
  }

  private async result(): Promise<HealthCheckResult> {
    try {
      return await this.health.check(this.indicators);
    } catch (error) {
      if (error instanceof ServiceUnavailableException) return error.getResponse() as HealthCheckResult;
      throw error;
    }
  }
}
