import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { aCaller } from '../support/builders';
import { GraphqlClient, UnzrInfoClient } from '../support/api-clients';
import { TestEnvironment } from '../support/test-environment';

const OFFICIAL = randomUUID();
const SYNC = `mutation ($input: SyncUnzrInfoRegisterInput!) {
  syncUnzrInfoRegister(input: $input) { unzrInfo {
    id databaseId unzr jobStatus info { lastName } syncedAt insertedAt insertedBy updatedAt updatedBy } } }`;
const READ = `query ($unzr: String!) { unzrInfoRegister(unzr: $unzr) {
  id databaseId unzr jobStatus syncedAt insertedAt insertedBy updatedAt updatedBy
  info { firstName lastName middleName rnokpp gender dateBirth
         documents { type number issuedBy issuedAt expiresAt status } } } }`;

const env = TestEnvironment.forThisFile();
let client: GraphqlClient;
let rest: UnzrInfoClient;

beforeEach(async () => {
  const official = () => aCaller().withUserId(OFFICIAL).withScope('unzr:write unzr:read');
  client = await new GraphqlClient(env).authenticate(official());
  rest = new UnzrInfoClient(env);
  await rest.authenticate(aCaller().withScope('unzr:read unzr:write'));
});

const sync = (unzr: string) => client.ask(SYNC, { input: { unzr } });

describe('syncUnzrInfoRegister', () => {
  it('takes the question down as pending, in the name of the employee', async () => {
    const unzr = env.unzr();
    env.register.hold();
    const { status, body } = await sync(unzr);
    const { id, databaseId, ...node } = body.data.syncUnzrInfoRegister.unzrInfo;
    expect(status).toBe(200);
    expect(node).toEqual({
      unzr,
      jobStatus: 'pending',
      info: null,
      syncedAt: null,
      insertedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      insertedBy: OFFICIAL,
      updatedAt: node.insertedAt,
      updatedBy: OFFICIAL,
    });
    expect(Buffer.from(id, 'base64').toString()).toBe(`UnzrInfo:${databaseId}`);
  });

  it('asked ten times at once is one call to the register', async () => {
    const unzr = env.unzr();
    env.register.hold();
    const answers = await Promise.all(Array.from({ length: 10 }, () => sync(unzr)));
    const ids = answers.map(({ body }) => body.data.syncUnzrInfoRegister.unzrInfo.databaseId);
    expect(new Set(ids).size).toBe(1);
    env.register.release();
    await rest.ended(unzr, 'processed');
    expect(env.register.requestsFor(unzr)).toHaveLength(1);
  });

  it('hides info from callers who may only ask, and shows it to those who may read', async () => {
    const unzr = env.unzr();
    await sync(unzr);
    await rest.ended(unzr, 'processed');
    expect((await sync(unzr)).body.data.syncUnzrInfoRegister.unzrInfo.info).toEqual({
      lastName: expect.any(String),
    });
    await rest.ended(unzr, 'processed');
    await client.authenticate(aCaller().withTokenScope('unzr:write unzr:read').withClientScope('unzr:write'));
    expect((await sync(unzr)).body.data.syncUnzrInfoRegister.unzrInfo).toMatchObject({
      info: null,
      syncedAt: expect.any(String),
    });
  });
});

describe('unzrInfoRegister', () => {
  it('returns what REST returns, by the published names', async () => {
    const unzr = env.unzr('MANY_DOCUMENTS');
    await sync(unzr);
    await rest.ended(unzr, 'processed');
    const reported = (await rest.read(unzr)).body.data;
    const node = (await client.ask(READ, { unzr })).body.data.unzrInfoRegister;
    expect(node).toMatchObject({
      databaseId: reported.id,
      unzr,
      jobStatus: 'processed',
      syncedAt: reported.synced_at,
      insertedBy: OFFICIAL,
    });
    expect(node.info.documents).toHaveLength(12);
    expect(node.info.documents[0]).toEqual({
      type: reported.info.documents[0].type,
      number: reported.info.documents[0].number,
      issuedBy: reported.info.documents[0].issued_by,
      issuedAt: reported.info.documents[0].issued_at,
      expiresAt: reported.info.documents[0].expires_at,
      status: reported.info.documents[0].status,
    });
    expect([node.info.lastName, node.info.dateBirth]).toEqual([
      reported.info.last_name,
      reported.info.date_birth,
    ]);
  });

  it('is null for a UNZR nobody asked for, and that is no error', async () => {
    const { body } = await client.ask(READ, { unzr: '19850615-99999' });
    expect(body).toEqual({
      data: { unzrInfoRegister: null },
      extensions: { requestId: expect.any(String) },
    });
  });

  it('leaves the same audit rows as REST: the question, the end, the readings', async () => {
    const unzr = env.unzr();
    await sync(unzr);
    await rest.ended(unzr, 'processed');
    await client.ask(READ, { unzr });
    const rows = await rest.audit();
    expect(rows.map(({ changeset, actor_id }) => [actor_id, JSON.stringify(changeset)]).sort()).toEqual(
      [
        [OFFICIAL, '{"job_status":"pending"}'],
        [OFFICIAL, '{"job_status":"processed"}'],
        [OFFICIAL, '{"read":["info"]}'],
        [OFFICIAL, '{"read":["info"]}'],
      ].sort(),
    );
  });
});

describe('A UNZR that cannot be asked about', () => {
  it.each(['', ' ', '19850615-1000', '19850615-10001\n'])('is refused as by REST: %j', async (unzr) => {
    const refusal = [
      200,
      'UNPROCESSABLE_ENTITY',
      'Validation failed',
      'unzr: string does not match pattern "^[0-9]{8}-[0-9]{5}$"',
    ];
    expect(await client.refused(SYNC, { input: { unzr } })).toEqual(refusal);
    expect(await client.refused(READ, { unzr })).toEqual(refusal);
    expect(env.register.requestCount).toBe(0);
  });

  it.each([
    ['in the input', SYNC, { input: {} }],
    ['as null in the input', SYNC, { input: { unzr: null } }],
    ['as a variable', READ, {}],
    ['as a variable that is null', READ, { unzr: null }],
    ['in the text of a mutation', 'mutation { syncUnzrInfoRegister(input: {}) { unzrInfo { id } } }', {}],
    ['in the text of a query', '{ unzrInfoRegister { id } }', {}],
  ])('is reported as missing %s', async (_, query, variables) => {
    expect(await client.refused(query, variables)).toEqual([
      200,
      'UNPROCESSABLE_ENTITY',
      'Validation failed',
      'unzr: required property unzr was not present',
    ]);
  });
});
