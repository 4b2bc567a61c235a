import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { aPerson, aRelationship, auditOf } from '../support/builders';
import { RELATIONSHIPS, RelationshipFixture } from '../support/relationship-fixture';

const TOMORROW = new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10);
const EARLIER = '2026-01-01';

let fixture: RelationshipFixture;

beforeAll(async () => {
  fixture = await RelationshipFixture.start();
});
afterAll(() => fixture.env.stop());
beforeEach(() => fixture.begin());

const list = (query = '') => fixture.ask(RELATIONSHIPS + query);

const idsOf = async (query: string): Promise<readonly string[]> =>
  (await list(query)).body.data.map(({ id }: { id: string }) => id);

/** Two persons with every field that must stay hidden, with a relationship. */
async function marked(): Promise<string> {
  const { sql } = fixture.env;
  const personId = await aPerson()
    .named('Криниця', 'Малинка', 'Богданівна')
    .withTaxId('3141592653')
    .withPhone('+380671234567')
    .save(sql);
  const confidantPersonId = await aPerson()
    .named('Горобина', 'Устим', 'Йосипович')
    .withUnzr('19850615-27182')
    .withPassport('КВ271828')
    .withPhone('+380931234585')
    .save(sql);
  return aRelationship()
    .of(personId)
    .through(confidantPersonId)
    .status('IN_REVIEW', 'MANUAL')
    .withDocument('COURT_DECISION', '2-1234/2024')
    .withDocument('BIRTH_CERTIFICATE', 'І-КП123456')
    .save(sql);
}

/** Whatever of them may nowhere be read. */
const HIDDEN = /Малинка|Богданівна|Устим|Йосипович|67123|93123|314159265|19850615|271828|1234\/|КП1234|старе/;

describe('GET /api/admin/confidant_person_relationships', () => {
  it('shows a relationship with both persons masked', async () => {
    const id = await fixture.withTraces(await marked());
    const row = await fixture.rowOf(id);
    const { status, body } = await list();
    expect(status).toBe(200);
    expect(body.meta).toMatchObject({ code: 200, type: 'list', url: RELATIONSHIPS });
    expect(body.paging).toEqual({ page_number: 1, page_size: 50, total_entries: 1, total_pages: 1 });
    expect(body.data).toEqual([
      {
        id,
        person_id: row['person_id'],
        person: { name: 'Криниця М. Б.', phones: [{ type: 'MOBILE', number: '+38067*****67' }] },
        confidant_person_id: row['confidant_person_id'],
        confidant_person: { name: 'Горобина У. Й.', phones: [{ type: 'MOBILE', number: '+38093*****85' }] },
        relation_type: 'PRIMARY',
        is_active: true,
        active_to: null,
        is_expired: false,
        verification_status: 'IN_REVIEW',
        verification_reason: 'MANUAL',
        unverified_at: '2026-01-02T03:04:05.000Z',
        dracs_birth_act_id: row['dracs_birth_act_id'],
        dracs_birth_synced_at: '2026-01-02T03:04:06.000Z',
        inserted_at: expect.stringMatching(/Z$/),
        updated_at: expect.stringMatching(/Z$/),
      },
    ]);
    expect(JSON.stringify(body)).not.toMatch(HIDDEN);
  });

  it('finds by each filter, by all of them together, and leaves an empty one out', async () => {
    const { sql } = fixture.env;
    const expired = await fixture
      .between()
      .activeTo(EARLIER)
      .inactive()
      .status('VERIFIED', 'MANUAL')
      .save(sql);
    const running = await fixture.between().activeTo(TOMORROW).status('VERIFIED', 'AUTO').save(sql);
    const endless = await aRelationship().of(fixture.confidantPersonId).through(fixture.personId).save(sql);
    const anybody = [endless, running, expired].sort();
    const sorted = async (query: string) => [...(await idsOf(query))].sort();
    expect(await sorted('')).toEqual(anybody);
    expect(await sorted('?person_id=&verification_status=&is_expired=&page=')).toEqual(anybody);
    expect(await sorted(`?person_id=${fixture.personId.toUpperCase()}`)).toEqual([running, expired].sort());
    expect(await sorted(`?confidant_person_id=${fixture.personId}`)).toEqual([endless]);
    expect(await sorted('?verification_status=VERIFIED')).toEqual([running, expired].sort());
    expect(await sorted('?is_expired=true')).toEqual([expired]);
    expect(await sorted('?is_expired=false')).toEqual([endless, running].sort());
    const all = `?person_id=${fixture.personId}&confidant_person_id=${fixture.confidantPersonId}`;
    expect(await sorted(`${all}&verification_status=VERIFIED&is_expired=false`)).toEqual([running]);
    expect(await sorted(`${all}&verification_status=NOT_VERIFIED`)).toEqual([]);
  });

  it('goes page by page, newest first, and nobody is on two of them', async () => {
    const { sql } = fixture.env;
    for (const _ of 'seven!!') await fixture.between().inactive().save(sql);
    await sql.run(`
      UPDATE mpi.confidant_person_relationships SET inserted_at = '2026-01-01T00:00:00Z'::timestamptz
        + interval '1 second' * (ascii(left(id::text, 1)) % 3)`);
    const rows = await sql.query<{ id: string }>({
      text: 'SELECT id FROM mpi.confidant_person_relationships ORDER BY inserted_at DESC, id DESC',
    });
    const pages = [];
    for (const page of [1, 2, 3, 4]) pages.push(...(await idsOf(`?page=${page}&page_size=3`)));
    expect(pages).toEqual(rows.map(({ id }) => id));
    const { body } = await list('?page=3&page_size=3');
    expect(body.paging).toEqual({ page_number: 3, page_size: 3, total_entries: 7, total_pages: 3 });
  });

  it('reports all faults of a query at once', async () => {
    const query =
      '?person_id=x&confidant_person_id=1&verification_status=DONE&is_expired=maybe&page=0&page_size=x';
    const { status, body } = await list(query);
    expect([status, body.error.type]).toEqual([422, 'validation_failed']);
    expect(body.error.invalid.map(({ entry }: { entry: string }) => entry)).toEqual([
      '$.person_id',
      '$.confidant_person_id',
      '$.verification_status',
      '$.is_expired',
      '$.page',
      '$.page_size',
    ]);
    expect((await list('?person_id=a&person_id=b')).status).toBe(422);
    expect((await list(`?person_id[x]=1`)).status).not.toBe(500);
  });
});

