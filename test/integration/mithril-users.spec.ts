import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type NewUser, type UserAccount, UserRepository } from '../../src/mithril';
import { aPerson, aUser, auditOf, usersOf } from '../support/builders';
import { emptyTables, openRegistry, type Registry } from '../support/database';
import { Session } from '../support/sql-session';
import { APPLICANT_USER_ID } from './related-persons';

const TAX_ID = '3141592653';

const users = new UserRepository();
let registry: Registry;
let personId: string;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(async () => {
  await registry.close();
});
beforeEach(async () => {
  await emptyTables(registry.sql);
  personId = await aPerson().save(registry.sql);
});

const newUser = (changes: Partial<NewUser> = {}): NewUser => ({
  id: randomUUID(),
  personId,
  taxId: TAX_ID,
  actorId: APPLICANT_USER_ID,
  ...changes,
});
const create = (user: NewUser): Promise<UserAccount> =>
  registry.transactions.inTransaction((sql) => users.create(sql, user));
const ofTaxId = (taxId: string): Promise<UserAccount | undefined> =>
  users.ofTaxId(registry.transactions, taxId);
const ofPerson = (): Promise<UserAccount | undefined> => users.ofPerson(registry.transactions, personId);

describe('A user found by tax_id', () => {
  it('is the active one, blocked or not', async () => {
    const id = await aUser().withTaxId(TAX_ID).ofPerson(personId).blocked().save(registry.sql);
    expect(await ofTaxId(TAX_ID)).toEqual({ id, personId, isBlocked: true, taxId: TAX_ID });
    expect(await ofTaxId('3141592654')).toBeUndefined();
  });

  it('who was deactivated is nobody, and does not make another one several', async () => {
    await aUser().withTaxId(TAX_ID).inactive().save(registry.sql);
    expect(await ofTaxId(TAX_ID)).toBeUndefined();
    const id = await aUser().withTaxId(TAX_ID).save(registry.sql);
    expect(await ofTaxId(TAX_ID)).toEqual({ id, personId: null, isBlocked: false, taxId: TAX_ID });
  });

  it('of whom there are several is nobody', async () => {
    await aUser().withTaxId('МЮ123456').save(registry.sql);
    await aUser().withTaxId('МЮ123456').blocked().save(registry.sql);
    expect(await ofTaxId('МЮ123456')).toBeUndefined();
  });

  it.each(['', ' '])('that is empty (%j) is nobody, also when a user has none', async (empty) => {
    await aUser().withTaxId(empty).save(registry.sql);
    expect(await ofTaxId(empty)).toBeUndefined();
  });
});

describe('A user found by the number of a passport', () => {
  it.each([
    ['МЮ123456', 'MYU 123456'],
    ['МЮ123456', 'мю-123456'],
    ['ВМ123456', 'VM123456'],
    ['ВМ123456', 'BM123456'],
    ['БМ123456', 'BM123456'],
    ['ХЩ123456', 'KHSHCH123456'],
    ['HC123456', 'НС123456'],
    ['ЗГ123456', 'zgh\u00a0123456'],
    ['ЄЇ123456', 'YEYI–123456'],
    ['ЖЦ123456', 'ZHTS123456'],
    ['ЧШ123456', 'CHSH123456'],
    ['ЯУ123456', 'YAU123456'],
    ['ТЬ123456', "T'123456"],
    ['ПР123456', 'PR123456'],
    ['ҐФ123456', 'GF123456'],
    ['ИЙ123456', 'YY123456'],
    ['123456789', '123 456 789'],
  ])('stored as %s and signed as %s is the same', async (stored, signed) => {
    const id = await aUser().withTaxId(stored).save(registry.sql);
    expect((await ofTaxId(signed))?.id).toBe(id);
  });

  it('is not another user whose series only looks alike in Latin', async () => {
    await aUser().withTaxId('ВМ123456').save(registry.sql);
    expect(await ofTaxId('БМ123456')).toBeUndefined();
    const id = await aUser().withTaxId('БМ123456').save(registry.sql);
    expect((await ofTaxId('БМ123456'))?.id).toBe(id);
    // Both may be meant.
    expect(await ofTaxId('BM123456')).toBeUndefined();
  });

  it('of which several spellings belong to users is nobody', async () => {
    await aUser().withTaxId('МЮ123456').save(registry.sql);
    await aUser().withTaxId('MYU123456').save(registry.sql);
    expect(await ofTaxId('МЮ123456')).toBeUndefined();
  });

  it('is left out for a new user when another active one has it in another spelling', async () => {
    await aUser().withTaxId('МЮ 123456').save(registry.sql);
    expect((await create(newUser({ taxId: 'MYU123456' }))).taxId).toBeNull();
  });
});

