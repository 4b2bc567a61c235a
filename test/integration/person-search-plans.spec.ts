import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { arrayLiteral, type Sql, type Statement } from '../../src/database/transactions';
import { DmsPassportRepository } from '../../src/dms-passport/dms-passport.repository';
import { MvsPassportRepository } from '../../src/mvs-passport/mvs-passport.repository';
import { LOOK_UPS } from '../../src/persons/person-lookup.repository';
import {
  FIND_BY_DOCUMENTS,
  FIND_BY_TAX_ID,
  FIND_BY_TAX_ID_OR_CERTIFICATE,
  READ_CANDIDATES,
} from '../../src/persons/person-search.repository';
import { freshDatabase, type FreshDatabase } from '../support/database';

const PERSONS = 200_000;

/** One person of the table made below. */
const SOMEBODY = 123_456;

/** An inactive one. */
const SOMEBODY_INACTIVE = 123_450;

/** A look-up that grows with the table reads thousands of pages here. */
const MOST_PAGES = 60;

interface PlanNode {
  readonly 'Node Type': string;
  readonly 'Relation Name'?: string;
  readonly 'Index Name'?: string;
  readonly 'Index Cond'?: string;
  readonly 'Actual Rows': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
  readonly Plans?: readonly PlanNode[];
}

