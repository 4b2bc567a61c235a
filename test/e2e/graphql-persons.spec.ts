import { beforeEach, describe, expect, it } from 'vitest';
import { globalId } from '../../src/graphql';
import { aCaller, aPerson } from '../support/builders';
import { OFFICIAL } from '../support/registrations';
import { GraphqlClient } from '../support/api-clients';
import { TestEnvironment } from '../support/test-environment';

const NOBODY = '99999999-9999-4999-8999-999999999999';
const PERSON = `query ($id: ID!) { person(id: $id) { id databaseId verificationStatus
  verificationDetails { manualRules { ...it } dmsPassport { ...it } } lastName birthDate unzr status insertedAt } }
  fragment it on PersonStreamVerification {
    verificationStatus verificationReason verificationComment status syncedAt unverifiedAt }`;
const LIST = `query ($filter: UnverifiedPersonFilter, $first: Int, $after: String, $last: Int, $before: String) {
  unverifiedPersons(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes { databaseId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const env = TestEnvironment.forThisFile();
let client: GraphqlClient;

beforeEach(async () => {
  const scope = 'person:read';
  client = await new GraphqlClient(env).authenticate(aCaller().withUserId(OFFICIAL).withScope(scope));
});

const idOf = (personId: string): string => globalId('Person', personId);
const readings = async (): Promise<unknown[]> =>
  env.sql.query({
    text: `SELECT actor_id, resource_id, changeset FROM mpi.audit_log
            WHERE resource = 'persons' AND changeset @> '{"read": ["personal_data"]}'`,
  });

describe('person', () => {
  it('returns the statuses as REST does, and the name', async () => {
    const id = await aPerson().withUnzr('19850615-00013').save(env.sql);
    const rest = await aCaller().withScope('person_verification:details').save(env.sql);
    const answer = await env.program.withToken(rest, `/api/persons/${id}/verification`);
    const reported = JSON.parse(await answer.text()).data;
    const { person } = (await client.ask(PERSON, { id: idOf(id) })).body.data;
    expect(person).toMatchObject({
      id: idOf(id),
      databaseId: id,
      verificationStatus: reported.verification_status,
      lastName: 'Верболоз',
      birthDate: '1985-06-15',
      unzr: '19850615-00013',
      status: 'ACTIVE',
    });
    expect(person.verificationDetails.dmsPassport).toEqual({
      verificationStatus: reported.details.dms_passport.verification_status,
      verificationReason: reported.details.dms_passport.verification_reason,
      verificationComment: null,
      status: reported.details.dms_passport.status,
      syncedAt: reported.details.dms_passport.synced_at,
      unverifiedAt: reported.details.dms_passport.unverified_at,
    });
    expect(await readings()).toEqual([
      { actor_id: OFFICIAL, resource_id: id, changeset: { read: ['personal_data'] } },
    ]);
  });

  it('is read without a trace when only the verification is requested', async () => {
    const id = await aPerson().save(env.sql);
    const { body } = await client.ask(`{ person(id: "${idOf(id)}") { verificationStatus } }`);
    expect(body.errors).toBeUndefined();
    expect(await readings()).toEqual([]);
  });

  it('that is not there is NOT_FOUND', async () => {
    expect(await client.refused(PERSON, { id: idOf(NOBODY) })).toEqual([200, 'NOT_FOUND', 'not found']);
  });

  it.each([
    NOBODY,
    globalId('UnzrInfo', NOBODY),
    globalId('Person', 'x'),
    `${globalId('Person', NOBODY)}=`,
    'ї'.repeat(9_000),
    '',
  ])('is found by an id of type Person only: %.40s', async (id) => {
    expect(await client.refused(PERSON, { id })).toEqual([
      200,
      'UNPROCESSABLE_ENTITY',
      'Validation failed',
      'id: expected the value to be an id of the type Person',
    ]);
  });
});

describe('unverifiedPersons', () => {
  it('goes through the list of REST forward and back', async () => {
    const saved = [];
    for (let n = 0; n < 5; n += 1) saved.push(await aPerson().withPassport(env.passport()).save(env.sql));
    await aPerson()
      .stream('dms_passport', 'VERIFIED', 'AUTO_VALID')
      .stream('mvs_passport', 'VERIFIED', 'AUTO_NOT_LOST')
      .save(env.sql);
    const all = saved.sort();
    const page = async (asked: object) => (await client.ask(LIST, asked)).body.data.unverifiedPersons;
    const [one, two] = [await page({ first: 2 }), await page({ first: 2, after: 'cm93OjE=' })];
    const last = await page({ first: 300, after: two.pageInfo.endCursor });
    const back = await page({ last: 2, before: last.pageInfo.startCursor });
    expect(
      [one, two, last].flatMap(({ nodes }) =>
        nodes.map(({ databaseId }: { databaseId: string }) => databaseId),
      ),
    ).toEqual(all);
    expect([one, two, last].map(({ pageInfo }) => pageInfo.hasNextPage)).toEqual([true, true, false]);
    expect(one.pageInfo).toMatchObject({ hasPreviousPage: false, endCursor: 'cm93OjE=' });
    expect(back.nodes).toEqual(two.nodes);
  });

  it('narrows by what the streams add up to, or by one stream', async () => {
    const needed = await aPerson().withPassport(env.passport()).save(env.sql);
    const refuted = await aPerson().stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID').save(env.sql);
    const found = async (filter: object) =>
      (await client.ask(LIST, { filter })).body.data.unverifiedPersons.nodes.map(
        ({ databaseId }: { databaseId: string }) => databaseId,
      );
    expect(await found({ verificationStatus: 'CHANGES_NEEDED' })).toEqual([refuted]);
    expect(await found({ verificationStatus: 'VERIFICATION_NEEDED' })).toEqual([needed]);
    const dmsPassport = { dmsPassportVerificationStatus: 'NOT_VERIFIED' };
    expect(await found(dmsPassport)).toEqual([refuted]);
    expect(await found({ ...dmsPassport, verificationReason: 'AUTO_INCORRECT_DATA' })).toEqual([]);
  });

  it.each([
    [{ first: 0 }, 'first: expected the value to be greater than or equal to 1'],
    [{ last: 1 }, 'before: required property before was not present'],
    [{ after: 'x' }, 'after: expected the value to be a cursor of this list'],
    [
      { filter: { unzrVerificationStatus: 'VERIFIED', verificationStatus: 'NOT_VERIFIED' } },
      'filter: only one status can be asked for',
    ],
  ])('refuses %j', async (asked, fault) => {
    expect(await client.refused(LIST, asked)).toEqual([
      200,
      'UNPROCESSABLE_ENTITY',
      'Validation failed',
      fault,
    ]);
  });
});

describe('A person without verifications', () => {
  it('is left out of the list, and breaks nothing of it', async () => {
    const shown = await aPerson()
      .stream('nhs', 'NOT_VERIFIED', 'MANUAL')
      .cumulative('NOT_VERIFIED')
      .save(env.sql);
    const without = await aPerson().cumulative('NOT_VERIFIED').save(env.sql);
    await env.sql.run(`DELETE FROM mpi.person_verifications WHERE person_id = '${without}'`);
    const { body } = await client.ask(
      '{ unverifiedPersons(first: 10) { nodes { databaseId verificationDetails { nhs: manualRules { verificationStatus } } } } }',
    );
    expect(body.errors).toBeUndefined();
    expect(body.data.unverifiedPersons.nodes).toEqual([
      { databaseId: shown, verificationDetails: { nhs: { verificationStatus: 'NOT_VERIFIED' } } },
    ]);
  });

  it('may have no verificationDetails, as the schema says', async () => {
    const asked = '{ __type(name: "Person") { fields { name type { kind } } } }';
    const { body } = await client.ask(asked);
    const fields = body.data.__type.fields as { readonly name: string; readonly type: unknown }[];
    expect(fields.find(({ name }) => name === 'verificationDetails')?.type).toEqual({ kind: 'OBJECT' });
  });
});
