import { Injectable } from '@nestjs/common';
import { createHash, randomInt } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Client, PoolClient, QueryResultRow } from 'pg';
import {
  DataSource,
  type DeepPartial,
  type EntityMetadata,
  type EntityTarget,
  type ObjectLiteral,
  type QueryRunner,
  type Repository,
} from 'typeorm';
import { Metrics, type SpanFacts, tracing } from '../observability';
import { codeOf, isReadOnly, isStalePlan, withCode } from './sql-errors';

/**
 * One SQL statement. With a name it is prepared once per connection; only statements whose text never changes
 * carry one.
 */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/**
 * What sends statements: an open transaction, or `Transactions` itself for a statement that is a transaction of its
 * own. Pass it on to every repository that takes part in the transaction; nothing else joins it.
 */
export interface Sql {
  /** The rows the statement returns, of any kind of statement. */
  query<Row extends QueryResultRow>(statement: Statement, values?: readonly unknown[]): Promise<Row[]>;
  /** TypeORM's repository of an entity. What it writes is part of the same transaction. */
  repository<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Repository<Entity>;
}

/** Deadlock and serialization failure: PostgreSQL undid the transaction, and the same one may succeed now. */
const REPEATABLE_CODES: ReadonlySet<unknown> = new Set(['40P01', '40001']);

/** The calls of a repository on the pool that are one statement. */
const REPEATED_CALLS: ReadonlySet<string | symbol> = new Set<keyof Repository<ObjectLiteral>>([
  'find',
  'findBy',
  'findOne',
  'findOneBy',
  'existsBy',
  'countBy',
  'insert',
  'update',
  'delete',
]);
const MAX_ATTEMPTS = 4;

const MAX_PAUSE_MS = 50;

/**
 * Opens transactions on the pool, and sends single statements. The transaction is the `sql` argument of the work: there
 * is no hidden context (docs/decisions/0022-one-transaction-handle.md).
 */
@Injectable()
export class Transactions implements Sql {
  constructor(
    private readonly dataSource: DataSource,
    private readonly metrics: Metrics,
  ) {
    // BEGIN, COMMIT and what repositories send goes through TypeORM; other statements are counted where they are sent.
    this.dataSource.subscribers.push({
      afterQuery: ({ query, executionTime }) => {
        this.metrics.sqlStatements.inc();
        tracing.recorder?.finished(spanOf(FIRST_WORDS.exec(query)?.[0] ?? 'sql'), executionTime ?? 0);
      },
    });
  }

  /**
   * Does the work in one transaction (READ COMMITTED: every statement sees what was committed before it began). After a
   * deadlock, a serialization failure or a prepared statement that no longer fits it repeats the whole work, three times
   * at most, so the work must have no effect outside the database.
   */
  inTransaction<Result>(work: (sql: Sql) => Promise<Result>): Promise<Result> {
    return this.repeated((prepares) => this.once(work, prepares));
  }

  /** Sends one statement that is a transaction of its own, and repeats it like one. */
  query<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    return this.repeated((prepares) =>
      this.onConnection((_, client) => {
        this.metrics.sqlStatements.inc();
        return send<Row>(client, prepares ? statement : { text: statement.text }, values);
      }),
    );
  }

  /** A repository on the pool. Every call of `REPEATED_CALLS` is a transaction of its own, and is repeated like one. */
  repository<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Repository<Entity> {
    return new Proxy(this.dataSource.getRepository(entity), {
      get: (repository, name) => {
        const member: unknown = Reflect.get(repository, name);
        if (typeof member !== 'function' || !REPEATED_CALLS.has(name)) return member;
        return (...given: unknown[]) =>
          this.repeated(async () => {
            try {
              return (await member.apply(repository, given)) as unknown;
            } catch (error) {
              throw withCode(error);
            }
          });
      },
    });
  }

  /**
   * After a prepared statement that no longer fits, nothing is prepared any more in the next attempts: the other
   * connections of the pool may hold the same plan.
   */
  private async repeated<Result>(attemptOnce: (prepares: boolean) => Promise<Result>): Promise<Result> {
    let prepares = true;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await attemptOnce(prepares);
      } catch (error) {
        const isStale = prepares && isStalePlan(error);
        if (attempt >= MAX_ATTEMPTS || !(isStale || REPEATABLE_CODES.has(codeOf(error)))) throw error;
        if (isStale) prepares = false;
        this.metrics.transactionsRepeated.inc();
        await wait(randomInt(1, MAX_PAUSE_MS * attempt));
      }
    }
  }

  private once<Result>(work: (sql: Sql) => Promise<Result>, prepares: boolean): Promise<Result> {
    return this.onConnection(async (queryRunner, client) => {
      const sql = new OpenTransaction(queryRunner, client, prepares);
      try {
        await queryRunner.startTransaction();
        const result = await work(sql);
        await queryRunner.commitTransaction();
        return result;
      } catch (error) {
        // A broken connection cannot roll back and does not need to: PostgreSQL does when the connection is gone.
        await queryRunner.rollbackTransaction().catch(() => undefined);
        throw error;
      } finally {
        this.metrics.sqlStatements.inc(sql.sent);
      }
    });
  }

  private async onConnection<Result>(
    work: (queryRunner: QueryRunner, client: PoolClient) => Promise<Result>,
  ): Promise<Result> {
    const queryRunner = this.dataSource.createQueryRunner();
    let client: PoolClient | undefined;
    try {
      client = (await queryRunner.connect()) as PoolClient;
      return await work(queryRunner, client);
    } catch (error) {
      if (client !== undefined && isUseless(error)) discard(client);
      throw withCode(error);
    } finally {
      await queryRunner.release();
    }
  }
}

