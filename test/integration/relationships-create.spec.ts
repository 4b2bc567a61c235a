import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NewRelationship } from '../../src/confidant-relationships';
import {
  aPerson,
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
  BIRTH_CERTIFICATE,
  COURT_DECISION,
  relationshipService,
} from './related-persons';

let registry: Registry;
let confidantPersonId: string;
let personId: string;

beforeAll(async () => {
  registry = await openRegistry();
});
afterAll(async () => {
  await registry.close();
});
beforeEach(async () => {
  await emptyTables(registry.sql);
  const ids = await savePersons(registry.sql, [aPerson(), aPerson()]);
  [confidantPersonId = '', personId = ''] = ids;
});

const create = async (changes: Partial<NewRelationship> = {}): Promise<NewRelationship> => {
  const relationship = aNewRelationship({ personId, confidantPersonId }, changes);
  await registry.transactions.inTransaction((sql) => relationshipService(registry).create(sql, relationship));
  return relationship;
};
const relationships = () => relationshipsOf(registry.sql, personId);

describe('A new relationship', () => {
  it('is written with its documents, its end and its first status', async () => {
    const { id } = await create({ documents: [BIRTH_CERTIFICATE, COURT_DECISION] });
    expect(await relationships()).toEqual([
      {
        id,
        confidant_person_id: confidantPersonId,
        person_id: personId,
        relation_type: 'PRIMARY',
        is_active: true,
        active_to: '2036-05-10',
        verification_status: 'VERIFICATION_NEEDED',
        verification_reason: 'ONLINE_TRIGGERED',
        inserted_by: APPLICANT_USER_ID,
        updated_by: APPLICANT_USER_ID,
        documents: [BIRTH_CERTIFICATE, COURT_DECISION],
      },
    ]);
  });

  it('without a birth certificate has the reason of a sign-up', async () => {
    await create({ documents: [COURT_DECISION] });
    expect(await relationships()).toMatchObject([
      { verification_reason: 'ONLINE_TRIGGERED_BY_PIS_REGISTRATION_VIA_CONFIDANT' },
    ]);
  });

  it('ends when it was asked to, if that is before the day of full legal capacity', async () => {
    await create({ activeTo: '2030-01-01', relationType: 'SECONDARY' });
    expect(await relationships()).toMatchObject([{ active_to: '2030-01-01', relation_type: 'SECONDARY' }]);
  });

  it('of a grown-up has no end unless one was asked for', async () => {
    await create({ personBirthDate: '2008-06-01' });
    expect(await relationships()).toMatchObject([{ active_to: null }]);
  });

  it('writes one event and who did it', async () => {
    const { id } = await create();
    expect(await eventsOf(registry.sql, id)).toMatchObject([
      {
        entity_type: 'ConfidantPersonRelationship',
        properties: { verification_status: { new_value: 'VERIFICATION_NEEDED' } },
        changed_by: APPLICANT_USER_ID,
      },
    ]);
    expect(await auditOf(registry.sql, id)).toMatchObject([
      {
        actor_id: APPLICANT_USER_ID,
        resource: 'confidant_person_relationships',
        changeset: {
          person_id: { new_value: personId },
          confidant_person_id: { new_value: confidantPersonId },
          verification_reason: { new_value: 'ONLINE_TRIGGERED' },
        },
      },
    ]);
  });

  it('leaves no number, name or date of anybody in the records', async () => {
    await create({ documents: [BIRTH_CERTIFICATE, COURT_DECISION], activeTo: '2030-01-01' });
    const records = JSON.stringify(
      await registry.sql.query({ text: 'SELECT changeset FROM mpi.audit_log' }),
    ).concat(
      JSON.stringify(await registry.sql.query({ text: 'SELECT properties FROM mpi.status_change_events' })),
    );
    for (const reported of [
      BIRTH_CERTIFICATE.number,
      COURT_DECISION.number,
      'мама',
      '2030-01-01',
      '2032',
      '2018',
    ])
      expect(records).not.toContain(reported);
  });

  it('is gone with the transaction that should have made it', async () => {
    const relationship = aNewRelationship({ personId, confidantPersonId });
    const broken = registry.transactions.inTransaction(async (sql) => {
      await relationshipService(registry).create(sql, relationship);
      throw new Error('Something later failed.');
    });
    await expect(broken).rejects.toThrow('Something later failed.');
    expect(await relationships()).toEqual([]);
    expect(await authenticationMethodsOf(registry.sql, personId)).toEqual([]);
    expect(await registry.sql.query({ text: 'SELECT FROM mpi.audit_log' })).toEqual([]);
  });
});
