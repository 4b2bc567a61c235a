import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DataSource } from 'typeorm';
import { OrderActivityLocks1700000001900 } from '../../migrations/1700000001900-order-activity-locks';
import { dataSourceOptions } from '../../src/database/data-source';
import { SeededRandom } from '../drills/seeded-random';
import { always, everyOrder } from './every-order';
import { execute, type Work } from './execution';
import { type Findings, Interleavings, namesOf } from './interleavings';
import { areDependent } from './statement-effects';
import { isActor, type Step, withoutRowLocks } from './stepped-connections';
import { World } from './world';
import { named, pairsOf, threesOf, worksOf } from './works';

/** The program pauses before it tries again. Here nothing happens meanwhile: everybody waits for the scheduler. */
vi.mock('node:timers/promises', async (original) => {
  const timers = await original<typeof import('node:timers/promises')>();
  const pause: typeof timers.setTimeout = (ms, ...rest) => timers.setTimeout(isActor() ? 0 : ms, ...rest);
  return { ...timers, default: timers, setTimeout: pause };
});

/** Whether all orders are tried, which takes many minutes, or a sample. */
const IS_WHOLE = process.env['INTERLEAVINGS'] === 'all';

/** After so many orders of the same transactions the others are left; the report says where. */
const MOST_ORDERS = Number(process.env['INTERLEAVINGS_MOST'] ?? 400);

/** Only the groups whose names match, for example those of a new transaction: `^new × | × new$`. */
const GROUPS_TRIED = new RegExp(process.env['INTERLEAVINGS_OF'] ?? '');

const SAMPLE = { seed: '20261128', pairs: 60, orders: 2 };

let world: World;
let works: readonly Work[];
let interleavings: Interleavings;

beforeAll(async () => {
  world = await World.start();
  works = worksOf(world);
  interleavings = new Interleavings(world);
});
afterAll(() => world.stop());

/** Tries everything, and reports it line by line. */
async function reported(
  kind: string,
  groups: readonly (readonly Work[])[],
  tryOne: (works: readonly Work[]) => Promise<Findings>,
): Promise<readonly string[]> {
  const all: Findings[] = [];
  for (const group of groups.filter((works) => GROUPS_TRIED.test(namesOf(works)))) {
    const findings = await tryOne(group);
    all.push(findings);
    if (IS_WHOLE) say(lineOf(findings));
  }
  const sum = (count: (one: Findings) => number): number => all.reduce((total, one) => total + count(one), 0);
  const possible = all.reduce((total, one) => total + one.possible, 0n);
  say(
    `${kind}: ${all.length}, of which ${all.filter(({ isLimited }) => isLimited).length} not in all orders; ` +
      `orders: ${sum(({ orders }) => orders)} of ${possible}, ${sum(({ brokenOff }) => brokenOff)} broken off; ` +
      `waits: ${sum(({ waits }) => waits)}; deadlocks: ${sum(({ deadlocks }) => deadlocks)}; ` +
      `violations: ${sum(({ violations }) => violations.size)}`,
  );
  return all.flatMap(violationsOf);
}

const say = (line: string): boolean => process.stdout.write(`${line}\n`);

const lineOf = ({
  names,
  orders,
  brokenOff,
  possible,
  isLimited,
  waits,
  deadlocks,
  violations,
}: Findings): string =>
  `${names}: ${orders}${isLimited ? ' (not all)' : ''} of ${possible} orders, ${brokenOff} broken off, ` +
  `${waits} waits, ${deadlocks} deadlocks, ${violations.size} violations`;

const violationsOf = ({ names, violations }: Findings): string[] =>
  [...violations].map(([sentence, order]) => `${names}: ${sentence}, in the order\n      ${order}`);

describe('Transactions of the program, statement by statement', () => {
  it.skipIf(IS_WHOLE)('keep every rule in a sample of orders', async () => {
    const random = new SeededRandom(SAMPLE.seed);
    const pairs = [...pairsOf(works)];
    const sample = Array.from(
      { length: SAMPLE.pairs },
      () => pairs.splice(random.below(pairs.length), 1)[0] ?? [],
    );
    const { seed, orders } = SAMPLE;
    expect(
      await reported('sample of pairs', sample, (two) => interleavings.some(two, { seed, orders })),
    ).toEqual([]);
  });

  it.runIf(IS_WHOLE)('keep every rule in every order of every two', { timeout: 7_200_000 }, async () => {
    expect(await reported('pairs', pairsOf(works), (two) => interleavings.all(two, MOST_ORDERS))).toEqual([]);
  });

  it.runIf(IS_WHOLE)('keep every rule in every order of three', { timeout: 7_200_000 }, async () => {
    expect(
      await reported('threes', threesOf(works), (three) => interleavings.all(three, MOST_ORDERS)),
    ).toEqual([]);
  });
});

