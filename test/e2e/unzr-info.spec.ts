import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { aCaller } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';
import { UnzrInfoClient } from '../support/api-clients';

const OFFICIAL = randomUUID();
const TIME = expect.stringMatching(/^\d{4}-.*Z$/);

const env = TestEnvironment.forThisFile();
let client: UnzrInfoClient;

beforeEach(async () => {
  client = new UnzrInfoClient(env);
  await client.authenticate(aCaller().withUserId(OFFICIAL).withScope('unzr:write unzr:read'));
});

describe('POST /api/admin/unzr_info/sync', () => {
  it('takes the question down as pending, in the name of the employee', async () => {
    const unzr = env.unzr();
    env.register.hold();
    const { status, body } = await client.sync(unzr);
    expect([status, body.meta.code, body.meta.type]).toEqual([202, 202, 'object']);
    expect(body.data).toEqual({
      id: expect.any(String),
      unzr,
      job_status: 'pending',
      info: null,
      synced_at: null,
      inserted_at: TIME,
      inserted_by: OFFICIAL,
      updated_at: TIME,
      updated_by: OFFICIAL,
    });
  });

  it('asks the register with the text exactly as given, and keeps the answer', async () => {
    const unzr = env.unzr('MANY_DOCUMENTS');
    const asked = (await client.sync(unzr)).body.data;
    await client.ended(unzr, 'processed');
    const { status, body } = await client.read(unzr);
    expect(status).toBe(200);
    expect(body.data).toMatchObject({ id: asked.id, unzr, job_status: 'processed', updated_by: OFFICIAL });
    expect(body.data.synced_at).toBe(body.data.updated_at);
    const { documents, ...person } = body.data.info;
    expect(Object.keys(person)).toEqual(
      expect.arrayContaining(['first_name', 'last_name', 'middle_name', 'rnokpp', 'gender', 'date_birth']),
    );
    expect(person.date_birth).toBe('1985-06-15');
    expect(documents).toHaveLength(12);
    expect(Object.keys(documents[1]).sort()).toEqual(
      ['type', 'number', 'issued_by', 'issued_at', 'expires_at', 'status'].sort(),
    );
    expect(documents[1].expires_at).toBeNull();
    expect(env.register.requestsFor(unzr).map(({ method }) => method)).toEqual(['unzr']);
  });

  it('keeps documents as a list when there is none', async () => {
    const unzr = env.unzr('NO_DOCUMENTS');
    await client.sync(unzr);
    expect((await client.ended(unzr, 'processed')).info).toMatchObject({ documents: [] });
  });

  it('answers that the register holds nothing: processed, without info', async () => {
    const unzr = env.unzr('NOT_FOUND');
    await client.sync(unzr);
    await client.ended(unzr, 'processed');
    expect((await client.read(unzr)).body.data).toMatchObject({
      job_status: 'processed',
      info: null,
      synced_at: TIME,
    });
  });

  it('keeps what else the register sent under its own name: a photo of 900 KB', async () => {
    const unzr = env.unzr('PHOTO');
    await client.sync(unzr);
    await client.ended(unzr, 'processed');
    const { info } = (await client.read(unzr)).body.data;
    expect(info).toMatchObject({ first_name: expect.any(String), documents: expect.any(Array) });
    expect(info.photo).toHaveLength(900 * 1024);
  });

  it('keeps the old data while it is asked again, and replaces them by the second answer', async () => {
    const unzr = env.unzr('NO_DOCUMENTS');
    await client.sync(unzr);
    const first = await client.ended(unzr, 'processed');
    env.register.answer(unzr, 'MANY_DOCUMENTS');
    env.register.hold();
    const again = (await client.sync(unzr)).body.data;
    expect(again).toMatchObject({
      id: first.id,
      job_status: 'pending',
      info: first.info,
      synced_at: first.synced_at?.toISOString(),
    });
    env.register.release();
    const second = await client.ended(unzr, 'processed');
    expect((second.info as { documents: unknown[] }).documents).toHaveLength(12);
    expect(second.synced_at?.getTime()).toBeGreaterThan(first.synced_at?.getTime() ?? 0);
  });

  it('forgets the old data when the register holds nothing any more', async () => {
    const unzr = env.unzr();
    await client.sync(unzr);
    await client.ended(unzr, 'processed');
    env.register.answer(unzr, 'NOT_FOUND');
    await client.sync(unzr);
    expect(await client.ended(unzr, 'processed')).toMatchObject({ info: null });
  });

  it('hides info from callers who may only ask', async () => {
    const unzr = env.unzr();
    await client.sync(unzr);
    await client.ended(unzr, 'processed');
    await client.authenticate(aCaller().withTokenScope('unzr:write unzr:read').withClientScope('unzr:write'));
    const { status, body } = await client.sync(unzr);
    expect([status, body.data.info, body.data.synced_at]).toEqual([202, null, TIME]);
  });
});

