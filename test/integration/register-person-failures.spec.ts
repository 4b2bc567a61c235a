import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aSignUpContent } from '../support/sign-up-content';
import { emptyTables, openRegistry, type Registry } from '../support/database';
import { registered, REGISTERED_ON, rowsOf } from '../support/registrations';

/** Everything a person has, and all records about the person. */
const TABLES = [
  'persons',
  'person_phones',
  'person_addresses',
  'person_documents',
  'person_authentication_methods',
  'person_verifications',
  'status_change_events',
  'audit_log',
] as const;

let registry: Registry;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(() => registry.close());
beforeEach(() => emptyTables(registry.sql));

async function counts(): Promise<Record<string, number>> {
  const each = TABLES.map((table) => `SELECT '${table}' AS name, count(*)::int AS n FROM mpi.${table}`);
  const rows = await registry.sql.query<{ name: string; n: number }>({ text: each.join(' UNION ALL ') });
  return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
}

const NOTHING = Object.fromEntries(TABLES.map((table) => [table, 0]));

describe('A registration that fails', () => {
  const CHILD = aSignUpContent(REGISTERED_ON).build();

  it('leaves nothing when a later statement of the transaction fails', async () => {
    const fails = (): never => {
      throw new Error('the relationship could not be written');
    };
    await expect(registered(registry, CHILD, { beforeCommit: fails })).rejects.toThrow('relationship');
    expect(await counts()).toEqual(NOTHING);
  });

  it('leaves nothing when the verifications cannot begin', async () => {
    const begin = { create: () => Promise.reject(new Error('no verifications')) };
    await expect(registered(registry, CHILD, { begin })).rejects.toThrow('no verifications');
    expect(await counts()).toEqual(NOTHING);
  });

  it.each([
    ['person.gender', 'OTHER', 'persons_gender_check'],
    ['person.preferred_way_communication', 'pigeon', 'persons_preferred_way_communication_check'],
    ['person.phones.0.type', 'FAX', 'person_phones_type_check'],
    ['person.addresses.0.settlement_type', 'CAMP', 'person_addresses_settlement_type_check'],
    ['person.documents.0.type', 'LIBRARY_CARD', 'person_documents_type_check'],
  ])('leaves nothing when %s is not of the dictionary', async (path, value, constraint) => {
    const content = aSignUpContent(REGISTERED_ON).with(path, value).build();
    await expect(registered(registry, content)).rejects.toMatchObject({ code: '23514', constraint });
    expect(await counts()).toEqual(NOTHING);
  });

  it('leaves the first person unchanged when an id is given twice', async () => {
    const id = await registered(registry, CHILD);
    const before = await counts();
    const other = aSignUpContent(REGISTERED_ON).named('Любисток', 'Рута').build();
    await expect(registered(registry, other, { id })).rejects.toMatchObject({ code: '23505' });
    expect(await counts()).toEqual(before);
    expect(await rowsOf(registry, 'persons', id)).toMatchObject([{ first_name: 'Волошка' }]);
  });
});
