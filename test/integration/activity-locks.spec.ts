import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Sql } from '../../src/database/transactions';
import { OutcomeRepository } from '../../src/verifications/outcome.repository';
import { PARTIES, PERSONS, type Subject } from '../../src/verifications/subject';
import { aParty, aPerson } from '../support/builders';
import { emptyTables, openRegistry, type Registry } from '../support/database';
import { noRepository, Session } from '../support/sql-session';
import { waitUntil } from '../support/wait-until';

const FIRST = '00000000-dddd-4ddd-8ddd-000000000001';
const LAST = 'ffffffff-dddd-4ddd-8ddd-000000000002';
/** When PostgreSQL looks for deadlocks, unless told otherwise. */
const DEADLOCK_TIMEOUT_MS = 1_000;

let registry: Registry;
/** Another program, which deactivates people. */
let program: Session;
/** A third session: holds a row until every session has reached the statement that the test needs. */
let holder: Session;
/** Locks verifications without their persons. */
let reader: Session;

beforeAll(async () => {
  // Below our lock timeout. A busy machine may be late by more than the half second that PostgreSQL leaves us by default.
  registry = await openRegistry(`deadlock_timeout = '3s'`);
  program = await Session.open(registry.database.adminUrl);
  holder = await Session.open(registry.database.adminUrl);
  reader = await Session.open(registry.database.adminUrl);
  return async () => {
    await Promise.all([program.close(), holder.close(), reader.close()]);
  };
});
afterAll(() => registry.close());

const KINDS: readonly [Subject, (id: string) => Promise<string>][] = [
  [PERSONS, (id) => aPerson().withId(id).save(registry.sql)],
  [PARTIES, (id) => aParty().withId(id).save(registry.sql)],
];

describe.each(KINDS)('The activity of $people', (subject, save) => {
  const { people, verifications, id, active } = subject;

  beforeEach(async () => {
    await emptyTables(registry.sql);
    // The last id is the first row of the table, so an UPDATE of both finds it first.
    await save(LAST);
    await save(FIRST);
    await program.run(`SET enable_indexscan = off`, `SET enable_bitmapscan = off`);
  });

  /** A write of the program: locks what it needs, and ends when `end` is called. */
  function writeOf(ids: readonly string[]) {
    const sent: string[] = [];
    let end: () => void = () => undefined;
    let locked: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const isLocked = new Promise<void>((resolve) => (locked = resolve));
    const written = registry.transactions.inTransaction(async (sql) => {
      const heard: Sql = {
        query: (statement, values) => (sent.push(statement.text), sql.query(statement, values)),
        repository: noRepository,
      };
      await new OutcomeRepository().lock(heard, subject, ids);
      locked();
      await ended;
      await sql.query({ text: `UPDATE ${people} SET updated_at = now() WHERE id = ANY ($1)` }, [ids]);
    });
    return { written, isLocked, end, sent };
  }

  const deactivate = (...ids: string[]) =>
    program.run(
      `UPDATE ${people} SET is_active = false WHERE id IN (${ids.map((one) => `'${one}'`).join(', ')})`,
    );
  const copies = async (): Promise<unknown> =>
    registry.sql.query({
      text: `SELECT ${id} AS id, ${active} AS active FROM ${verifications} ORDER BY ${id}`,
    });
  const waiting = async (): Promise<number> => {
    const text = `
      SELECT count(*)::int AS n FROM pg_locks JOIN pg_stat_activity USING (pid)
       WHERE NOT granted AND datname = current_database()`;
    return Number((await registry.sql.query({ text }))[0]?.['n']);
  };
  const hold = (one: string): Promise<void> =>
    holder.run('BEGIN', `SELECT FROM ${verifications} WHERE ${id} = '${one}' FOR UPDATE`);

  it('reaches both rows of a change of two while somebody locks their verifications in the order of ids', async () => {
    await hold(LAST);
    const change = deactivate(LAST, FIRST);
    await holder.isWaitedFor(registry.sql);
    const locking = reader.run('BEGIN', `SELECT FROM ${verifications} ORDER BY ${id} FOR UPDATE`, 'COMMIT');
    await program.isWaitedFor(registry.sql);
    await holder.run('COMMIT');
    await Promise.all([change, locking]);
    expect(await copies()).toEqual([
      { id: FIRST, active: false },
      { id: LAST, active: false },
    ]);
  });

  it('of one waits for a write that began before it', async () => {
    const write = writeOf([FIRST, LAST]);
    await write.isLocked;
    const change = deactivate(LAST);
    await waitUntil(async () => (await waiting()) === 1, { what: 'the change to wait for the write' });
    write.end();
    await Promise.all([write.written, change]);
    expect(await copies()).toMatchObject([{ active: true }, { active: false }]);
  });

  it('of one that waits for its verifications keeps a write from locking them', async () => {
    await hold(LAST);
    const change = deactivate(LAST);
    await holder.isWaitedFor(registry.sql);
    const write = writeOf([LAST]);
    await program.isWaitedFor(registry.sql);
    write.end();
    await holder.run('COMMIT');
    await Promise.all([change, write.written]);
    expect(await copies()).toMatchObject([{ active: true }, { active: false }]);
  });

  it('changes for a program that locks two in another order: the write gives way, and may be repeated', async () => {
    await program.run('BEGIN', `UPDATE ${people} SET is_active = false WHERE id = '${LAST}'`);
    const write = writeOf([FIRST, LAST]);
    const failed = expect(write.written).rejects.toMatchObject({ code: '55P03' });
    // It waits half a second; on a busy machine it may have given way before anybody sees it wait.
    await Promise.race([program.isWaitedFor(registry.sql), failed]);
    await program.run(`UPDATE ${people} SET is_active = false WHERE id = '${FIRST}'`, 'COMMIT');
    await failed;
    const [, waitsMs] = /lock_timeout = '(\d+)ms'/.exec(write.sent.join()) ?? [];
    expect(Number(waitsMs)).toBeLessThan(DEADLOCK_TIMEOUT_MS);
    expect(await copies()).toMatchObject([{ active: false }, { active: false }]);
    const again = writeOf([FIRST, LAST]);
    again.end();
    await again.written;
  });

  it('is written only where it changes', async () => {
    const versions = async () =>
      registry.sql.query({ text: `SELECT xmin::text FROM ${verifications} ORDER BY ${id}` });
    const before = await versions();
    await program.run(`UPDATE ${people} SET updated_at = now()`, `UPDATE ${people} SET is_active = true`);
    expect(await versions()).toEqual(before);
  });
});
