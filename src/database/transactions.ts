import { randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { PoolClient, QueryResultRow } from 'pg';
import type { DataSource } from 'typeorm';
import { arrayLiteral, isPlainArray } from './array-literal';
import { codeOf, withCode } from './failure';

/**
 * One SQL statement. With a name it is prepared once per connection; only statements whose text never changes
 * carry one.
 */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** Where statements can be sent: an open transaction, or the pool for a statement that stands alone. */
export interface Sql {
  /** Rows the statement gives back, whatever its kind. */
  rows<Row extends QueryResultRow>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
}

/** Deadlock and serialization failure: PostgreSQL undid the transaction, and the same one may well succeed now. */
const TRY_AGAIN_CODES: ReadonlySet<unknown> = new Set(['40P01', '40001']);
const TRIES = 4;
const LONGEST_PAUSE_MS = 50;

/** Counts what the database made us do again, and every statement sent. */
export interface SqlObserver {
  statements(n: number): void;
  triedAgain(): void;
}

const NOBODY: SqlObserver = { statements: () => undefined, triedAgain: () => undefined };

/** Opens transactions on a data source, and sends single statements. */
export class Transactions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly observer: SqlObserver = NOBODY,
  ) {}

  /**
   * Runs the work in one transaction (READ COMMITTED: every statement sees what was committed before it began).
   * A transaction that PostgreSQL chose as the victim of a deadlock is run again, three times at most, so the work
   * must have no effect outside the database.
   */
  run<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    return this.untilDone(() => this.once(work));
  }

  /** Sends one statement that is a transaction of its own, and sends it again like one. */
  rows<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    return this.untilDone(() =>
      this.onConnection((client) => {
        this.observer.statements(1);
        return send<Row>(client, statement, values);
      }),
    );
  }

  private async untilDone<Result>(attemptOnce: () => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await attemptOnce();
      } catch (error) {
        if (attempt >= TRIES || !TRY_AGAIN_CODES.has(codeOf(error))) throw error;
        this.observer.triedAgain();
        await wait(randomInt(1, LONGEST_PAUSE_MS * attempt));
      }
    }
  }

  private once<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    return this.onConnection(async (client) => {
      let sent = 2;
      const sql: Sql = {
        rows: (statement, values = []) => {
          sent += 1;
          return send(client, statement, values);
        },
      };
      try {
        await client.query('BEGIN');
        const result = await work(sql);
        await client.query('COMMIT');
        return result;
      } catch (error) {
        // A broken connection cannot roll back, and need not: PostgreSQL does it when the connection is gone.
        await client.query('ROLLBACK').catch(() => undefined);
        throw error;
      } finally {
        this.observer.statements(sent);
      }
    });
  }

  private async onConnection<Result>(work: (client: PoolClient) => Promise<Result>): Promise<Result> {
    const queryRunner = this.dataSource.createQueryRunner();
    try {
      return await work((await queryRunner.connect()) as PoolClient);
    } catch (error) {
      throw withCode(error);
    } finally {
      await queryRunner.release();
    }
  }
}

async function send<Row extends QueryResultRow>(
  client: PoolClient,
  statement: Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  const result = await client.query<Row>({
    ...(statement.name === undefined ? {} : { name: statement.name }),
    text: statement.text,
    values: values.map((value) => (isPlainArray(value) ? arrayLiteral(value) : value)),
  });
  return result.rows;
}
