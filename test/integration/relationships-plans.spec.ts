import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { User } from '../../src/database/mithril/user.entity';
import type { Sql, Statement } from '../../src/database/transactions';
import { UserRepository } from '../../src/mithril';
import { aPerson, savePersons } from '../support/builders';
import { openRegistry, type Registry } from '../support/database';
import { aNewRelationship, NOW, relationshipService, TODAY } from './related-persons';

/** Enough that PostgreSQL would rather not read them all. */
const MANY = 5_000;

/** Wards, each with a confidant, a method and an own user. */
const FILL = `
  INSERT INTO mpi.persons (last_name, first_name, birth_date, birth_settlement, gender, inserted_by, updated_by)
  SELECT 'Верболоз', 'Зоряна', '2018-05-10', 'Калинопіль', 'FEMALE', gen_random_uuid(), gen_random_uuid()
    FROM generate_series(1, ${MANY});
  INSERT INTO mpi.confidant_person_relationships (person_id, confidant_person_id, verification_status)
  SELECT id, lag(id) OVER (ORDER BY id), 'VERIFIED' FROM mpi.persons;
  INSERT INTO mpi.person_authentication_methods (person_id, type, value)
  SELECT id, 'THIRD_PERSON', lag(id) OVER (ORDER BY id) FROM mpi.persons;
  INSERT INTO mithril.users (person_id, tax_id) SELECT id, right(id::text, 10) FROM mpi.persons;
  ANALYZE mpi.persons, mpi.confidant_person_relationships, mpi.person_authentication_methods, mithril.users`;

let registry: Registry;
let ids: { confidantPersonId: string; personId: string };

beforeAll(async () => {
  registry = await openRegistry();
  await registry.sql.run(FILL);
  const [confidantPersonId = '', personId = ''] = await savePersons(registry.sql, [aPerson(), aPerson()]);
  ids = { confidantPersonId, personId };
});
afterAll(async () => {
  await registry.close();
});

/** How PostgreSQL carries out every statement of the work. */
async function plansOf(work: (sql: Sql) => Promise<unknown>): Promise<string> {
  const sent: { statement: Statement; values: readonly unknown[] }[] = [];
  const recording: Sql = {
    query: (statement, values = []) => {
      sent.push({ statement, values });
      return registry.sql.query(statement, values);
    },
    repository: (entity) => registry.transactions.repository(entity),
  };
  const { subscribers } = registry.transactions.repository(User).manager.connection;
  subscribers.push({
    beforeQuery: ({ query, parameters = [] }) =>
      void sent.push({ statement: { text: query }, values: parameters as readonly unknown[] }),
  });
  await work(recording);
  subscribers.pop();
  const plans: string[] = [];
  for (const { statement, values } of sent) {
    const explained = await registry.sql.query({ text: `EXPLAIN ${statement.text}` }, values);
    plans.push(`${statement.name ?? ''}\n${explained.map((row) => Object.values(row).join('')).join('\n')}`);
  }
  expect(plans.length).toBeGreaterThan(0);
  return plans.join('\n');
}

const READS_ALL = /Seq Scan on (persons|confidant_person_relationships|person_authentication_methods|users)/;

describe('Nobody reads a whole table', () => {
  it('to check a relationship', async () => {
    const { personId, confidantPersonId } = ids;
    for (const whose of [{ personId }, { confidantPersonId }, ids])
      expect(
        await plansOf((sql) => relationshipService(registry).check(sql, { ...whose, today: TODAY })),
      ).not.toMatch(READS_ALL);
    expect(
      await plansOf((sql) => relationshipService(registry).confidantFacts(sql, personId, NOW)),
    ).not.toMatch(READS_ALL);
  });

  it('to create one', async () => {
    expect(
      await plansOf((sql) => relationshipService(registry).create(sql, aNewRelationship(ids))),
    ).not.toMatch(READS_ALL);
  });

  it('to find a user or to create one', async () => {
    const users = new UserRepository();
    const { personId } = ids;
    expect(await plansOf((sql) => users.ofTaxId(sql, '3141592653'))).not.toMatch(READS_ALL);
    expect(await plansOf((sql) => users.ofPerson(sql, personId))).not.toMatch(READS_ALL);
    const user = { id: personId, personId, taxId: null, actorId: personId };
    expect(await plansOf((sql) => users.create(sql, user))).not.toMatch(READS_ALL);
  });
});
