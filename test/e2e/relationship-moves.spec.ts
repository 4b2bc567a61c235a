import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type {
  RelationshipReason,
  RelationshipStatus,
} from '../../src/domain/confidant/relationship-status.rules';
import { auditOf } from '../support/builders';
import { ACT, RelationshipFixture } from '../support/relationship-fixture';

let fixture: RelationshipFixture;

beforeAll(async () => {
  fixture = await RelationshipFixture.start();
});
afterAll(() => fixture.env.stop());
beforeEach(() => fixture.begin());

describe('R1: an official takes a relationship into work', () => {
  it.each<[RelationshipStatus, RelationshipReason]>([
    ['NOT_VERIFIED', 'AUTO'],
    ['VERIFICATION_NEEDED', 'ONLINE_TRIGGERED'],
    ['VERIFICATION_NEEDED', 'ONLINE_TRIGGERED_BY_PIS_REGISTRATION_VIA_CONFIDANT'],
    ['VERIFICATION_NEEDED', 'MANUAL_CREATED_BY_DOCTOR'],
    ['VERIFICATION_NEEDED', 'MANUAL'],
  ])('from %s/%s, and leaves the rest as it is', async (status, reason) => {
    const id = await fixture.withTraces(await fixture.standing(status, reason));
    const before = await fixture.rowOf(id);
    const answered = await fixture.move(id, { verification_status: 'IN_REVIEW' });
    expect(answered.status).toBe(200);
    expect(answered.body.data).toMatchObject({
      id,
      verification_status: 'IN_REVIEW',
      verification_reason: 'MANUAL',
    });
    expect(await fixture.rowOf(id)).toEqual({
      ...before,
      verification_status: 'IN_REVIEW',
      verification_reason: 'MANUAL',
      updated_by: fixture.official,
      updated_at: expect.any(Date),
    });
    await fixture.expectRecorded(id, 'R1', 'IN_REVIEW');
  });
});

describe('R2: an official puts a relationship back into the queue', () => {
  it.each<[RelationshipStatus, RelationshipReason]>([
    ['VERIFIED', 'AUTO'],
    ['NOT_VERIFIED', 'MANUAL'],
    ['IN_REVIEW', 'MANUAL'],
  ])('from %s/%s: when the register last answered is forgotten', async (status, reason) => {
    const id = await fixture.withTraces(await fixture.standing(status, reason));
    const before = await fixture.rowOf(id);
    expect((await fixture.move(id, { verification_status: 'VERIFICATION_NEEDED' })).status).toBe(200);
    expect(await fixture.rowOf(id)).toEqual({
      ...before,
      verification_status: 'VERIFICATION_NEEDED',
      verification_reason: 'MANUAL',
      dracs_birth_synced_at: null,
      updated_by: fixture.official,
      updated_at: expect.any(Date),
    });
    await fixture.expectRecorded(id, 'R2', 'VERIFICATION_NEEDED');
  });

  it('from VERIFICATION_NEEDED: the reason changes, and no event is written', async () => {
    const id = await fixture.standing('VERIFICATION_NEEDED', 'ONLINE_TRIGGERED');
    expect((await fixture.move(id, { verification_status: 'VERIFICATION_NEEDED' })).status).toBe(200);
    expect(await fixture.rowOf(id)).toMatchObject({ verification_reason: 'MANUAL' });
    await fixture.expectRecorded(id, 'R2', null);
  });

  it('from nothing, as other programs may have left it', async () => {
    const id = await fixture.inWork();
    await fixture.env.sql.run(
      'UPDATE mpi.confidant_person_relationships SET verification_status = NULL, verification_reason = NULL',
    );
    expect((await fixture.move(id, { verification_status: 'VERIFICATION_NEEDED' })).status).toBe(200);
    await fixture.expectRecorded(id, 'R2', 'VERIFICATION_NEEDED');
  });
});

describe('R3: an official rejects a relationship', () => {
  it('from now on, with the comment', async () => {
    const id = await fixture.withTraces(await fixture.inWork());
    const before = await fixture.rowOf(id);
    const asked = {
      verification_status: 'NOT_VERIFIED',
      verification_comment: ' не той суд ',
      dracs_birth_act_id: ACT,
    };
    const { body } = await fixture.move(id, asked);
    expect(body.data).toMatchObject({
      verification_status: 'NOT_VERIFIED',
      verification_comment: 'не той суд',
    });
    const after = await fixture.rowOf(id);
    expect(after).toEqual({
      ...before,
      verification_status: 'NOT_VERIFIED',
      verification_comment: 'не той суд',
      unverified_at: after['unverified_at'],
      updated_by: fixture.official,
      updated_at: expect.any(Date),
    });
    expect(Number(after['unverified_at'])).toBeGreaterThan(Number(before['unverified_at']));
    await fixture.expectRecorded(id, 'R3', 'NOT_VERIFIED');
    const [audited] = await auditOf(fixture.env.sql, id);
    expect(audited?.changeset).toEqual({
      verification_status: { old_value: 'IN_REVIEW', new_value: 'NOT_VERIFIED' },
      verification_comment: { old_value: '*', new_value: '*' },
      unverified_at: { old_value: '2026-01-02T03:04:05.000Z', new_value: expect.stringMatching(/Z$/) },
    });
  });
});

describe('R4: an official accepts a relationship', () => {
  it('by the act of birth of the certificate; the old comment is removed', async () => {
    const id = await fixture.withTraces(
      await fixture
        .between()
        .status('IN_REVIEW', 'MANUAL')
        .withDocument('BIRTH_CERTIFICATE', 'І-КП123456')
        .save(fixture.env.sql),
    );
    const before = await fixture.rowOf(id);
    const { status, body } = await fixture.move(id, {
      verification_status: 'VERIFIED',
      dracs_birth_act_id: ACT.toUpperCase(),
    });
    expect(status).toBe(200);
    expect(body.data.dracs_birth_act_id).toBe(ACT);
    expect(await fixture.rowOf(id)).toEqual({
      ...before,
      verification_status: 'VERIFIED',
      dracs_birth_act_id: ACT,
      verification_comment: null,
      updated_by: fixture.official,
      updated_at: expect.any(Date),
    });
    await fixture.expectRecorded(id, 'R4', 'VERIFIED');
  });

  it.each(['BIRTH_CERTIFICATE_FOREIGN', 'COURT_DECISION'] as const)('by words on a %s', async (type) => {
    const id = await fixture
      .between()
      .status('IN_REVIEW', 'MANUAL')
      .withDocument(type, '2-1234/2024')
      .save(fixture.env.sql);
    const asked = { verification_status: 'VERIFIED', verification_comment: 'звірено' };
    expect((await fixture.move(id, asked)).status).toBe(200);
    expect(await fixture.rowOf(id)).toMatchObject({
      verification_comment: 'звірено',
      dracs_birth_act_id: null,
    });
    await fixture.expectRecorded(id, 'R4', 'VERIFIED');
  });
});
