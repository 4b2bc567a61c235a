import { beforeEach, describe, expect, it } from 'vitest';
import type { StreamReason, StreamStatus } from '../../src/domain/verification/stream';
import { aPerson, auditOf, eventsOf, type PersonBuilder, verificationOf } from '../support/builders';
import { OFFICIAL } from '../support/registrations';
import { TestEnvironment } from '../support/test-environment';
import { OfficialClient } from '../support/api-clients';
import { refusalIn } from '../support/sign-up-fixture';

const NOBODY = '99999999-9999-4999-8999-999999999999';
const YESTERDAY = '2026-01-01T00:00:00Z';
const COMMENT = 'Копія документа нечитка';

const env = TestEnvironment.forThisFile();
let official: OfficialClient;

beforeEach(async () => {
  official = await OfficialClient.of(env);
});

const addressOf = (personId: string): string => `/api/admin/persons/${personId}/verification/nhs`;
const move = (personId: string, asked?: unknown) => official.patch(addressOf(personId), asked);

/** A person whose manual stream has this status, with every column filled. */
const standing = (status: StreamStatus, reason: StreamReason): PersonBuilder =>
  aPerson().stream('nhs', status, reason, { unverifiedAt: YESTERDAY, verificationComment: 'Раніше' });
const inReview = (): PersonBuilder => standing('IN_REVIEW', 'MANUAL');

/** What the official sees, and what is in the tables. */
async function nhsOf(personId: string) {
  const row = (await verificationOf(env.sql, personId)) as unknown as Record<string, unknown>;
  return {
    status: row['nhs_verification_status'],
    reason: row['nhs_verification_reason'],
    comment: row['nhs_verification_comment'],
    unverifiedAt: row['nhs_unverified_at'],
    sum: row['cumulative_status'],
    by: row['updated_by'],
  };
}

const eventsAbout = async (personId: string) =>
  (await eventsOf(env.sql, personId)).map(({ properties, changed_by }) => ({ properties, changed_by }));

function changed(from: readonly [string, string], to: readonly [string, string]) {
  return {
    nhs_verification_status: { old_value: from[0], new_value: to[0] },
    nhs_verification_reason: { old_value: from[1], new_value: to[1] },
  };
}

