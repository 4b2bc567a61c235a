import type { Client } from 'pg';
import { type Statement, Transactions } from '../src/database/transactions';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../src/database/data-source';
import { Metrics } from '../src/observability';
import {
  ALL_UNVERIFIED,
  LISTED,
  PersonListRepository,
  unverifiedBy,
} from '../src/verifications/person-list.repository';
import { HISTORY } from '../src/verifications/verification-history.service';
import { WorkListService } from '../src/verifications/work-list.service';
import type { Figure, Measured } from './goal';
import { fillLists } from './list-rows';
import { onDatabase, type BenchEnvironment } from './environment';
import { median } from './statistics';
import type { Terms } from './terms';

const PAGE_SIZE = 50;
/** Somebody who turns over this many pages looks for something else. */
const PAGES = 20;
/** After five runs with plans of their own PostgreSQL may go over to one for all parameters, as it does for an API process. */
const RUNS_BEFORE = 6;

interface List {
  readonly what: string;
  readonly statement: Statement;
  readonly values: (somebody: string) => readonly unknown[];
}

const page = [PAGE_SIZE, PAGE_SIZE * (PAGES - 1)];
const REFUTED = unverifiedBy('dms_passport', { status: 'NOT_VERIFIED', anyReason: true });

/** What officials read. The short counts are made for every page, the long one at most once a minute. */
const LISTS: readonly List[] = [
  { what: `page ${PAGES} of all persons`, statement: LISTED.all.page, values: () => page },
  { what: `page ${PAGES} of the unverified`, statement: ALL_UNVERIFIED.page, values: () => page },
  { what: `page ${PAGES} of those refuted in a stream`, statement: REFUTED.page, values: () => page },
  { what: 'a history', statement: HISTORY.page, values: (somebody) => [somebody, PAGE_SIZE, 0] },
  { what: 'the short count of a long list', statement: LISTED.all.countShort, values: () => [] },
];

/** What one statement cost, as PostgreSQL counted it. */
interface Cost {
  readonly ms: number;
  readonly buffers: number;
}

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Actual Total Time': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

const databaseName = (persons: number): string => `bench_lists_${persons}`;

/** Makes the tables, the largest takes minutes; gives the seconds. */
export async function loadLists(environment: BenchEnvironment, terms: Terms): Promise<number> {
  const startedAtMs = performance.now();
  for (const persons of terms.listPersons) {
    const url = await environment.database(databaseName(persons));
    await onDatabase(url, (client) => fillLists(client, persons));
  }
  return (performance.now() - startedAtMs) / 1000;
}

/** The lists of officials against the size of the registry. Each must come from an index, or the measurement ends. */
export async function measureLists(environment: BenchEnvironment, terms: Terms): Promise<Measured> {
  const [smallest = 0, largest = 0] = terms.listPersons;
  const figures: Figure[] = [];
  for (const list of LISTS) {
    const small = await roundsOf(environment.url(databaseName(smallest)), list, terms.rounds);
    const large = await roundsOf(environment.url(databaseName(largest)), list, terms.rounds);
    figures.push(figureOf({ list, small, large, largest, of: 'ms' }));
    figures.push(figureOf({ list, small, large, largest, of: 'buffers' }));
  }
  const whole: List = { what: 'whole count', statement: LISTED.all.count, values: () => [] };
  const counted = await roundsOf(environment.url(databaseName(largest)), whole, terms.rounds);
  figures.push(await measureWorkList(environment.url(databaseName(largest)), largest, terms.rounds));
  for (const persons of terms.listPersons) await environment.drop(databaseName(persons));
  const ms = median(counted.map((cost) => cost.ms)).toFixed(0);
  return {
    figures,
    references: [],
    notes: [
      `S3: EXPLAIN (ANALYZE, BUFFERS) of the statements of the lists against ${smallest / 1e3} k persons; all plans read indexes.`,
      `S3: counting all ${largest / 1e6} M persons from the index takes ${ms} ms; an API process does that at most once a minute for a list.`,
    ],
  };
}