describe('A user found by person', () => {
  it('is the active one', async () => {
    await aUser().ofPerson(personId).inactive().save(registry.sql);
    expect(await ofPerson()).toBeUndefined();
    const id = await aUser().ofPerson(personId).save(registry.sql);
    expect(await ofPerson()).toEqual({ id, personId, isBlocked: false, taxId: null });
  });

  it('with unknown is_blocked is not found', async () => {
    await aUser().ofPerson(personId).save(registry.sql);
    await registry.sql.run('UPDATE mithril.users SET is_blocked = NULL');
    expect(await ofPerson()).toMatchObject({ isBlocked: false });
  });
});

describe('A new user', () => {
  it('is active, not blocked, has the given number, and the tax_id is masked in the audit log', async () => {
    const user = newUser();
    expect(await create(user)).toEqual({ id: user.id, personId, isBlocked: false, taxId: TAX_ID });
    expect(await usersOf(registry.sql, personId)).toEqual([
      { id: user.id, person_id: personId, tax_id: TAX_ID, is_active: true, is_blocked: false },
    ]);
    expect(await auditOf(registry.sql, user.id)).toMatchObject([
      {
        actor_id: APPLICANT_USER_ID,
        resource: 'users',
        changeset: { person_id: { new_value: personId }, tax_id: { new_value: '********53' } },
      },
    ]);
  });

  it('may be without a number', async () => {
    expect(await create(newUser({ taxId: null }))).toMatchObject({ taxId: null });
  });

  it('takes no notice of a deactivated one', async () => {
    await aUser().ofPerson(personId).inactive().save(registry.sql);
    const user = newUser();
    expect(await create(user)).toMatchObject({ id: user.id });
  });

  it('is the existing one, with no row in the audit log', async () => {
    const id = await aUser().ofPerson(personId).blocked().save(registry.sql);
    const user = newUser();
    expect(await create(user)).toEqual({ id, personId, isBlocked: true, taxId: null });
    expect(await auditOf(registry.sql, user.id)).toEqual([]);
  });

  it('created by ten at once is one', async () => {
    const created = await Promise.all(Array.from({ length: 10 }, () => create(newUser())));
    expect(new Set(created.map(({ id }) => id)).size).toBe(1);
    expect(await usersOf(registry.sql, personId)).toHaveLength(1);
  });

  it('waits for another transaction that gives the number to somebody else, and is without it', async () => {
    const other = await Session.open(registry.database.url);
    await other.run('BEGIN');
    const another = newUser({ personId: await aPerson().save(registry.sql) });
    expect((await users.create(other, another)).taxId).toBe(TAX_ID);
    const user = newUser();
    const created = create(user);
    await other.isWaitedFor(registry.sql);
    await other.run('COMMIT');
    expect(await created).toEqual({ id: user.id, personId, isBlocked: false, taxId: null });
    expect(await auditOf(registry.sql, user.id)).toMatchObject([
      { changeset: { tax_id: { new_value: null } } },
    ]);
    expect((await ofTaxId(TAX_ID))?.id).toBe(another.id);
    await other.close();
  });

  it('has the number when the other transaction is rolled back', async () => {
    const other = await Session.open(registry.database.url);
    await other.run('BEGIN');
    await users.create(other, newUser({ personId: await aPerson().save(registry.sql) }));
    const created = create(newUser());
    await other.isWaitedFor(registry.sql);
    await other.run('ROLLBACK');
    expect((await created).taxId).toBe(TAX_ID);
    await other.close();
  });

  it('waits for another transaction that creates the user, and is that user', async () => {
    const other = await Session.open(registry.database.url);
    await other.run('BEGIN');
    const first = await users.create(other, newUser());
    const second = create(newUser());
    await other.isWaitedFor(registry.sql);
    await other.run('COMMIT');
    expect(await second).toEqual(first);
    await other.close();
  });
});
