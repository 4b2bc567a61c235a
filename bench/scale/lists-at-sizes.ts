import { Metrics } from '../../src/observability';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { Transactions } from '../../src/database/transactions';
import { ClaimRepository } from '../../src/verifications/claim.repository';
import { FactsRepository } from '../../src/verifications/facts.repository';
import { PersonListRepository } from '../../src/verifications/person-list.repository';
import { PERSONS } from '../../src/verifications/subject';
import type { Measured } from '../goal';
import { median } from '../statistics';
import { againstSmall, type AgainstSmall, inTurns, type Sizes } from './at-sizes';
import { count } from './loading-plan';

const PAGE_SIZE = 50;
const page = (number: number) => ({ page: number, pageSize: PAGE_SIZE, offset: (number - 1) * PAGE_SIZE });
const DAYS_270_MS = 270 * 86_400_000;
const NOBODY = '00000000-0000-4000-8000-000000000001';

/** What an official or an operator asks for, each with its number of entries. */
const LISTS: readonly { readonly what: string; readonly read: (sql: Transactions) => Promise<unknown> }[] = [
  { what: 'all persons', read: (sql) => new PersonListRepository(sql).ofStatus(undefined, page(1)) },
  {
    what: 'persons VERIFIED, page 200',
    read: (sql) => new PersonListRepository(sql).ofStatus('VERIFIED', page(200)),
  },
  {
    what: 'persons VERIFICATION_NEEDED',
    read: (sql) => new PersonListRepository(sql).ofStatus('VERIFICATION_NEEDED', page(1)),
  },
  { what: 'unverified persons', read: (sql) => new PersonListRepository(sql).unverified(undefined, page(1)) },
  {
    what: 'unverified by a refuted passport',
    read: (sql) =>
      new PersonListRepository(sql).unverified({ stream: 'dms_passport', status: 'NOT_VERIFIED' }, page(1)),
  },
  { what: 'how many are due', read: countDue },
];

/** Time of each list at both sizes. One that the statement timeout ends counts as long as that. */
export async function measureLists(sizes: Sizes, rounds: number): Promise<Measured> {
  const at = count(sizes.small.rows);
  const works: AgainstSmall[] = [];
  const ended = new Set<string>();
  for (const { what, read } of LISTS) {
    const timed = ({ url }: { readonly url: string }): Promise<number> =>
      timeOf(url, read, () => ended.add(what));
    for (const registry of [sizes.small, sizes.large]) await timed(registry);
    const seen = await inTurns(sizes, rounds, timed);
    const cut = ended.has(what) ? ', ended by the statement timeout' : '';
    works.push({
      goal: { id: 'L1', what: `${what} at ${count(sizes.large.rows)}`, unit: `× at ${at}` },
      symbol: what,
      unit: 'ms',
      rounds: seen,
      detail: `${median(seen.large).toFixed(1)} ms${cut}, ${median(seen.small).toFixed(2)} at ${at}`,
    });
  }
  return againstSmall(works, [
    'L1: PersonListRepository, a page of 50 and the number of all entries, which grows with them; the last one is what a run by hand counts first.',
  ]);
}

async function timeOf(
  url: string,
  read: (sql: Transactions) => Promise<unknown>,
  onTimeout: () => void,
): Promise<number> {
  const dataSource = await new DataSource(dataSourceOptions(url, { poolSize: 1 })).initialize();
  try {
    const sql = new Transactions(dataSource, new Metrics());
    await sql.query({ text: 'SELECT 1' });
    const startedAtMs = performance.now();
    try {
      await read(sql);
    } catch (error) {
      if ((error as { code?: unknown }).code !== QUERY_CANCELED) throw error;
      onTimeout();
    }
    return performance.now() - startedAtMs;
  } finally {
    await dataSource.destroy();
  }
}

const QUERY_CANCELED = '57014';

async function countDue(sql: Transactions): Promise<number | null> {
  return new ClaimRepository(sql, new FactsRepository()).countDue({
    stream: 'dms_passport',
    subject: PERSONS,
    runId: NOBODY,
    worker: 'bench',
    leaseSeconds: 60,
    actorId: NOBODY,
    threshold: new Date(Date.now() - DAYS_270_MS),
  });
}