describe('GET /api/admin/confidant_person_relationships/{id}', () => {
  it('shows the documents with masked numbers, and the words of the official', async () => {
    const id = await marked();
    await fixture.move(id, { verification_status: 'NOT_VERIFIED', verification_comment: 'не той суд' });
    const { status, body } = await fixture.ask(`${RELATIONSHIPS}/${id}`);
    expect(status).toBe(200);
    expect(body.meta).toMatchObject({ code: 200, type: 'object' });
    expect(body.data).toMatchObject({
      id,
      confidant_person: { name: 'Горобина У. Й.' },
      verification_status: 'NOT_VERIFIED',
      verification_comment: 'не той суд',
      updated_by: fixture.official,
      documents: [
        { type: 'BIRTH_CERTIFICATE', number: '********56', issued_by: null, issued_at: null },
        { type: 'COURT_DECISION', number: '*********24', issued_by: null, issued_at: null },
      ],
    });
    expect(JSON.stringify(body)).not.toMatch(HIDDEN);
    expect(JSON.stringify(await auditOf(fixture.env.sql, id))).not.toMatch(/не той суд/);
  });

  it('is listed although other programs left out the confidant', async () => {
    const id = await aRelationship().of(fixture.personId).save(fixture.env.sql);
    const { body } = await fixture.ask(`${RELATIONSHIPS}/${id}`);
    expect(body.data).toMatchObject({ confidant_person_id: null, confidant_person: null, documents: [] });
  });

  it('is 404 for one that is not there, 422 for what is no id', async () => {
    const { status, body } = await fixture.ask(`${RELATIONSHIPS}/${fixture.personId}`);
    expect([status, body.error.message]).toEqual([404, 'Confidant person relationship is not found']);
    expect((await fixture.ask(`${RELATIONSHIPS}/${fixture.personId}x`)).status).toBe(422);
  });

  it('leaves nothing of the persons in the log', async () => {
    const id = await marked();
    await list();
    await fixture.ask(`${RELATIONSHIPS}/${id}`);
    await fixture.move(id, { verification_status: 'NOT_VERIFIED', verification_comment: 'Криниця не та' });
    expect(fixture.env.program.logged.join('\n')).not.toMatch(/Криниця|Горобина|КП123456/);
  });
});
