import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  RelationshipReason,
  RelationshipStatus,
} from '../../src/domain/confidant/relationship-status.rules';
import { auditOf, eventsOf } from '../support/builders';
import { ACT, RelationshipFixture } from '../support/relationship-fixture';
import { waitUntil } from '../support/wait-until';

let fixture: RelationshipFixture;

beforeAll(async () => {
  fixture = await RelationshipFixture.start();
});
afterAll(() => fixture.env.stop());
beforeEach(() => fixture.begin());

describe('R3: an official who rejects a relationship', () => {
  it.each([
    [{}],
    [{ verification_comment: null }],
    [{ verification_comment: '' }],
    [{ verification_comment: '  ' }],
  ])('must give a comment with %j', async (comment) => {
    const id = await fixture.inWork();
    const before = await fixture.rowOf(id);
    const { status, body } = await fixture.move(id, { verification_status: 'NOT_VERIFIED', ...comment });
    expect([status, body.error]).toEqual([
      409,
      { type: 'request_conflict', message: 'verification status comment is required' },
    ]);
    await fixture.expectNoTrace(id, before);
  });
});

describe('R4: an official who accepts a relationship', () => {
  it('is asked for words when there is neither an act nor a birth certificate', async () => {
    const id = await fixture
      .between()
      .status('IN_REVIEW', 'MANUAL')
      .withDocument('BIRTH_CERTIFICATE_FOREIGN', 'FR-1')
      .save(fixture.env.sql);
    const before = await fixture.rowOf(id);
    const { status, body } = await fixture.move(id, { verification_status: 'VERIFIED' });
    expect([status, body.error.message]).toEqual([409, 'verification status comment is required']);
    await fixture.expectNoTrace(id, before);
  });

  it('must give the act when there is a birth certificate, whatever the comment', async () => {
    const id = await fixture
      .between()
      .status('IN_REVIEW', 'MANUAL')
      .withDocument('BIRTH_CERTIFICATE', 'І-КП123456')
      .save(fixture.env.sql);
    const before = await fixture.rowOf(id);
    const { status, body } = await fixture.move(id, {
      verification_status: 'VERIFIED',
      verification_comment: 'звірено',
    });
    const description = 'required property dracs_birth_act_id was not present';
    expect([status, body.error]).toEqual([
      422,
      {
        type: 'validation_failed',
        message: 'Validation failed',
        invalid: [
          {
            entry: '$.dracs_birth_act_id',
            entry_type: 'json_data_property',
            rules: [{ rule: 'required', description, params: [] }],
          },
        ],
      },
    ]);
    await fixture.expectNoTrace(id, before);
  });
});

describe('Moves that are no row', () => {
  it.each<[RelationshipStatus, RelationshipReason, RelationshipStatus]>([
    ['VERIFIED', 'MANUAL', 'IN_REVIEW'],
    ['VERIFIED', 'AUTO', 'IN_REVIEW'],
    ['NOT_VERIFIED', 'MANUAL', 'IN_REVIEW'],
    ['IN_REVIEW', 'MANUAL', 'IN_REVIEW'],
    ['VERIFICATION_NEEDED', 'MANUAL', 'VERIFIED'],
    ['NOT_VERIFIED', 'AUTO', 'VERIFIED'],
    ['VERIFIED', 'MANUAL', 'VERIFIED'],
    ['IN_REVIEW', 'AUTO', 'VERIFIED'],
    ['VERIFICATION_NEEDED', 'ONLINE_TRIGGERED', 'NOT_VERIFIED'],
    ['VERIFIED', 'AUTO', 'NOT_VERIFIED'],
    ['NOT_VERIFIED', 'MANUAL', 'NOT_VERIFIED'],
    ['IN_REVIEW', 'AUTO', 'NOT_VERIFIED'],
  ])(
    '%s/%s to %s is refused before anything that is missing, and leaves no trace',
    async (from, reason, to) => {
      const id = await fixture.standing(from, reason);
      const before = await fixture.rowOf(id);
      const { status, body } = await fixture.move(id, { verification_status: to });
      expect([status, body.error]).toEqual([
        409,
        { type: 'request_conflict', message: `Can't update verification status from ${from} to ${to}` },
      ]);
      await fixture.expectNoTrace(id, before);
    },
  );

  it('of nobody’s relationship are 404, whatever is wrong besides', async () => {
    const { status, body } = await fixture.move(ACT, { verification_status: 'VERIFIED' });
    expect([status, body.error]).toEqual([
      404,
      { type: 'not_found', message: 'Confidant person relationship is not found' },
    ]);
    expect(await auditOf(fixture.env.sql, ACT)).toEqual([]);
  });

  it.each([
    ['nothing', {}, ['$.verification_status required']],
    ['an unknown status', { verification_status: 'DONE' }, ['$.verification_status inclusion']],
    [
      'every field wrong at once',
      { verification_status: 1, verification_comment: 2, dracs_birth_act_id: 'x', other: 3 },
      [
        '$.verification_status cast',
        '$.verification_comment cast',
        '$.dracs_birth_act_id format',
        '$.other schema',
      ],
    ],
    [
      'a whole book',
      { verification_status: 'IN_REVIEW', verification_comment: 'к'.repeat(3_001) },
      ['$.verification_comment length'],
    ],
    [
      'what the database cannot keep',
      { verification_status: 'IN_REVIEW', verification_comment: 'a\u0000b' },
      ['$.verification_comment format'],
    ],
    ['a list', [], ['$ cast']],
  ])('%s is 422 with every fault', async (_, sent, faults) => {
    const id = await fixture.standing('VERIFICATION_NEEDED', 'MANUAL');
    const before = await fixture.rowOf(id);
    const { status, body } = await fixture.move(id, sent);
    expect(status).toBe(422);
    const reported = body.error.invalid.map(
      (field: { entry: string; rules: { rule: string }[] }) => `${field.entry} ${field.rules[0]?.rule}`,
    );
    expect(reported).toEqual(faults);
    await fixture.expectNoTrace(id, before);
  });

  it('of what is no id are 422, and half a JSON is 400', async () => {
    expect((await fixture.move('x', { verification_status: 'IN_REVIEW' })).status).toBe(422);
    expect((await fixture.move(await fixture.inWork(), '{"verification_status":')).status).toBe(400);
  });
});

describe('Two officials', () => {
  it('who want the same relationship are served one after the other: the later one meets what the other left', async () => {
    const id = await fixture.inWork();
    const other = await fixture.env.openSession();
    await other.run('BEGIN', `SELECT FROM mpi.confidant_person_relationships WHERE id = '${id}' FOR UPDATE`);
    const both = Promise.all([
      fixture.move(id, { verification_status: 'VERIFIED', verification_comment: 'звірено' }),
      fixture.move(id, { verification_status: 'NOT_VERIFIED', verification_comment: 'не звірено' }),
    ]);
    const waiting = {
      text: `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
    };
    await waitUntil(async () => ((await fixture.env.sql.query(waiting)).length === 2 ? true : undefined), {
      what: 'both officials to wait for the row',
    });
    await other.run('COMMIT');
    expect((await both).map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await eventsOf(fixture.env.sql, id)).toHaveLength(1);
    expect(await auditOf(fixture.env.sql, id)).toHaveLength(1);
  });
});
