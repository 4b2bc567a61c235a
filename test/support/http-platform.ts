import type { DynamicModule } from '@nestjs/common';
import { Transactions } from '../../src/database/transactions';
import { Refusal } from '../../src/domain/refusal';
import { CALLERS, type Callers, READINESS_PROBES, type ReadinessProbes } from '../../src/http';
import { Log, Metrics } from '../../src/observability';

/** Settings of listeners on this machine, on ports that are free. */
export const ANY_PORT = {
  HTTP_HOST: '127.0.0.1',
  HTTP_PORT: 0,
  HTTP_REQUEST_TIMEOUT_MS: 10_000,
  HTTP_TRUSTED_PROXIES: 0,
  INTERNAL_HOST: '127.0.0.1',
  INTERNAL_PORT: 0,
  WORKER_INTERNAL_PORT: 0,
};

interface Platform {
  readonly log: Log;
  readonly probes?: Partial<ReadinessProbes>;
  readonly callers?: Callers;
}

const UP: ReadinessProbes = {
  database: () => Promise.resolve(true),
  writable: () => Promise.resolve(true),
  migrations: () => Promise.resolve(true),
};

const NO_CALLERS: Callers = { authenticate: () => Promise.reject(new Refusal('access_token_invalid')) };

/** No call of these applications reads persons, so none of them writes to the audit log. */
const NO_DATABASE = {};

/** What `HttpModule` needs of other modules. By default every server answers, and every token is wrong. */
export function httpPlatform({ log, probes = {}, callers = NO_CALLERS }: Platform): DynamicModule {
  return {
    module: class HttpPlatform {},
    global: true,
    providers: [
      { provide: Log, useValue: log },
      Metrics,
      { provide: READINESS_PROBES, useValue: { ...UP, ...probes } },
      { provide: CALLERS, useValue: callers },
      { provide: Transactions, useValue: NO_DATABASE },
    ],
    exports: [Log, Metrics, READINESS_PROBES, CALLERS, Transactions],
  };
}