describe('The audit log', () => {
  it('records every question, every end and every reading of info', async () => {
    const unzr = env.unzr();
    const asked = (await client.sync(unzr)).body.data;
    await client.ended(unzr, 'processed');
    await client.read(unzr);
    const message = env.register.requestsFor(unzr)[0]?.messageId;
    const rows = await client.audit();
    expect(rows.map(({ changeset }) => JSON.stringify(changeset)).sort()).toEqual(
      [{ job_status: 'pending' }, { read: ['info'] }, { job_status: 'processed' }, { read: ['info'] }]
        .map((changeset) => JSON.stringify(changeset))
        .sort(),
    );
    expect(new Set(rows.map(({ actor_id, resource_id }) => `${actor_id} ${resource_id}`))).toEqual(
      new Set([`${OFFICIAL} ${asked.id}`]),
    );
    expect(rows.map(({ message_id }) => message_id).filter(Boolean)).toEqual([message]);
  });

  it('has no reading when who asks may not read', async () => {
    await client.authenticate(aCaller().withScope('unzr:write'));
    const unzr = env.unzr();
    await client.sync(unzr);
    await client.ended(unzr, 'processed');
    const read = (await client.audit()).filter(({ changeset }) => 'read' in changeset);
    expect(read).toEqual([]);
  });

  it('has nothing about a UNZR nobody asked for', async () => {
    const { status, body } = await client.read('19850615-99999');
    expect([status, body.error]).toEqual([404, { type: 'not_found', message: 'not found' }]);
    expect(await client.audit()).toEqual([]);
  });
});

describe('A question that cannot have an answer', () => {
  const reported = (body: {
    error: { type: string; invalid: { entry: string; rules: { rule: string }[] }[] };
  }) => [body.error.type, ...body.error.invalid.map(({ entry, rules }) => [entry, rules[0]?.rule])];

  it.each([
    '',
    ' ',
    '19850615-1000',
    '19850615-100010',
    ' 19850615-10001',
    '19850615-10001\n',
    '1985061510001',
  ])('is refused by the call, uncorrected: %j', async (unzr) => {
    const answers = [await client.sync(unzr), await client.read(unzr)];
    for (const { status, body } of answers) {
      expect([status, ...reported(body)]).toEqual([422, 'validation_failed', ['$.unzr', 'format']]);
    }
    expect(await env.sql.query({ text: 'SELECT id FROM mimir.unzr_info' })).toEqual([]);
    expect(env.register.requestCount).toBe(0);
  });

  it('names the field that is missing', async () => {
    const { status, body } = await client.post({});
    expect(status).toBe(422);
    expect(body.error.invalid[0].rules).toEqual([
      { rule: 'required', description: 'required property unzr was not present', params: [] },
    ]);
    expect(reported((await client.get('')).body)).toEqual(['validation_failed', ['$.unzr', 'required']]);
  });

  it.each([
    ['a number', { unzr: 19850615 }, ['$.unzr', 'cast']],
    ['null', { unzr: null }, ['$.unzr', 'cast']],
    ['a list', { unzr: ['19850615-10001'] }, ['$.unzr', 'cast']],
    ['more than it', { unzr: '19850615-10001', force: true }, ['$.force', 'schema']],
  ])('is refused when it is %s', async (_, sent, fault) => {
    const { status, body } = await client.post(sent);
    expect([status, ...reported(body)]).toEqual([422, 'validation_failed', fault]);
  });

  it('is refused when it is asked twice in one query', async () => {
    const { status, body } = await client.get('?unzr=19850615-10001&unzr=19850615-10002');
    expect([status, ...reported(body)]).toEqual([422, 'validation_failed', ['$.unzr', 'cast']]);
  });
});
