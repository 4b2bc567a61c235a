import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NewRelationship } from '../../src/confidant-relationships';
import {
  aPerson,
  aRelationship,
  auditOf,
  authenticationMethodsOf,
  eventsOf,
  relationshipsOf,
  savePersons,
} from '../support/builders';
import { emptyTables, openRegistry, type Registry } from '../support/database';
import {
  aNewRelationship,
  APPLICANT_USER_ID,
  NOW,
  refusedFor,
  relationshipService,
  TODAY,
  TOMORROW,
  YESTERDAY,
} from './related-persons';

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

const create = async (changes: Partial<NewRelationship> = {}): Promise<NewRelationship> => {
  const relationship = aNewRelationship({ personId, confidantPersonId }, changes);
  await registry.transactions.inTransaction((sql) => relationshipService(registry).create(sql, relationship));
  return relationship;
};
const between = (): { personId: string; confidantPersonId: string; today: string } => ({
  personId,
  confidantPersonId,
  today: TODAY,
});
const relationships = () => relationshipsOf(registry.sql, personId);
const confidantHasConfidant = (): Promise<string> =>
  aRelationship().of(confidantPersonId).through(strangerId).status('VERIFIED', 'MANUAL').save(registry.sql);

describe('Rule 1: who has a confidant cannot be one', () => {
  const refused = refusedFor('confidant_has_confidant');
  const guarded = () =>
    aRelationship().of(confidantPersonId).through(strangerId).status('VERIFIED', 'MANUAL');

  it('is reported before the lock and refused again behind it', async () => {
    await guarded().save(registry.sql);
    await expect(relationshipService(registry).refuseUnlessAllowed(registry.sql, between())).rejects.toThrow(
      refused,
    );
    await expect(create()).rejects.toThrow(refused);
    expect(await relationships()).toEqual([]);
  });

  it('is also reported of a person who does not exist yet', async () => {
    const ofNobody = { ...between(), personId: null };
    await relationshipService(registry).refuseUnlessAllowed(registry.sql, ofNobody);
    await guarded().save(registry.sql);
    await expect(relationshipService(registry).refuseUnlessAllowed(registry.sql, ofNobody)).rejects.toThrow(
      refused,
    );
  });

  it.each([
    ['VERIFICATION_NEEDED', 'ONLINE_TRIGGERED'],
    ['VERIFICATION_NEEDED', 'MANUAL'],
    ['IN_REVIEW', 'MANUAL'],
    ['NOT_VERIFIED', 'AUTO'],
  ] as const)('does not hold for a claim that nobody approved: %s/%s', async (status, reason) => {
    await guarded().status(status, reason).save(registry.sql);
    await relationshipService(registry).refuseUnlessAllowed(registry.sql, between());
    await create();
    expect(await relationships()).toHaveLength(1);
  });

  it('holds for one that a doctor made', async () => {
    await guarded().status('VERIFICATION_NEEDED', 'MANUAL_CREATED_BY_DOCTOR').save(registry.sql);
    await expect(create()).rejects.toThrow(refused);
  });

  it('holds for one that was made when the confidant was registered, before anybody approves it', async () => {
    await create({ personId: confidantPersonId, confidantPersonId: strangerId, isOfNewPerson: true });
    await expect(create()).rejects.toThrow(refused);
  });

  it('does not hold for a relationship that is over or was ended', async () => {
    await guarded().activeTo(TODAY).save(registry.sql);
    await guarded().inactive().save(registry.sql);
    await relationshipService(registry).refuseUnlessAllowed(registry.sql, between());
    await create();
    expect(await relationships()).toHaveLength(1);
  });

  it('holds for one that is over tomorrow', async () => {
    await guarded().activeTo(TOMORROW).save(registry.sql);
    await expect(create()).rejects.toThrow(refused);
  });

  it('lets a person who acts for others have a confidant', async () => {
    await aRelationship().of(strangerId).through(personId).save(registry.sql);
    await create();
    expect(await relationships()).toHaveLength(1);
  });

  it('lets two confidants act for one person', async () => {
    await create();
    await create({ confidantPersonId: strangerId });
    const active = (await relationships()).filter(({ is_active }) => is_active);
    expect(active.map(({ confidant_person_id }) => confidant_person_id).sort()).toEqual(
      [confidantPersonId, strangerId].sort(),
    );
  });

  it('forbids acting for oneself', async () => {
    const themself = { ...between(), personId: confidantPersonId };
    const isPatient = refusedFor('confidant_is_patient');
    await expect(relationshipService(registry).refuseUnlessAllowed(registry.sql, themself)).rejects.toThrow(
      isPatient,
    );
    await expect(create({ personId: confidantPersonId })).rejects.toThrow(isPatient);
  });
});

