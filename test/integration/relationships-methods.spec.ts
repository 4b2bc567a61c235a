import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NewRelationship } from '../../src/confidant-relationships';
import {
  aPerson,
  auditOf,
  authenticationMethodsOf,
  type MethodDraft,
  savePersons,
} from '../support/builders';
import { emptyTables, openRegistry, type Registry } from '../support/database';
import { aNewRelationship, APPLICANT_USER_ID, NOW, relationshipService } from './related-persons';

/** The last second of the day before the fourteenth birthday of somebody born on 10 May 2018. */
const LAST_SECOND = new Date('2032-05-09T20:59:59Z');

let registry: Registry;
let confidantPersonId: string;
let strangerId: string;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(async () => {
  await registry.close();
});
beforeEach(async () => {
  await emptyTables(registry.sql);
  [confidantPersonId = '', strangerId = ''] = await savePersons(registry.sql, [aPerson(), aPerson()]);
});

const create = async (personId: string, changes: Partial<NewRelationship> = {}): Promise<void> => {
  const relationship = aNewRelationship({ personId, confidantPersonId }, changes);
  await registry.transactions.inTransaction((sql) => relationshipService(registry).create(sql, relationship));
};
const methodsOf = (personId: string) => authenticationMethodsOf(registry.sql, personId);
const wardWith = (method: MethodDraft): Promise<string> =>
  aPerson()
    .withAuthenticationMethod('THIRD_PERSON', { value: confidantPersonId, ...method })
    .save(registry.sql);

describe('The method THIRD_PERSON', () => {
  it('is created for a child: from now until the day before the birthday on which it can prove itself', async () => {
    const personId = await aPerson().save(registry.sql);
    await create(personId);
    const methods = await methodsOf(personId);
    expect(methods).toMatchObject([
      {
        type: 'THIRD_PERSON',
        value: confidantPersonId,
        alias: 'мама',
        phone_number: null,
        started_at: NOW,
        ended_at: LAST_SECOND,
        is_active: true,
      },
    ]);
    expect(await auditOf(registry.sql, methods[0]?.id ?? '')).toMatchObject([
      {
        actor_id: APPLICANT_USER_ID,
        resource: 'person_authentication_methods',
        changeset: {
          person_id: { new_value: personId },
          type: { new_value: 'THIRD_PERSON' },
          value: { new_value: confidantPersonId },
          alias: { new_value: '*' },
          ended_at: { new_value: '*' },
        },
      },
    ]);
  });

  it.each([
    ['the day before the birthday', '2012-06-02', new Date('2026-06-01T20:59:59Z')],
    ['on the birthday', '2012-06-01', null],
    ['the day after it', '2012-05-31', null],
    ['before 1 March, born on 29 February', '2016-02-29', new Date('2030-02-28T21:59:59Z')],
  ])('ends by the age: %s', async (_, personBirthDate, endedAt) => {
    const personId = await aPerson().save(registry.sql);
    await create(personId, { personBirthDate, alias: null });
    expect(await methodsOf(personId)).toMatchObject([{ ended_at: endedAt, alias: null }]);
  });

  it('that holds without an end only gets one', async () => {
    const personId = await wardWith({ alias: 'бабуся', startedAt: '2020-01-01T00:00:00Z' });
    const [before] = await methodsOf(personId);
    await create(personId);
    expect(await methodsOf(personId)).toEqual([{ ...before, ended_at: LAST_SECOND }]);
    expect(await auditOf(registry.sql, before?.id ?? '')).toMatchObject([
      { actor_id: APPLICANT_USER_ID, changeset: { ended_at: { new_value: '*' } } },
    ]);
  });

  it('that ends a moment later gets the new end, and none where the person is old enough', async () => {
    const endedAt = new Date(NOW.getTime() + 1);
    const young = await wardWith({ endedAt });
    const old = await wardWith({ endedAt });
    await create(young);
    await create(old, { personBirthDate: '2012-06-01' });
    expect(await methodsOf(young)).toMatchObject([{ ended_at: LAST_SECOND }]);
    expect(await methodsOf(old)).toMatchObject([{ ended_at: null }]);
  });

  it('that ends at this very moment stays as it is, and a new one is created', async () => {
    const personId = await wardWith({ endedAt: NOW });
    await create(personId);
    expect((await methodsOf(personId)).map(({ ended_at }) => ended_at)).toEqual([NOW, LAST_SECOND]);
  });

  it('that was withdrawn, or names somebody else, is not the one that is looked for', async () => {
    const personId = await aPerson()
      .withAuthenticationMethod('THIRD_PERSON', { value: confidantPersonId, isActive: false })
      .withAuthenticationMethod('THIRD_PERSON', { value: strangerId })
      .withAuthenticationMethod('OTP', { phoneNumber: '+380930000000' })
      .save(registry.sql);
    await create(personId);
    const methods = await methodsOf(personId);
    expect(methods).toHaveLength(4);
    expect(methods.filter(({ ended_at }) => ended_at !== null)).toMatchObject([
      { value: confidantPersonId, is_active: true },
    ]);
  });

  it('whose is_active is unknown counts as active: it gets the new end and no other one is made', async () => {
    const personId = await wardWith({});
    await registry.sql.run('UPDATE mpi.person_authentication_methods SET is_active = NULL');
    await create(personId);
    expect(await methodsOf(personId)).toMatchObject([{ is_active: null, ended_at: LAST_SECOND }]);
  });

  it('waits with its alias while the relationship awaits approval', async () => {
    const personId = await aPerson().save(registry.sql);
    await create(personId, { awaitsApproval: true });
    expect(await methodsOf(personId)).toEqual([]);
    const text =
      'SELECT awaits_method, method_alias FROM mpi.confidant_person_relationships WHERE person_id = $1';
    expect(await registry.sql.query({ text }, [personId])).toEqual([
      { awaits_method: true, method_alias: 'мама' },
    ]);
  });
});
