import { beforeEach, describe, expect, it } from 'vitest';
import { globalId } from '../../src/graphql';
import { aCaller, aPerson } from '../support/builders';
import { OFFICIAL } from '../support/registrations';
import { GraphqlDesk } from '../support/api-clients';
import { Installation } from '../support/test-environment';

const NOBODY = '99999999-9999-4999-8999-999999999999';
const PERSON = `query ($id: ID!) { person(id: $id) { id databaseId verificationStatus
  verificationDetails { manualRules { ...it } dmsPassport { ...it } } lastName birthDate unzr status insertedAt } }
  fragment it on PersonStreamVerification {
    verificationStatus verificationReason verificationComment status syncedAt unverifiedAt }`;
const LIST = `query ($filter: UnverifiedPersonFilter, $first: Int, $after: String, $last: Int, $before: String) {
  unverifiedPersons(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    nodes { databaseId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
const here = Installation.ofThisFile();
let desk: GraphqlDesk;

beforeEach(async () => {
  const scope = 'person:read';
  desk = await new GraphqlDesk(here).enter(aCaller().withUserId(OFFICIAL).withScope(scope));
});

const idOf = (personId: string): string => globalId('Person', personId);
const readings = async (): Promise<unknown[]> =>
  here.sql.query({
    text: `SELECT actor_id, resource_id, changeset FROM mpi.audit_log WHERE resource = 'persons'`,
  });

describe('person', () => {
  it('tells how he stands as REST does, and who he is', async () => {
    const id = await aPerson().withUnzr('19850615-00013').save(here.sql);
    const rest = await aCaller().withScope('person_verification:details').save(here.sql);
    const answer = await here.program.bearing(rest, `/api/persons/${id}/verification`);
    const told = JSON.parse(await answer.text()).data;
    const { person } = (await desk.ask(PERSON, { id: idOf(id) })).body.data;
    expect(person).toMatchObject({
      id: idOf(id),
      databaseId: id,
      verificationStatus: told.verification_status,
      lastName: 'Верболоз',
      birthDate: '1985-06-15',
      unzr: '19850615-00013',
      status: 'ACTIVE',
    });
    expect(person.verificationDetails.dmsPassport).toEqual({
      verificationStatus: told.details.dms_passport.verification_status,
      verificationReason: told.details.dms_passport.verification_reason,
      verificationComment: null,
      status: told.details.dms_passport.status,
      syncedAt: told.details.dms_passport.synced_at,
      unverifiedAt: told.details.dms_passport.unverified_at,
    });
    expect(await readings()).toEqual([
      { actor_id: OFFICIAL, resource_id: id, changeset: { read: ['personal_data'] } },
    ]);
  });

  it('is read without a trace when only his verification is asked for', async () => {
    const id = await aPerson().save(here.sql);
    const { body } = await desk.ask(`{ person(id: "${idOf(id)}") { verificationStatus } }`);
    expect(body.errors).toBeUndefined();
    expect(await readings()).toEqual([]);
  });

  it('that is not there is NOT_FOUND', async () => {
    expect(await desk.refused(PERSON, { id: idOf(NOBODY) })).toEqual([200, 'NOT_FOUND', 'not found']);
  });

  it.each([
    NOBODY,
    globalId('UnzrInfo', NOBODY),
    globalId('Person', 'x'),
    `${globalId('Person', NOBODY)}=`,
    'ї'.repeat(9_000),
    '',
  ])('is asked for by an id of his type only: %.40s', async (id) => {
    expect(await desk.refused(PERSON, { id })).toEqual([
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
    for (let n = 0; n < 5; n += 1) saved.push(await aPerson().withPassport(here.passport()).save(here.sql));
    await aPerson()
      .stream('dms_passport', 'VERIFIED', 'AUTO_VALID')
      .stream('mvs_passport', 'VERIFIED', 'AUTO_NOT_LOST')
      .save(here.sql);
    const all = saved.sort();
    const page = async (asked: object) => (await desk.ask(LIST, asked)).body.data.unverifiedPersons;
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
    const needed = await aPerson().withPassport(here.passport()).save(here.sql);
    const refuted = await aPerson().stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID').save(here.sql);
    const found = async (filter: object) =>
      (await desk.ask(LIST, { filter })).body.data.unverifiedPersons.nodes.map(
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
    expect(await desk.refused(LIST, asked)).toEqual([
      200,
      'UNPROCESSABLE_ENTITY',
      'Validation failed',
      fault,
    ]);
  });
});