describe('Rule 2: two persons are related once', () => {
  const refused = refusedFor('relationship_exists');
  const standing = () => aRelationship().of(personId).through(confidantPersonId);

  it('whatever the status of the existing relationship', async () => {
    await standing().status('NOT_VERIFIED', 'MANUAL').activeTo(TOMORROW).save(registry.sql);
    await expect(relationshipService(registry).refuseUnlessAllowed(registry.sql, between())).rejects.toThrow(
      refused,
    );
    await expect(create()).rejects.toThrow(refused);
    expect(await relationships()).toHaveLength(1);
    expect(await authenticationMethodsOf(registry.sql, personId)).toEqual([]);
  });

  it('after rule 1: the sentence about the confidant is first', async () => {
    await standing().save(registry.sql);
    await confidantHasConfidant();
    await expect(create()).rejects.toThrow(refusedFor('confidant_has_confidant'));
  });

  it.each([TODAY, YESTERDAY])('but one that is active until %s is ended and replaced', async (activeTo) => {
    const expired = await standing().activeTo(activeTo).save(registry.sql);
    await relationshipService(registry).refuseUnlessAllowed(registry.sql, between());
    const { id } = await create();
    const rows = await relationships();
    expect(rows.map((row) => [row.id, row.is_active]).sort()).toEqual(
      [
        [expired, false],
        [id, true],
      ].sort(),
    );
    expect(rows.find((row) => row.id === expired)?.updated_by).toBe(APPLICANT_USER_ID);
    expect(await auditOf(registry.sql, expired)).toMatchObject([
      { actor_id: APPLICANT_USER_ID, changeset: { is_active: { old_value: true, new_value: false } } },
    ]);
    expect(await eventsOf(registry.sql, expired)).toEqual([]);
  });

  it('an expired one with somebody else stays as it is', async () => {
    const other = await aRelationship()
      .of(personId)
      .through(strangerId)
      .activeTo(YESTERDAY)
      .save(registry.sql);
    await create();
    expect((await relationships()).find(({ id }) => id === other)?.is_active).toBe(true);
  });

  it('an expired one is still active when what should take its place is refused', async () => {
    await standing().activeTo(YESTERDAY).save(registry.sql);
    await confidantHasConfidant();
    await expect(create()).rejects.toThrow(refusedFor('confidant_has_confidant'));
    expect(await relationships()).toMatchObject([{ is_active: true }]);
  });

  it('the day is that of the moment handed in, in Kyiv', async () => {
    await standing().activeTo(TOMORROW).save(registry.sql);
    await expect(create({ now: new Date('2026-06-01T20:59:59Z') })).rejects.toThrow(refused);
    await create({ now: new Date('2026-06-01T21:00:00Z') });
    expect(await relationships()).toHaveLength(2);
  });
});

describe('The limit of wards', () => {
  const limited = { noSelfAuthAge: 14, personFullLegalCapacityAge: 18, thirdPersonLimit: 1 };
  const wardOf = (): Promise<string> =>
    aPerson().withAuthenticationMethod('THIRD_PERSON', { value: confidantPersonId }).save(registry.sql);

  it('is asked about once more behind the lock', async () => {
    await wardOf();
    await expect(create({ parameters: limited })).rejects.toThrow(refusedFor('third_person_limit_exceeded'));
    expect(await relationships()).toEqual([]);
  });

  it('does not count the person itself', async () => {
    personId = await wardOf();
    await create({ parameters: limited });
    expect(await relationships()).toHaveLength(1);
    expect(await authenticationMethodsOf(registry.sql, personId)).toHaveLength(1);
  });

  it('is reported before the rules about other relationships', async () => {
    await wardOf();
    await confidantHasConfidant();
    await expect(create({ parameters: limited, now: NOW })).rejects.toThrow(
      refusedFor('third_person_limit_exceeded'),
    );
  });
});
