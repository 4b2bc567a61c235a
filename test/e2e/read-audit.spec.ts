import { beforeEach, describe, expect, it } from 'vitest';
import { globalId } from '../../src/graphql';
import { aCaller, aPerson, aRelationship, readingsIn } from '../support/builders';
import { OFFICIAL } from '../support/registrations';
import { GraphqlClient } from '../support/api-clients';
import { TestEnvironment } from '../support/test-environment';

const NOBODY = '99999999-9999-4999-8999-999999999999';
/** Another official, with a token of their own. */
const READER = '88888888-8888-4888-8888-888888888888';
const RELATIONSHIPS = '/api/admin/confidant_person_relationships';
const SCOPE =
  'person:read person:verify person_verification:read person_verification:details confidant_person_relationship_admin:read';

const env = TestEnvironment.forThisFile();
let token: string;

beforeEach(async () => {
  token = await aCaller().withUserId(OFFICIAL).withScope(SCOPE).save(env.sql);
});

const get = async (path: string): Promise<number> => (await env.program.withToken(token, path)).status;

/** Two unverified persons, in the order of the lists. */
async function twoUnverified(): Promise<readonly string[]> {
  const persons = [1, 2].map((n) =>
    aPerson()
      .withId(`00000000-0000-4000-9000-00000000000${n}`)
      .stream('nhs', 'NOT_VERIFIED', 'DOCUMENTS_TRIGGERED'),
  );
  return Promise.all(persons.map((person) => person.save(env.sql)));
}

describe('A call that reads persons', () => {
  it.each([
    ['GET /api/persons/verifications', 'verification_status=CHANGES_NEEDED'],
    ['GET /api/admin/persons/unverified', 'stream=nhs&status=NOT_VERIFIED&page_size=10'],
  ])('leaves one audit row of a list: %s', async (read, query) => {
    const ids = await twoUnverified();
    await aPerson().save(env.sql);
    expect(await get(`${read.slice('GET '.length)}?${query}`)).toBe(200);
    const filter = Object.fromEntries(new URLSearchParams(query));
    expect(await readingsIn(env.sql)).toEqual([
      {
        actor_id: OFFICIAL,
        resource: 'persons',
        resource_id: null,
        changeset: { read, filter, count: 2, ids },
      },
    ]);
  });

  it('leaves one also when nobody is found', async () => {
    expect(await get('/api/admin/persons/cannot_be_checked')).toBe(200);
    expect(await readingsIn(env.sql)).toEqual([
      {
        actor_id: OFFICIAL,
        resource: 'persons',
        resource_id: null,
        changeset: { read: 'GET /api/admin/persons/cannot_be_checked', filter: {}, count: 0, ids: [] },
      },
    ]);
  });

  it.each([
    ['/api/persons/:id/verification', 1],
    ['/api/admin/persons/:id/verification/history', 0],
    ['/api/admin/persons/:id/verification/nhs/moves', 1],
  ])('names the person whose verification was read: %s', async (route, count) => {
    const person = await aPerson().save(env.sql);
    expect(await get(route.replace(':id', person.toUpperCase()))).toBe(200);
    expect(await readingsIn(env.sql)).toEqual([
      {
        actor_id: OFFICIAL,
        resource: 'persons',
        resource_id: person,
        changeset: { read: `GET ${route}`, filter: {}, count, ids: [person] },
      },
    ]);
  });

  it('leaves none when it is refused', async () => {
    expect(await get(`/api/persons/${NOBODY}/verification`)).toBe(404);
    expect(await get('/api/admin/persons/unverified?status=NONE')).toBe(422);
    token = await aCaller().withScope('job:read').save(env.sql);
    expect(await get('/api/admin/persons/unverified')).toBe(403);
    expect(await readingsIn(env.sql)).toEqual([]);
  });

  it('gives nothing away when the row cannot be written', async () => {
    await aPerson().save(env.sql);
    await env.sql.run('REVOKE INSERT ON mpi.audit_log FROM app');
    try {
      expect(await get('/api/persons/verifications')).toBe(500);
    } finally {
      await env.sql.run('GRANT INSERT ON mpi.audit_log TO app');
    }
    expect(await get('/api/persons/verifications')).toBe(200);
  });
});

describe('A call that reads relationships', () => {
  it('leaves one audit row: of the list, and of a single one', async () => {
    const id = await aRelationship()
      .of(await aPerson().save(env.sql))
      .through(await aPerson().save(env.sql))
      .save(env.sql);
    expect(await get(`${RELATIONSHIPS}?page=1`)).toBe(200);
    expect(await get(`${RELATIONSHIPS}/${id}`)).toBe(200);
    const read = { actor_id: OFFICIAL, resource: 'confidant_person_relationships', resource_id: id };
    expect(await readingsIn(env.sql)).toEqual([
      {
        ...read,
        changeset: { read: `GET ${RELATIONSHIPS}`, filter: { page: '1' }, count: 1, ids: [id] },
      },
      { ...read, changeset: { read: `GET ${RELATIONSHIPS}/:id`, filter: {}, count: 1, ids: [id] } },
    ]);
  });
});

describe('A GraphQL field that reads persons', () => {
  it('leaves one audit row each', async () => {
    const ids = await twoUnverified();
    const [id = ''] = ids;
    const client = await new GraphqlClient(env).authenticate(aCaller().withUserId(READER).withScope(SCOPE));
    const query = `query ($id: ID!) { person(id: $id) { databaseId }
      unverifiedPersons(first: 5) { nodes { databaseId } } }`;
    expect((await client.ask(query, { id: globalId('Person', id) })).status).toBe(200);
    const readings = await readingsIn(env.sql);
    expect(readings).toHaveLength(2);
    expect(readings).toEqual(
      expect.arrayContaining([
        {
          actor_id: READER,
          resource: 'persons',
          resource_id: id,
          changeset: { read: 'person', filter: { id: globalId('Person', id) }, count: 1, ids: [id] },
        },
        {
          actor_id: READER,
          resource: 'persons',
          resource_id: null,
          changeset: { read: 'unverifiedPersons', filter: { first: 5 }, count: 2, ids },
        },
      ]),
    );
  });
});