describe('An official moves the manual stream', () => {
  it.each([
    ['VERIFICATION_NEEDED', 'RULES_TRIGGERED'],
    ['NOT_VERIFIED', 'DOCUMENTS_TRIGGERED'],
    ['NOT_VERIFIED', 'MANUAL'],
  ] as const)('N4: takes a person who is %s/%s into work', async (status, reason) => {
    const person = await standing(status, reason).save(env.sql);
    const { status: code, body } = await move(person, { status: 'IN_REVIEW', comment: 'Не зберігається' });
    expect(code).toBe(200);
    expect(body.data.details.nhs).toEqual({
      verification_status: 'IN_REVIEW',
      verification_reason: 'MANUAL',
      verification_comment: 'Раніше',
      unverified_at: new Date(YESTERDAY).toISOString(),
    });
    expect(body.data.verification_status).toBe('VERIFICATION_NEEDED');
    expect(await nhsOf(person)).toMatchObject({ sum: 'VERIFICATION_NEEDED', by: OFFICIAL });
    const events = [
      { properties: { nhs_verification_status: { new_value: 'IN_REVIEW' } }, changed_by: OFFICIAL },
    ];
    if (status === 'NOT_VERIFIED') {
      const sum = { verification_status: { new_value: 'VERIFICATION_NEEDED' } };
      events.push({ properties: sum, changed_by: OFFICIAL } as never);
    }
    expect(await eventsAbout(person)).toEqual(events);
    expect(await auditOf(env.sql, person)).toMatchObject([
      {
        actor_id: OFFICIAL,
        resource: 'person_verifications',
        row: 'N4',
        changeset: changed([status, reason], ['IN_REVIEW', 'MANUAL']),
        run_id: null,
      },
    ]);
  });

  it('N5: accepts a person; comment and moment of the rejection are emptied, whatever was sent', async () => {
    const person = await inReview().save(env.sql);
    expect((await move(person, { status: 'VERIFIED', comment: COMMENT })).status).toBe(200);
    expect(await nhsOf(person)).toEqual({
      status: 'VERIFIED',
      reason: 'MANUAL',
      comment: null,
      unverifiedAt: null,
      sum: 'VERIFIED',
      by: OFFICIAL,
    });
    expect(await eventsAbout(person)).toEqual([
      { properties: { nhs_verification_status: { new_value: 'VERIFIED' } }, changed_by: OFFICIAL },
      { properties: { verification_status: { new_value: 'VERIFIED' } }, changed_by: OFFICIAL },
    ]);
    expect(await auditOf(env.sql, person)).toMatchObject([
      { row: 'N5', actor_id: OFFICIAL, changeset: changed(['IN_REVIEW', 'MANUAL'], ['VERIFIED', 'MANUAL']) },
    ]);
  });

  it('N6: rejects a person from now on, with the trimmed comment, which goes to no record', async () => {
    const person = await inReview().save(env.sql);
    const before = Date.now();
    expect((await move(person, { status: 'NOT_VERIFIED', comment: `  ${COMMENT}\n` })).status).toBe(200);
    const nhs = await nhsOf(person);
    expect(nhs).toMatchObject({ status: 'NOT_VERIFIED', reason: 'MANUAL', comment: COMMENT });
    expect(nhs).toMatchObject({ sum: 'CHANGES_NEEDED', by: OFFICIAL });
    // The database and this test may not agree on the second.
    expect(Math.abs((nhs.unverifiedAt as Date).getTime() - before)).toBeLessThan(60_000);
    expect(await eventsAbout(person)).toEqual([
      { properties: { nhs_verification_status: { new_value: 'NOT_VERIFIED' } }, changed_by: OFFICIAL },
      { properties: { verification_status: { new_value: 'CHANGES_NEEDED' } }, changed_by: OFFICIAL },
    ]);
    const records = await auditOf(env.sql, person);
    expect(records).toMatchObject([{ row: 'N6', actor_id: OFFICIAL }]);
    expect(JSON.stringify(records) + env.program.logged.join('')).not.toContain(COMMENT);
  });

  it('C0: accepting does not lift a NOT_VERIFIED that was set by hand', async () => {
    const person = await inReview().cumulative('NOT_VERIFIED').save(env.sql);
    expect((await move(person, { status: 'VERIFIED' })).body.data.verification_status).toBe('NOT_VERIFIED');
    expect(await eventsAbout(person)).toHaveLength(1);
  });

  it('N5: a register stream under a lock counts with its status before the lock', async () => {
    const person = await inReview()
      .withPassport(env.passport())
      .stream('dms_passport', 'IN_REVIEW', 'AUTO')
      .locked('dms_passport', {
        claimId: NOBODY,
        statusBefore: 'VERIFIED',
        reasonBefore: 'AUTO_VALID',
      })
      .save(env.sql);
    expect((await move(person, { status: 'VERIFIED' })).body.data.verification_status).toBe('VERIFIED');
  });

  it('N4: only one of two officials takes a person, and the other gets the current status', async () => {
    const person = await standing('VERIFICATION_NEEDED', 'RULES_TRIGGERED').save(env.sql);
    const other = await env.openSession();
    await other.holdPerson(person);
    const both = [move(person, { status: 'IN_REVIEW' }), move(person, { status: 'IN_REVIEW' })];
    await other.isWaitedFor(env.sql);
    await other.run('COMMIT');
    const answers = await Promise.all(both);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(await auditOf(env.sql, person)).toHaveLength(1);
  });
});

const conflict = (message: string) => ({ status: 409, type: 'request_conflict', message });
const cannot = (from: string, to: string) =>
  conflict(`Can't update verification status from ${from} to ${to}`);
const invalid = (...fields: readonly (readonly [string, string, string])[]) => ({
  status: 422,
  type: 'validation_failed',
  message: 'Validation failed',
  fields,
});
const NOT_TAKEN = conflict("Such person can't be transferred into manual verification process");