describe('The look-ups in a table of two hundred thousand persons', () => {
  let database: FreshDatabase;
  let asAdmin: Client;
  let asApp: Client;
  beforeAll(async () => {
    database = await freshDatabase();
    asAdmin = new Client(database.adminUrl);
    asApp = new Client(database.url);
    await Promise.all([asAdmin.connect(), asApp.connect()]);
    await fill(asAdmin);
  });
  afterAll(async () => {
    await Promise.all([asAdmin.end(), asApp.end()]);
    await database.drop();
  });

  async function valueOf(text: string): Promise<string> {
    const { rows } = await asApp.query<{ value: string }>(text);
    return rows[0]?.value ?? '';
  }

  const of = (column: string, secret = SOMEBODY): Promise<string> =>
    valueOf(`SELECT ${column}::text AS value FROM mpi.persons WHERE secret = '${secret}'`);

  /** The statement as the program prepares it, under one plan for all parameters and under one for these. */
  async function plansOf(statement: Statement, values: readonly (string | string[])[]): Promise<PlanNode[]> {
    const texts = values.map((value) => (Array.isArray(value) ? arrayLiteral(value) : value));
    await asApp.query({ name: statement.name ?? '', text: statement.text, values: texts });
    const given = texts.map((text) => asApp.escapeLiteral(text)).join(', ');
    const plans: PlanNode[] = [];
    for (const mode of ['force_generic_plan', 'force_custom_plan']) {
      await asApp.query(`SET plan_cache_mode = ${mode}`);
      const { rows } = await asApp.query<{ 'QUERY PLAN': readonly [{ Plan: PlanNode }] }>(
        `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) EXECUTE ${statement.name} (${given})`,
      );
      const plan = rows[0]?.['QUERY PLAN'][0].Plan;
      if (plan !== undefined) plans.push(plan);
    }
    expect(plans).toHaveLength(2);
    return plans;
  }

  /** Every table is entered by a condition on an index, and few pages are touched. */
  function expectIndexes(plan: PlanNode, indexes: readonly string[]): void {
    const nodes = nodesOf(plan);
    const output = JSON.stringify(plan, null, 1);
    const onTables = nodes.filter((node) => /^(person|part)/.test(node['Relation Name'] ?? ''));
    expect(onTables.length, output).toBeGreaterThan(0);
    expect(onTables.filter((node) => node['Node Type'] === 'Seq Scan').length, output).toBe(0);
    const scans = nodes.filter((node) => node['Index Name'] !== undefined);
    expect(scans.filter((node) => node['Index Cond'] === undefined).length, output).toBe(0);
    expect([...new Set(scans.map((node) => node['Index Name']))].sort(), output).toEqual([...indexes].sort());
    expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks'], output).toBeLessThan(MOST_PAGES);
  }

  it('by the tax number use the index on birth date and tax number', async () => {
    const plans = await plansOf(FIND_BY_TAX_ID, [await of('birth_date'), await of('tax_id')]);
    for (const plan of plans) {
      expect(plan['Actual Rows']).toBe(1);
      expectIndexes(plan, ['persons_birth_date_tax_id_index']);
    }
  });

  it('by the certificate use the index on birth date and last name, and then the documents of the person', async () => {
    const number = await numberOf('BIRTH_CERTIFICATE');
    const digits = [number.replace(/[^0-9]/g, '')];
    const name = (await of('last_name')).toUpperCase();
    const plans = await plansOf(FIND_BY_TAX_ID_OR_CERTIFICATE, [await of('birth_date'), '0', name, digits]);
    for (const plan of plans) {
      expect(plan['Actual Rows']).toBe(1);
      expectIndexes(plan, [
        'persons_birth_date_tax_id_index',
        'persons_birth_date_searched_last_name_index',
        'person_documents_person_id_index',
      ]);
    }
  });

  it('by documents use the index on type and normalised number', async () => {
    const latin = (await numberOf('PASSPORT')).replace('КВ', 'kb');
    const types = ['PASSPORT', 'NATIONAL_ID', 'BIRTH_CERTIFICATE'];
    const plans = await plansOf(FIND_BY_DOCUMENTS, [types, [latin, '000000000', 'І-ЯЩ№0']]);
    for (const plan of plans) {
      expect(plan['Actual Rows']).toBe(1);
      expectIndexes(plan, ['person_documents_type_searched_number_index', 'persons_pkey']);
    }
  });

  it.each([SOMEBODY, SOMEBODY_INACTIVE])(
    'of officials use an index on each number, and two on the name: person %i',
    async (secret) => {
      const number = (await numberOf('PASSPORT', secret)).replace('КВ', 'kb-');
      const birthDate = await of('birth_date', secret);
      const lastName = (await of('last_name', secret)).toUpperCase();
      const documents = ['person_documents_type_searched_number_index', 'persons_pkey'];
      const lookUps: readonly [Statement, (string | string[])[], readonly string[]][] = [
        [LOOK_UPS.document, ['PASSPORT', [number, 'КБ000000']], documents],
        [LOOK_UPS.tax_id, [await of('tax_id', secret)], ['persons_tax_id_index']],
        [LOOK_UPS.unzr, [await of('unzr', secret)], ['persons_unzr_index']],
        [
          LOOK_UPS.name,
          [birthDate, lastName, 'ЗОРЯНА'],
          [
            'persons_birth_date_searched_last_name_index',
            'persons_inactive_birth_date_searched_last_name_index',
          ],
        ],
      ];
      for (const [statement, values, indexes] of lookUps)
        for (const plan of await plansOf(statement, values)) {
          expect(plan['Actual Rows'], statement.name).toBe(1);
          expectIndexes(plan, indexes);
        }
    },
  );

  it.each([
    ['dms_passport', 'persons', ['person_documents_type_searched_number_index']],
    ['mvs_passport', 'persons', ['person_documents_type_searched_number_index']],
    ['dms_passport', 'parties', ['party_documents_type_searched_number_index', 'parties_pkey']],
    ['mvs_passport', 'parties', ['party_documents_type_searched_number_index', 'parties_pkey']],
  ] as const)(
    'of the stream %s for other %s with a document use its number',
    async (stream, whom, indexes) => {
      const number = await numberOf('PASSPORT');
      const question = { documentType: 'PASSPORT', passType: '0101', series: number.slice(0, 2) } as const;
      const questions = [number, 'КВ999999'].map((text) => ({ ...question, number: text.slice(2) }));
      const repository =
        stream === 'dms_passport' ? new DmsPassportRepository() : new MvsPassportRepository();
      const holding = whom === 'persons' ? 'personsHolding' : 'partiesHolding';
      const [statement, values] = await sentBy((sql) => repository[holding](sql, questions));
      for (const plan of await plansOf(statement, values as string[][])) {
        expect(plan['Actual Rows']).toBe(1);
        expectIndexes(plan, indexes);
      }
    },
  );

  it('of the facts about candidates use the indexes on the person', async () => {
    for (const plan of await plansOf(READ_CANDIDATES, [[await of('id')]])) {
      expect(plan['Actual Rows']).toBe(1);
      expectIndexes(plan, [
        'persons_pkey',
        'person_documents_person_id_index',
        'person_addresses_person_id_index',
        'person_authentication_methods_person_id_index',
      ]);
    }
  });

  it('hold in their partial indexes nobody who is inactive', async () => {
    const sizes = await asApp.query<{ name: string; rows: number }>(
      `SELECT relname AS name, reltuples::int AS rows FROM pg_class
        WHERE relname IN ('persons_birth_date_tax_id_index', 'persons_birth_date_searched_last_name_index') ORDER BY 1`,
    );
    const [byName = 0, byTaxId = 0] = sizes.rows.map(({ rows }) => rows / PERSONS);
    // ANALYZE counts a sample of the rows.
    expect(byName).toBeCloseTo(0.9, 1);
    expect(byTaxId).toBeCloseTo(0.8, 1);
  });

  const numberOf = async (type: string, secret = SOMEBODY): Promise<string> =>
    valueOf(
      `SELECT number AS value FROM mpi.person_documents
        WHERE type = '${type}' AND person_id = '${await of('id', secret)}'`,
    );
});

