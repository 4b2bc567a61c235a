import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { RelationshipCheck } from '../../src/domain/confidant/relationship.rules';
import { aPerson, aRelationship, savePersons } from '../support/builders';
import { emptyTables, openRegistry, type Registry } from '../support/database';
import { NOW, relationshipService, TODAY, TOMORROW, YESTERDAY } from './related-persons';

let registry: Registry;
let confidantPersonId: string;
let personId: string;
let strangerId: string;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(async () => {
  await registry.close();
});
beforeEach(async () => {
  await emptyTables(registry.sql);
  const ids = await savePersons(registry.sql, [aPerson(), aPerson(), aPerson()]);
  [confidantPersonId = '', personId = '', strangerId = ''] = ids;
});

const related = () => aRelationship().of(personId).through(confidantPersonId);
const check = (of: { personId?: string; confidantPersonId?: string }): Promise<RelationshipCheck> =>
  relationshipService(registry).check(registry.transactions, { ...of, today: TODAY });
const checkBoth = (): Promise<RelationshipCheck> => check({ personId, confidantPersonId });

describe('The check of a relationship', () => {
  it('finds it by both persons and by each of them, not by the wrong one', async () => {
    await related().save(registry.sql);
    expect(await checkBoth()).toBe('not_approved');
    expect(await check({ personId })).toBe('not_approved');
    expect(await check({ confidantPersonId })).toBe('not_approved');
    expect(await check({ personId: confidantPersonId })).toBe('not_found');
    expect(await check({ confidantPersonId: personId })).toBe('not_found');
    expect(await check({ personId, confidantPersonId: strangerId })).toBe('not_found');
    expect(await check({ personId: strangerId, confidantPersonId })).toBe('not_found');
  });

  it('approves one that is verified, and one that a doctor made', async () => {
    await related().status('VERIFIED', 'AUTO').save(registry.sql);
    await aRelationship()
      .of(strangerId)
      .through(confidantPersonId)
      .status('VERIFICATION_NEEDED', 'MANUAL_CREATED_BY_DOCTOR')
      .save(registry.sql);
    expect(await checkBoth()).toBe('approved');
    expect(await check({ personId: strangerId, confidantPersonId })).toBe('approved');
  });

  it.each([
    ['IN_REVIEW', 'MANUAL'],
    ['NOT_VERIFIED', 'AUTO'],
    ['VERIFICATION_NEEDED', 'MANUAL_CREATED_BY_NHS_ADMIN'],
  ] as const)('does not approve %s with the reason %s', async (status, reason) => {
    await related().status(status, reason).save(registry.sql);
    expect(await checkBoth()).toBe('not_approved');
  });

  it.each([
    [YESTERDAY, 'not_found'],
    [TODAY, 'not_found'],
    [TOMORROW, 'approved'],
  ] as const)('one that is active until %s is %s', async (activeTo, expected) => {
    await related().status('VERIFIED', 'MANUAL').activeTo(activeTo).save(registry.sql);
    expect(await checkBoth()).toBe(expected);
  });

  it('finds no relationship that was ended, nor one with unknown is_active', async () => {
    await related().status('VERIFIED', 'MANUAL').inactive().save(registry.sql);
    await related().status('VERIFIED', 'MANUAL').save(registry.sql);
    await registry.sql.run('UPDATE mpi.confidant_person_relationships SET is_active = NULL WHERE is_active');
    expect(await checkBoth()).toBe('not_found');
  });

  it('of several found by one person an approved one is enough', async () => {
    await related().save(registry.sql);
    await aRelationship().of(personId).through(strangerId).status('VERIFIED', 'AUTO').save(registry.sql);
    expect(await check({ personId })).toBe('approved');
    expect(await checkBoth()).toBe('not_approved');
  });

  it('about nobody is a mistake of who asks', async () => {
    await expect(check({})).rejects.toThrow('needs a person');
  });
});

describe('What is known of a confidant', () => {
  const facts = (id: string) => relationshipService(registry).confidantFacts(registry.transactions, id, NOW);
  const soon = new Date(NOW.getTime() + 1);

  it.each([
    ['an OTP method', 'OTP', {}, true],
    ['an OFFLINE method', 'OFFLINE', {}, true],
    ['a method that ends a moment later', 'OTP', { endedAt: soon }, true],
    ['a method that ends at this moment', 'OTP', { endedAt: NOW }, false],
    ['a withdrawn method', 'OTP', { isActive: false }, false],
    ['a third person', 'THIRD_PERSON', {}, false],
    ['the method NA', 'NA', {}, false],
  ] as const)('%s of their own', async (_, type, method, hasOwnMethod) => {
    const id = await aPerson().withAuthenticationMethod(type, method).save(registry.sql);
    expect(await facts(id)).toMatchObject({ hasOwnMethod, wardIds: [] });
  });

  it('the cumulative status', async () => {
    const id = await aPerson().cumulative('CHANGES_NEEDED').save(registry.sql);
    expect(await facts(id)).toEqual({
      hasOwnMethod: false,
      verificationStatus: 'CHANGES_NEEDED',
      wardIds: [],
    });
  });

  it('the wards of the third person now, each of them once', async () => {
    const value = confidantPersonId;
    const [twice = '', soonOver = ''] = await savePersons(registry.sql, [
      aPerson()
        .withAuthenticationMethod('THIRD_PERSON', { value })
        .withAuthenticationMethod('THIRD_PERSON', { value }),
      aPerson().withAuthenticationMethod('THIRD_PERSON', { value, endedAt: soon }),
      aPerson().withAuthenticationMethod('THIRD_PERSON', { value, endedAt: NOW }),
      aPerson().withAuthenticationMethod('THIRD_PERSON', { value, isActive: false }),
      aPerson().withAuthenticationMethod('THIRD_PERSON', { value: strangerId }),
    ]);
    const unknown = aPerson().withAuthenticationMethod('THIRD_PERSON', { value, startedAt: NOW });
    const unknownId = await unknown.save(registry.sql);
    await registry.sql.run(
      `UPDATE mpi.person_authentication_methods SET is_active = NULL WHERE person_id = '${unknownId}'`,
    );
    const { wardIds } = await facts(confidantPersonId);
    expect([...wardIds].sort()).toEqual([twice, soonOver, unknownId].sort());
  });
});