describe('What the orders find when a fix is taken out', () => {
  const sentencesOf = ({ violations }: Findings): string[] => [...violations.keys()];

  it('two users with one tax number, without the unique index', async () => {
    const users = named(works, ['create user', 'create user of another']);
    expect(sentencesOf(await interleavings.all(users))).toEqual([]);
    const [index] = await world.sql.query<{ indexdef: string }>({
      text: `SELECT indexdef FROM pg_indexes WHERE indexname = 'users_tax_number_key'`,
    });
    await world.sql.run('DROP INDEX mithril.users_tax_number_key');
    const found = await interleavings.all(users);
    await world.restore();
    await world.sql.run(index?.indexdef ?? '');
    expect(sentencesOf(found)).toContain('a tax number belongs to one active user');
  });

  it('a deadlock of a write and a deactivation, with the old order of locks', async () => {
    const meeting = named(works, ['reject', 'deactivate persons']);
    const before = await interleavings.all(meeting);
    expect(before).toMatchObject({ deadlocks: 0, violations: new Map() });
    const dataSource = await new DataSource(
      dataSourceOptions(world.fixture.env.database.adminUrl),
    ).initialize();
    const runner = dataSource.createQueryRunner();
    const fix = new OrderActivityLocks1700000001900();
    await fix.down(runner);
    const found = await withoutRowLocks(['lock_people'], () => interleavings.all(meeting));
    await fix.up(runner);
    await runner.release();
    await dataSource.destroy();
    expect(found.deadlocks).toBeGreaterThan(0);
    expect(sentencesOf(found)).toContainEqual(expect.stringContaining('40P01'));
  });

  it('two officials who decide about the same person, without the locks of their row', async () => {
    const officials = named(works, ['accept', 'reject']);
    const found = await withoutRowLocks(['lock_people', 'lock_verifications'], () =>
      interleavings.all(officials),
    );
    expect(sentencesOf(found)).toContain(
      'the moves of the manual stream lead from the first status to the present one',
    );
  });
});

describe('The pruning of orders', () => {
  /** Ends and states of everything, without ids and moments. */
  const STATE = `
    SELECT (SELECT jsonb_agg(to_jsonb(v) ORDER BY person_id) FROM (
              SELECT person_id, nhs_verification_status, dms_passport_verification_status, dms_passport_verification_reason,
                     dms_passport_retry_at IS NULL AS ready FROM mpi.person_verifications) AS v)::text
        || (SELECT coalesce(jsonb_agg(person_id || status_before || attempts ORDER BY person_id), '[]')
              FROM mpi.verification_locks)::text
        || (SELECT coalesce(jsonb_agg("row" || resource_id ORDER BY "row", resource_id), '[]') FROM mpi.audit_log)::text
        || (SELECT coalesce(jsonb_agg(counter || n ORDER BY counter), '[]') FROM mpi.job_run_counts)::text AS state`;

  async function statesOf(two: readonly Work[], dependence: (one: Step, other: Step) => boolean) {
    const states = new Set<string>();
    const { executions } = await everyOrder(
      async (choose) => {
        await world.restore();
        const execution = await execute(two, choose, world.observer);
        const [row] = await world.sql.query<{ state: string }>({ text: STATE });
        states.add(`${execution.ends.map(({ kind }) => kind).join()} ${row?.state ?? ''}`);
        return execution;
      },
      { dependence },
    );
    return { states: [...states].sort(), orders: executions.length };
  }

  it('loses no result', async () => {
    const two = named(works, ['technical error', 'requeue']);
    const pruned = await statesOf(two, (one, other) => areDependent(one.effects, other.effects));
    const all = await statesOf(two, always);
    expect(all.orders).toBeGreaterThan(pruned.orders);
    expect(pruned.states).toEqual(all.states);
  });

  it('knows every table that PostgreSQL locks for a statement of a transaction that nobody meets', async () => {
    const unknown = new Set<string>();
    await world.recordsLocks(false);
    for (const work of works) {
      await world.restore();
      const known = new Set<string>();
      const chooser = async (held: ReadonlyMap<number, Step>): Promise<number> => {
        const { name, effects, session } = held.get(0) as Step;
        for (const { table, writes } of await lockedTables(session)) {
          const isKnown = name === 'COMMIT' && writes ? effects.publishes.has(table) : known.has(table);
          if (!isKnown) unknown.add(`${work.name}: ${table} before ${name}`);
        }
        for (const table of [...effects.reads, ...effects.locks]) known.add(table);
        return 0;
      };
      // Alone none is refused: what the others meet is not a refusal.
      const { ends } = await execute([work], chooser, world.observer);
      expect(ends, work.name).toEqual([{ kind: 'done' }]);
    }
    await world.recordsLocks(true);
    expect([...unknown]).toEqual([]);
  });

  /** Of the transaction that the session is in. */
  const lockedTables = (session: number) =>
    world.observer.query<{ table: string; writes: boolean }>(
      {
        text: `
        SELECT n.nspname || '.' || c.relname AS table, l.mode = 'RowExclusiveLock' AS writes
          FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE l.pid = $1 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND c.relkind = 'r' AND n.nspname IN ('mpi', 'mimir', 'prm', 'mithril')`,
      },
      [session],
    );
});