/** The one statement that the work sends, with its parameters. */
async function sentBy(work: (sql: Sql) => Promise<unknown>): Promise<[Statement, readonly unknown[]]> {
  const sent: [Statement, readonly unknown[]][] = [];
  const sql: Pick<Sql, 'query'> = {
    query: (statement, values = []) => {
      sent.push([statement, values]);
      return Promise.resolve([]);
    },
  };
  await work(sql as Sql);
  const [only] = sent;
  if (only === undefined || sent.length > 1) throw new Error('It was not one statement.');
  return only;
}

function nodesOf(node: PlanNode): PlanNode[] {
  return [node, ...(node.Plans ?? []).flatMap(nodesOf)];
}

/** Every tenth person is inactive, every tenth has no tax number; the secret distinguishes them. */
async function fill(client: Client): Promise<void> {
  const actor = `'00000000-0000-4000-8000-000000000001'`;
  // Nobody breaks a reference here; looking after each row would double the time.
  await client.query('SET session_replication_role = replica');
  await client.query(`
    INSERT INTO mpi.persons (first_name, last_name, birth_date, birth_settlement, gender, tax_id, unzr, secret,
                             status, is_active, inserted_by, updated_by)
    SELECT 'Зоряна', 'Верболоз' || n / 3000, date '2010-01-01' + n % 3000, 'Калинопіль', 'FEMALE',
           CASE WHEN n % 10 <> 1 THEN lpad((n * 7)::text, 10, '3') END,
           CASE WHEN n % 10 <> 1 THEN lpad(n::text, 8, '2') || '-00001' END, n::text,
           CASE WHEN n % 10 = 0 THEN 'inactive' ELSE 'active' END, true, ${actor}, ${actor}
      FROM generate_series(1, ${PERSONS}) AS n`);
  await client.query(`
    INSERT INTO mpi.person_documents (person_id, type, number)
    SELECT id, type, begin || lpad(secret, 6, '0')
      FROM mpi.persons CROSS JOIN (VALUES ('PASSPORT', 'КВ'), ('BIRTH_CERTIFICATE', 'І-ЯЩ№')) AS kind (type, begin)`);
  await client.query(`
    INSERT INTO mpi.person_addresses (person_id, type, settlement)
    SELECT id, 'RESIDENCE', 'Калинопіль' FROM mpi.persons`);
  await client.query(`
    INSERT INTO mpi.person_authentication_methods (person_id, type, phone_number)
    SELECT id, 'OTP', '+380000000000' FROM mpi.persons`);
  // Every fourth person is a health worker too, whose passport is written in small letters.
  await client.query(`
    INSERT INTO prm.parties (id, first_name) SELECT id, first_name FROM mpi.persons WHERE secret::integer % 4 = 0`);
  await client.query(`
    INSERT INTO prm.party_documents (party_id, type, number)
    SELECT parties.id, type, lower(number) FROM prm.parties JOIN mpi.person_documents ON person_id = parties.id`);
  await client.query('VACUUM (ANALYZE)');
}
