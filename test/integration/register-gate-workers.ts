import { Metrics } from '../../src/observability';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { QueryResultRow } from 'pg';
import { DataSource, type EntityTarget, type ObjectLiteral, type Repository } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { Transactions, type Sql, type Statement } from '../../src/database/transactions';
import type { GateSettings } from '../../src/mvs-trembita/gate/gate-store';
import { RegisterGateRepository } from '../../src/mvs-trembita/gate/register-gate.repository';
import { SharedRegisterGate } from '../../src/mvs-trembita/gate/shared-register-gate';
import type { CallEnd, Permit } from '../../src/mvs-trembita/register-gate';
import { freshDatabase } from '../support';

/** The method whose gate is tested; the others are the same. */
export const METHOD = 'CheckPassportDMSStatus';
/** A signal that stops nobody. */
export const NEVER = new AbortController().signal;

const SETTINGS: GateSettings = {
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

/** The way to the database, counted, and cut when a test says so. */
class WatchedSql implements Sql {
  readonly sent: string[] = [];
  isCut = false;

  constructor(private readonly sql: Sql) {}

  query<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    if (this.isCut) return Promise.reject(new Error('the database is away'));
    this.sent.push(statement.name ?? statement.text);
    return this.sql.query<Row>(statement, values);
  }

  repository<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Repository<Entity> {
    return this.sql.repository(entity);
  }
}

/** An installation of several workers: each has a gate of its own, all share one database. */
export class Installation {
  readonly sql: WatchedSql;
  private gates: SharedRegisterGate[] = [];

  private constructor(
    readonly dataSource: DataSource,
    private readonly drop: () => Promise<void>,
  ) {
    this.sql = new WatchedSql(new Transactions(dataSource, new Metrics()));
  }

  static async start(): Promise<Installation> {
    const database = await freshDatabase();
    const dataSource = new DataSource(dataSourceOptions(database.url, { poolSize: 10 }));
    return new Installation(await dataSource.initialize(), () => database.drop());
  }

  get store(): RegisterGateRepository {
    return new RegisterGateRepository(this.sql);
  }

  async worker(settings: Partial<GateSettings> = {}): Promise<SharedRegisterGate> {
    const all = { ...SETTINGS, ...settings };
    const gate = new SharedRegisterGate({ settings: all, worker: randomUUID(), sql: this.store });
    this.gates.push(gate);
    await gate.join();
    return gate;
  }

  /** All workers leave and the rows are as on the first day. */
  async clear(): Promise<void> {
    this.sql.isCut = false;
    await Promise.all(this.gates.map((gate) => gate.leave()));
    this.gates = [];
    for (const table of ['places', 'workers', 'rate', 'breakers', 'call_counts']) {
      await this.dataSource.query(`DELETE FROM mimir.register_${table}`);
    }
  }

  async stop(): Promise<void> {
    await this.dataSource.destroy();
    await this.drop();
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

export async function permitFrom(gate: SharedRegisterGate): Promise<Permit> {
  const answer = await gate.permit(METHOD, NEVER);
  if (typeof answer === 'string') throw new Error(`No permit: ${answer}.`);
  return answer;
}

/** Calls until told to stop, one after the other; `during` is what a call does. */
export async function keepCalling(
  gate: SharedRegisterGate,
  signal: AbortSignal,
  during: () => Promise<void>,
): Promise<void> {
  for (;;) {
    const answer = await gate.permit(METHOD, signal);
    if (typeof answer === 'string') return;
    await during();
    answer.done('answered');
  }
}

/** Calls that all end in one way, five at once, until the gate is shut; gives how many were let through. */
export async function callsUntilShut(gate: SharedRegisterGate, end: CallEnd, most = 1000): Promise<number> {
  let calls = 0;
  const oneAfterAnother = async (): Promise<void> => {
    while (calls < most) {
      const answer = await gate.permit(METHOD, NEVER);
      if (typeof answer === 'string') return;
      calls += 1;
      await pause(1);
      answer.done(end);
    }
  };
  await Promise.all(Array.from({ length: 5 }, oneAfterAnother));
  return calls;
}