/**
 * What the page of the work list asks of the database: count, entries, names and streams. The limit of 100 ms is that of
 * the web pages.
 */
async function measureWorkList(url: string, persons: number, rounds: number): Promise<Figure> {
  const dataSource = await new DataSource(dataSourceOptions(url, { poolSize: 1 })).initialize();
  try {
    const sql = new Transactions(dataSource, new Metrics());
    const works = new WorkListService(new PersonListRepository(sql), sql);
    const [pageSize, offset] = [PAGE_SIZE, PAGE_SIZE * (PAGES - 1)];
    const seen: number[] = [];
    for (let round = -RUNS_BEFORE; round < rounds; round += 1) {
      const startedAtMs = performance.now();
      const { entries } = await works.unverified(undefined, { page: PAGES, pageSize, offset });
      if (round >= 0) seen.push(performance.now() - startedAtMs);
      if (entries.length !== PAGE_SIZE) throw new Error('The work list has too few entries.');
    }
    const what = `page ${PAGES} of the work list with names at ${persons / 1e6} M persons`;
    return {
      goal: { id: 'C2', what, unit: 'ms', must: { atMost: 100 }, aim: { atMost: 50 } },
      rounds: seen,
      detail: 'WorkListService: count, page, names and streams',
    };
  } finally {
    await dataSource.destroy();
  }
}

interface Compared {
  readonly list: List;
  readonly small: readonly Cost[];
  readonly large: readonly Cost[];
  readonly largest: number;
  readonly of: keyof Cost;
}

function figureOf({ list, small, large, largest, of }: Compared): Figure {
  const middle = (costs: readonly Cost[]): number => median(costs.map((cost) => cost[of]));
  const unit = of === 'ms' ? 'ms' : 'shared buffers';
  return {
    goal: {
      id: 'S3',
      what: `${of === 'ms' ? '' : 'buffers of '}${list.what} at ${largest / 1e6} M persons`,
      unit: of === 'ms' ? '× time' : '× buffers',
      must: { atMost: 3 },
      aim: { atMost: 1.5 },
    },
    rounds: large.map((cost, round) => cost[of] / (small[round]?.[of] ?? NaN)),
    detail: `${middle(large).toFixed(of === 'ms' ? 2 : 0)} ${unit}, ${middle(small).toFixed(of === 'ms' ? 2 : 0)} in the small one`,
  };
}

function roundsOf(url: string, list: List, rounds: number): Promise<Cost[]> {
  return onDatabase(url, async (client) => {
    const { rows } = await client.query<{ id: string }>(
      `SELECT resource_id AS id FROM mpi.audit_log WHERE resource = 'person_verifications' LIMIT 1`,
    );
    const values = list.values(rows[0]?.id ?? '');
    for (let run = 0; run < RUNS_BEFORE; run += 1)
      await client.query({ ...list.statement, values: [...values] });
    const costs: Cost[] = [];
    for (let round = 0; round < rounds; round += 1) costs.push(await explained(client, list, values));
    return costs;
  });
}

async function explained(
  client: Client,
  { statement, what }: List,
  values: readonly unknown[],
): Promise<Cost> {
  const given = values.map((value) => client.escapeLiteral(String(value)));
  const execute = given.length === 0 ? '' : ` (${given.join(', ')})`;
  const { rows } = await client.query<{ 'QUERY PLAN': readonly [{ readonly Plan: PlanNode }] }>(
    `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${statement.name}${execute}`,
  );
  const plan = rows[0]?.['QUERY PLAN'][0].Plan;
  if (plan === undefined) throw new Error('A list has no plan.');
  if (nodesOf(plan).some((node) => node['Node Type'] === 'Seq Scan'))
    throw new Error(`Read as a whole: ${what}.`);
  return { ms: plan['Actual Total Time'], buffers: plan['Shared Hit Blocks'] + plan['Shared Read Blocks'] };
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}
