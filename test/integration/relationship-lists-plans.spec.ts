import { noRepository, pretendRowCount } from '../support/sql-session';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type RelationshipFilter,
  RelationshipReviewRepository,
} from '../../src/confidant-relationships/relationship-review.repository';
import type { Sql, Statement } from '../../src/database/transactions';
import { openRegistry, type Registry } from '../support/database';

/** Enough that reading them all for one page would show. */
const MANY = 20_000;
/** As many as the lists are planned for: one for every person of a large registry. */
const REGISTRY = 5_000_000;
const TODAY = '2026-06-01';

/** One in a hundred is in work, one in a thousand has ended; nobody has two of them. */
const FILL = `
  INSERT INTO mpi.persons (last_name, first_name, birth_date, birth_settlement, gender, inserted_by, updated_by)
  SELECT 'Верболоз', 'Зоряна', '2018-05-10', 'Калинопіль', 'FEMALE', gen_random_uuid(), gen_random_uuid()
    FROM generate_series(1, ${MANY});
  INSERT INTO mpi.confidant_person_relationships
    (person_id, confidant_person_id, verification_status, active_to, inserted_at)
  SELECT id, lag(id) OVER (ORDER BY id),
         CASE WHEN number % 100 = 0 THEN 'IN_REVIEW' ELSE 'VERIFICATION_NEEDED' END,
         CASE WHEN number % 1000 = 0 THEN '2026-01-01'::date WHEN number % 2 = 0 THEN '2036-01-01' END,
         now() - interval '1 second' * number
    FROM (SELECT id, row_number() OVER () AS number FROM mpi.persons) AS person`;

let registry: Registry;

beforeAll(async () => {
  registry = await openRegistry();
  await registry.sql.run(FILL);
  await pretendRowCount(registry.sql, 'mpi.persons', REGISTRY);
  await pretendRowCount(registry.sql, 'mpi.confidant_person_relationships', REGISTRY);
});
afterAll(() => registry.close());

/** How PostgreSQL counts what was found, and how it reads one page of it. */
async function plansOf(filter: RelationshipFilter): Promise<readonly [counted: string, page: string]> {
  const sent: { statement: Statement; values: readonly unknown[] }[] = [];
  const recording: Sql = {
    query: (statement, values = []) => {
      sent.push({ statement, values });
      return registry.sql.query(statement, values);
    },
    repository: noRepository,
  };
  await new RelationshipReviewRepository().list(recording, filter, { size: 50, offset: 0, today: TODAY });
  const plans: string[] = [];
  for (const { statement, values } of sent) {
    const explained = await registry.sql.query({ text: `EXPLAIN ${statement.text}` }, values);
    plans.push(explained.map((row) => Object.values(row).join('')).join('\n'));
  }
  const [counted = '', page = '', ...more] = plans;
  expect(more).toEqual([]);
  return [counted, page];
}

const somebody = async (): Promise<string> => {
  const text = 'SELECT id FROM mpi.persons ORDER BY id LIMIT 1 OFFSET 1000';
  const [row] = await registry.sql.query<{ id: string }>({ text });
  return row?.id ?? '';
};

/** What is looked for, and the index that the page is read by. */
const LISTS: readonly (readonly [what: string, filter: () => Promise<RelationshipFilter>, index: string])[] =
  [
    ['those in one status', async () => ({ verificationStatus: 'IN_REVIEW' }), 'status'],
    ['those of a person', async () => ({ personId: await somebody() }), 'person'],
    ['those of a confidant', async () => ({ confidantPersonId: await somebody() }), 'confidant'],
    ['the expired ones', async () => ({ isExpired: true }), 'expired'],
    [
      'the expired ones in one status',
      async () => ({ verificationStatus: 'IN_REVIEW', isExpired: true }),
      '(expired|status)',
    ],
  ];

/** Nearly all of them: a page is short, but to count them is to pass by each. */
const LARGE_LISTS: typeof LISTS = [
  ['all', async () => ({}), 'all'],
  ['those in the usual status', async () => ({ verificationStatus: 'VERIFICATION_NEEDED' }), '(status|all)'],
  ['the running ones', async () => ({ isExpired: false }), 'all'],
];

describe('A page of relationships is read from an index', () => {
  it.each([...LISTS, ...LARGE_LISTS])('of %s', async (_, filter, index) => {
    const [, page] = await plansOf(await filter());
    expect(page).toMatch(new RegExp(`confidant_person_relationships_${index}_list_index`));
    expect(page).not.toMatch(/Seq Scan/);
  });

  it.each(LARGE_LISTS)('of %s, which nobody puts into an order first', async (_, filter) => {
    const [, page] = await plansOf(await filter());
    expect(page).not.toMatch(/Sort Key:.*inserted_at/);
  });

  it.each(LISTS)('of %s, which are counted there too', async (_, filter, index) => {
    const [counted] = await plansOf(await filter());
    expect(counted).toMatch(new RegExp(`confidant_person_relationships_${index}_list_index`));
    expect(counted).not.toMatch(/Seq Scan/);
  });
});
