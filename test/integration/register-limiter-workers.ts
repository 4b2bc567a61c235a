import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { QueryResultRow } from 'pg';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { type Statement, Transactions } from '../../src/database/transactions';
import type { CallEnd, Permit } from '../../src/mvs-trembita';
import {
  CircuitBreakerRepository,
  PermitRepository,
} from '../../src/mvs-trembita/limiter/limiter.repository';
import type { LimiterSettings } from '../../src/mvs-trembita/limiter/limiter.rules';
import { RegisterLimiter } from '../../src/mvs-trembita/limiter/register-limiter.service';
import { Metrics } from '../../src/observability';
import { type FreshDatabase, freshDatabase } from '../support/database';
import { asAdmin } from '../support/sql-session';

/** The method whose limiter is tested; the others are the same. */
export const METHOD = 'CheckPassportDMSStatus';
/** A signal that stops nobody. */
export const NEVER = new AbortController().signal;

const SETTINGS: LimiterSettings = {
  TREMBITA_CONCURRENCY: 20,
  TREMBITA_CONCURRENCY_PER_WORKER: 20,
  TREMBITA_RATE_PER_SECOND: undefined,
  TREMBITA_BREAKER_SHARE: 0.5,
  TREMBITA_BREAKER_MIN_CALLS: 20,
  TREMBITA_BREAKER_OPEN_MS: 300,
  TREMBITA_TIMEOUT_MS: 2000,
  VERIFICATION_LEASE_SECONDS: 2,
  JOB_POLL_SECONDS: 5,
};

/** Counts the statements, and rejects them while a test cuts the connection. */
class WatchedTransactions extends Transactions {
  readonly sent: string[] = [];
  isCut = false;

  override query<Row extends QueryResultRow>(
    statement: Statement,
    values: readonly unknown[] = [],
  ): Promise<Row[]> {
    if (this.isCut) return Promise.reject(new Error('the database is away'));
    this.sent.push(statement.name ?? statement.text);
    return super.query<Row>(statement, values);
  }
}

/** An installation of several workers: each has its own limiter, all share one database. */
export class TestEnvironment {
  readonly sql: WatchedTransactions;
  private limiters: RegisterLimiter[] = [];

  private constructor(
    readonly dataSource: DataSource,
    private readonly database: FreshDatabase,
  ) {
    this.sql = new WatchedTransactions(dataSource, new Metrics());
  }

  static async start(): Promise<TestEnvironment> {
    const database = await freshDatabase();
    const dataSource = new DataSource(dataSourceOptions(database.url, { poolSize: 10 }));
    return new TestEnvironment(await dataSource.initialize(), database);
  }

  get permits(): PermitRepository {
    return new PermitRepository(this.sql);
  }

  get circuits(): CircuitBreakerRepository {
    return new CircuitBreakerRepository(this.sql);
  }

  async worker(settings: Partial<LimiterSettings> = {}): Promise<RegisterLimiter> {
    const all = { ...SETTINGS, ...settings };
    const limiter = new RegisterLimiter(all, randomUUID(), this.permits, this.circuits, new Metrics());
    this.limiters.push(limiter);
    await limiter.join();
    return limiter;
  }

  /** All workers leave and the rows are as at first. */
  async clear(): Promise<void> {
    this.sql.isCut = false;
    await Promise.all(this.limiters.map((limiter) => limiter.leave()));
    this.limiters = [];
    const tables = ['places', 'workers', 'rate', 'breakers', 'call_counts'];
    await asAdmin(this.database.adminUrl, ...tables.map((table) => `DELETE FROM mimir.register_${table}`));
  }

  async stop(): Promise<void> {
    await this.dataSource.destroy();
    await this.database.drop();
  }

  /** As if the worker with the probe had taken too long. */
  endProbeLease(): Promise<void> {
    return asAdmin(
      this.database.adminUrl,
      `UPDATE mimir.register_breakers SET probe_until = now() WHERE probe_by IS NOT NULL`,
    );
  }

  async breaker(): Promise<{ open_ms: number | null; probe_by: string | null }> {
    const [row] = await this.dataSource.query<{ open_ms: number | null; probe_by: string | null }[]>(
      `SELECT open_ms, probe_by FROM mimir.register_breakers WHERE method = $1`,
      [METHOD],
    );
    if (row === undefined) throw new Error('There is no breaker.');
    return row;
  }
}

export async function permitFrom(limiter: RegisterLimiter): Promise<Permit> {
  const answer = await limiter.permit(METHOD, NEVER);
  if (typeof answer === 'string') throw new Error(`No permit: ${answer}.`);
  return answer;
}

/** Calls until the signal, one after the other; `during` is what a call does. */
export async function keepCalling(
  limiter: RegisterLimiter,
  signal: AbortSignal,
  during: () => Promise<void>,
): Promise<void> {
  for (;;) {
    const answer = await limiter.permit(METHOD, signal);
    if (typeof answer === 'string') return;
    await during();
    answer.done('answered');
  }
}

/** Calls that all end in one way, five at once, until the circuit opens; returns how many got a permit. */
export async function callsUntilOpen(limiter: RegisterLimiter, end: CallEnd, most = 1000): Promise<number> {
  let calls = 0;
  const oneAfterAnother = async (): Promise<void> => {
    while (calls < most) {
      const answer = await limiter.permit(METHOD, NEVER);
      if (typeof answer === 'string') return;
      calls += 1;
      await pause(1);
      answer.done(end);
    }
  };
  await Promise.all(Array.from({ length: 5 }, oneAfterAnother));
  return calls;
}