/** Whether the connection would fail the next statement too: a new one may reach the new primary, or plans afresh. */
const isUseless = (error: unknown): boolean => isStalePlan(error) || isReadOnly(error);

/** Ends the connection; the pool removes it as soon as it is released. */
function discard(client: PoolClient): void {
  void (client as unknown as Client).end().catch(() => undefined);
}

/** One transaction on one connection. */
class OpenTransaction implements Sql {
  /** Statements that did not go through TypeORM. */
  sent = 0;

  constructor(
    private readonly queryRunner: QueryRunner,
    private readonly client: PoolClient,
    private readonly prepares: boolean,
  ) {}

  query<Row extends QueryResultRow>(statement: Statement, values: readonly unknown[] = []): Promise<Row[]> {
    this.sent += 1;
    return send(this.client, this.prepares ? statement : { text: statement.text }, values);
  }

  repository<Entity extends ObjectLiteral>(entity: EntityTarget<Entity>): Repository<Entity> {
    return this.queryRunner.manager.getRepository(entity);
  }
}

/** The statements of `insertRows`, by their text. There is one for each table and set of columns. */
const INSERTS = new Map<string, Statement>();

function insertOf({ tablePath: table, tableName }: EntityMetadata, columns: readonly string[]): Statement {
  const names = columns.map((name) => `"${name}"`).join(', ');
  const text = `INSERT INTO ${table} (${names}) SELECT ${names} FROM jsonb_populate_recordset(NULL::${table}, $1::jsonb)`;
  const known = INSERTS.get(text);
  if (known !== undefined) return known;
  const name = `insert_${tableName}_${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
  const statement = { name, text };
  INSERTS.set(text, statement);
  return statement;
}

/**
 * Inserts rows of an entity by one prepared statement and reads nothing back, which costs a third of what
 * `Repository.insert` costs. Columns that no row has keep their defaults; a column that only some rows have is null in the
 * others. An empty list sends no statement.
 */
export async function insertRows<Entity extends ObjectLiteral>(
  sql: Sql,
  entity: EntityTarget<Entity>,
  rows: readonly DeepPartial<Entity>[],
): Promise<void> {
  if (rows.length === 0) return;
  const { metadata } = sql.repository(entity);
  const given = metadata.columns.filter((column) =>
    rows.some((row) => column.getEntityValue(row) !== undefined),
  );
  const records = rows.map((row) =>
    Object.fromEntries(given.map((column) => [column.databaseName, column.getEntityValue(row) as unknown])),
  );
  const names = given.map(({ databaseName }) => databaseName);
  await sql.query(insertOf(metadata, names), [JSON.stringify(records)]);
}

/** The kind of a statement that TypeORM wrote; its text is not recorded. */
const FIRST_WORDS = /^(SELECT|INSERT|UPDATE|DELETE|START|COMMIT|ROLLBACK)\b/;

function spanOf(name: string): SpanFacts {
  const attributes = { 'db.system.name': 'postgresql', 'db.query.summary': name };
  return { name, kind: 'client', when: 'in_open_span', attributes };
}

function send<Row extends QueryResultRow>(
  client: PoolClient,
  statement: Statement,
  values: readonly unknown[],
): Promise<Row[]> {
  const { recorder } = tracing;
  if (recorder === undefined) return sendUntraced(client, statement, values);
  const name = statement.name ?? FIRST_WORDS.exec(statement.text.trim())?.[0] ?? 'sql';
  return recorder.inSpan(spanOf(name), () => sendUntraced<Row>(client, statement, values));
}

async function sendUntraced<Row extends QueryResultRow>(
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

/** What an array parameter may hold; everything else is left to the driver. */
export type ArrayElement = string | number | boolean | null;

/** Characters that end or begin something in an array literal, and white space, which is cut off unless quoted. */
const NEEDS_QUOTES = /[\s"\\{},]|^$|^null$/i;

const TO_ESCAPE = /["\\]/g;

/**
 * A one-dimensional array as PostgreSQL reads one. The driver quotes and searches every element; in groups of hundreds
 * of persons with a dozen columns that is a tenth of what a write costs this process, and ids and statuses need none.
 */
export function arrayLiteral(elements: readonly ArrayElement[]): string {
  let literal = '{';
  for (let index = 0; index < elements.length; index += 1) {
    if (index > 0) literal += ',';
    const element = elements[index] ?? null;
    literal += typeof element === 'string' ? quoted(element) : (element ?? 'NULL');
  }
  return `${literal}}`;
}

/** Whether `arrayLiteral` can write it. */
export function isPlainArray(value: unknown): value is readonly ArrayElement[] {
  return Array.isArray(value) && value.every((element) => element === null || typeof element !== 'object');
}

function quoted(text: string): string {
  return NEEDS_QUOTES.test(text) ? `"${text.replace(TO_ESCAPE, '\\$&')}"` : text;
}