describe('An official is refused', () => {
  /** Refused, and everything is as it was. */
  async function expectRefused(person: string, asked: unknown, reported: object): Promise<void> {
    const before = await verificationOf(env.sql, person);
    expect(refusalIn(await move(person, asked))).toEqual(reported);
    expect(await verificationOf(env.sql, person)).toEqual(before);
    expect([await eventsOf(env.sql, person), await auditOf(env.sql, person)]).toEqual([[], []]);
  }

  it('when there is no such person, or no row of verifications, before anything else is read', async () => {
    const reported = { status: 404, type: 'not_found', message: 'Person not found' };
    const person = await aPerson().save(env.sql);
    await env.sql.run('DELETE FROM mpi.person_verifications');
    for (const id of [NOBODY, person]) expect(refusalIn(await move(id, { status: 1 }))).toEqual(reported);
  });

  it('when the id is none', async () => {
    expect(refusalIn(await move('1', { status: 'IN_REVIEW' }))).toEqual(
      invalid(['$.id', 'format', 'expected the value to be a UUID']),
    );
  });

  it('when the person is not active, before the status is read', async () => {
    const person = await standing('VERIFICATION_NEEDED', 'RULES_TRIGGERED').inactive().save(env.sql);
    for (const asked of [{ status: 'IN_REVIEW' }, { status: 'x' }, undefined])
      await expectRefused(person, asked, conflict('Person is not active'));
  });

  it.each([
    [undefined, ['$.status', 'required', 'required property status was not present']],
    [{}, ['$.status', 'required', 'required property status was not present']],
    [{ status: 'CHANGES_NEEDED' }, ['$.status', 'inclusion', 'value is not allowed in enum']],
    [{ status: 'in_review' }, ['$.status', 'inclusion', 'value is not allowed in enum']],
    [{ status: null }, ['$.status', 'cast', 'type mismatch. Expected string but got null']],
    [{ status: 'VERIFIED', run: true }, ['$.run', 'schema', 'schema does not allow additional properties']],
    [
      { status: 'NOT_VERIFIED', comment: 1 },
      ['$.comment', 'cast', 'type mismatch. Expected string but got integer'],
    ],
    [
      { status: 'NOT_VERIFIED', comment: 'а'.repeat(1_001) },
      ['$.comment', 'length', 'expected value to have a maximum length of 1000 but was 1001'],
    ],
    [
      { status: 'NOT_VERIFIED', comment: 'а\0' },
      ['$.comment', 'format', 'string must not hold NUL or half of a surrogate pair'],
    ],
  ] as const)('when the body is %j', async (asked, fault) => {
    await expectRefused(await inReview().save(env.sql), asked, invalid(fault));
  });

  it.each([
    ['VERIFICATION_NEEDED', 'RULES_PASSED'],
    ['VERIFICATION_NEEDED', 'INITIAL'],
    ['VERIFICATION_NEEDED', 'MANUAL'],
    ['NOT_VERIFIED', 'RULES_TRIGGERED'],
  ] as const)('when %s/%s is to be taken into work', async (status, reason) => {
    await expectRefused(await standing(status, reason).save(env.sql), { status: 'IN_REVIEW' }, NOT_TAKEN);
  });

  it.each([
    ['VERIFIED', 'MANUAL', 'IN_REVIEW'],
    ['VERIFIED', 'RULES_PASSED', 'NOT_VERIFIED'],
    ['VERIFICATION_NOT_NEEDED', 'INITIAL', 'IN_REVIEW'],
    ['IN_REVIEW', 'MANUAL', 'IN_REVIEW'],
    ['IN_REVIEW', 'MANUAL', 'VERIFICATION_NEEDED'],
    ['IN_REVIEW', 'MANUAL', 'VERIFICATION_NOT_NEEDED'],
    ['VERIFICATION_NEEDED', 'RULES_TRIGGERED', 'VERIFIED'],
    ['NOT_VERIFIED', 'MANUAL', 'NOT_VERIFIED'],
    ['NOT_VERIFIED', 'DOCUMENTS_TRIGGERED', 'VERIFIED'],
  ] as const)('when %s/%s is to become %s: no row leads there', async (from, reason, to) => {
    await expectRefused(await standing(from, reason).save(env.sql), { status: to }, cannot(from, to));
  });

  it.each([{}, { comment: null }, { comment: '' }, { comment: ' \n\t' }])(
    'when rejecting with %j: without a comment',
    async (comment) => {
      const person = await inReview().save(env.sql);
      const asked = { status: 'NOT_VERIFIED', ...comment };
      await expectRefused(person, asked, conflict('verification status comment is required'));
    },
  );
});
