import { beforeEach, describe, expect, it } from 'vitest';
import { globalId } from '../../src/graphql';
import { aCaller, aPerson, aRelationship, auditOf, verificationOf } from '../support/builders';
import { OFFICIAL } from '../support/registrations';
import { GraphqlClient } from '../support/api-clients';
import { TestEnvironment } from '../support/test-environment';

const NOBODY = '99999999-9999-4999-8999-999999999999';
const MOVE = `mutation ($input: UpdatePersonManualRulesVerificationStatusInput!) {
  updatePersonManualRulesVerificationStatus(input: $input) { person { verificationDetails { manualRules {
    verificationStatus verificationReason verificationComment } } } } }`;
const REPEAT = `mutation ($input: UpdatePersonDmsPassportVerificationStatusInput!) {
  updatePersonDmsPassportVerificationStatus(input: $input) { person { verificationStatus } } }`;
const RELATE = `mutation ($input: UpdateConfidantPersonRelationshipInput!) {
  updateConfidantPersonRelationship(input: $input) { confidantPersonRelationship {
    databaseId verificationStatus verificationReason person { name } documents { type number } } } }`;

const env = TestEnvironment.forThisFile();
let client: GraphqlClient;

beforeEach(async () => {
  const scope = 'person:verify confidant_person_relationship_admin:write';
  client = await new GraphqlClient(env).authenticate(aCaller().withUserId(OFFICIAL).withScope(scope));
});

const idOf = (personId: string): string => globalId('Person', personId);

describe('What officials change', () => {
  it('N4: takes a person into work, with the audit row of REST', async () => {
    const id = await aPerson().stream('nhs', 'VERIFICATION_NEEDED', 'RULES_TRIGGERED').save(env.sql);
    const { body } = await client.ask(MOVE, {
      input: { personId: idOf(id), manualRulesVerificationStatus: 'IN_REVIEW' },
    });
    const { person } = body.data.updatePersonManualRulesVerificationStatus;
    expect(person.verificationDetails.manualRules).toEqual({
      verificationStatus: 'IN_REVIEW',
      verificationReason: 'MANUAL',
      verificationComment: null,
    });
    expect(await auditOf(env.sql, id)).toMatchObject([{ row: 'N4', actor_id: OFFICIAL }]);
  });

  it('are refused as by REST, with the names that were sent', async () => {
    const person = aPerson().stream('nhs', 'IN_REVIEW', 'MANUAL');
    const id = await person.save(env.sql);
    const gone = await aPerson().inactive().save(env.sql);
    const move = (personId: string, manualRulesVerificationStatus: string, verificationComment?: string) =>
      client.refused(MOVE, {
        input: { personId: idOf(personId), manualRulesVerificationStatus, verificationComment },
      });
    expect(await move(NOBODY, 'IN_REVIEW')).toEqual([200, 'NOT_FOUND', 'Person not found']);
    expect(await move(gone, 'IN_REVIEW')).toEqual([200, 'CONFLICT', 'Person is not active']);
    expect(await move(id, 'NOT_VERIFIED')).toEqual([
      200,
      'CONFLICT',
      'verification status comment is required',
    ]);
    expect(await move(id, 'DONE')).toEqual([
      200,
      'UNPROCESSABLE_ENTITY',
      'Validation failed',
      'manualRulesVerificationStatus: value is not allowed in enum',
    ]);
    expect(await move(id, 'VERIFIED', 'x'.repeat(1_001))).toEqual([
      200,
      'UNPROCESSABLE_ENTITY',
      'Validation failed',
      'verificationComment: expected value to have a maximum length of 1000 but was 1001',
    ]);
    expect(await auditOf(env.sql, id)).toEqual([]);
  });

  it('return the name of the person only to callers who may read it, and are made all the same', async () => {
    const id = await aPerson().stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID').save(env.sql);
    const repeat = REPEAT.replace('{ verificationStatus }', '{ lastName }');
    const input = {
      personId: idOf(id),
      dmsPassportVerificationStatus: 'VERIFICATION_NEEDED',
      dmsPassportVerificationReason: 'ONLINE_TRIGGERED',
    };
    expect(await client.refused(repeat, { input })).toEqual([
      200,
      'FORBIDDEN',
      'Your scope does not allow to access this resource. Missing allowances: person:read',
    ]);
    expect(await auditOf(env.sql, id)).toMatchObject([{ row: 'S10' }]);
    await client.authenticate(aCaller().withScope('person:verify person:read'));
    const { body } = await client.ask(repeat, { input });
    expect(body.data.updatePersonDmsPassportVerificationStatus.person.lastName).toEqual(expect.any(String));
  });

  it('S10: have a passport checked again, and nothing else than that', async () => {
    const id = await aPerson().stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID').save(env.sql);
    const repeat = (status: string) => ({
      input: {
        personId: idOf(id),
        dmsPassportVerificationStatus: status,
        dmsPassportVerificationReason: 'ONLINE_TRIGGERED',
      },
    });
    expect(await client.refused(REPEAT, repeat('VERIFIED'))).toEqual([
      200,
      'UNPROCESSABLE_ENTITY',
      'Validation failed',
      'dmsPassportVerificationStatus: value is not allowed in enum',
    ]);
    const { body } = await client.ask(REPEAT, repeat('VERIFICATION_NEEDED'));
    expect(body.data.updatePersonDmsPassportVerificationStatus.person).toEqual({
      verificationStatus: 'VERIFICATION_NEEDED',
    });
    expect(await verificationOf(env.sql, id)).toMatchObject({
      dms_passport_verification_reason: 'ONLINE_TRIGGERED',
    });
    expect(await auditOf(env.sql, id)).toMatchObject([{ row: 'S10', actor_id: OFFICIAL }]);
  });

  it('R2: return a relationship to the queue; a missing field is reported by its own name', async () => {
    const id = await aRelationship()
      .of(await aPerson().save(env.sql))
      .save(env.sql);
    const asked = (verificationStatus: string, confidantPersonRelationshipId = id) => ({
      input: { confidantPersonRelationshipId, verificationStatus },
    });
    const { body } = await client.ask(RELATE, asked('VERIFICATION_NEEDED'));
    expect(body.data.updateConfidantPersonRelationship.confidantPersonRelationship).toMatchObject({
      databaseId: id,
      verificationStatus: 'VERIFICATION_NEEDED',
      verificationReason: 'MANUAL',
      person: { name: 'Верболоз З. Л.' },
    });
    expect(await client.refused(RELATE, asked('VERIFIED'))).toEqual([
      200,
      'CONFLICT',
      "Can't update verification status from VERIFICATION_NEEDED to VERIFIED",
    ]);
    expect(await client.refused(RELATE, asked('IN_REVIEW', NOBODY))).toEqual([
      200,
      'NOT_FOUND',
      'Confidant person relationship is not found',
    ]);
    expect(await client.refused(RELATE, asked('IN_REVIEW', 'x'))).toEqual([
      200,
      'UNPROCESSABLE_ENTITY',
      'Validation failed',
      'confidantPersonRelationshipId: expected the value to be a UUID',
    ]);
  });
});
