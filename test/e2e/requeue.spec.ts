import { beforeEach, describe, expect, it } from 'vitest';
import { REGISTER_STREAMS, STREAMS } from '../../src/domain/verification/stream';
import { aPerson, auditOf, eventsOf, lockOf, verificationOf } from '../support/builders';
import { OFFICIAL } from '../support/registrations';
import { TestEnvironment } from '../support/test-environment';
import { OfficialClient } from '../support/api-clients';
import { refusalIn } from '../support/sign-up-fixture';

const NOBODY = '99999999-9999-4999-8999-999999999999';
const YESTERDAY = '2026-01-01T00:00:00Z';
const AGAIN = { status: 'VERIFICATION_NEEDED' };

const env = TestEnvironment.forThisFile();
let official: OfficialClient;

beforeEach(async () => {
  official = await OfficialClient.of(env);
});

const ask = (personId: string, stream: string, asked?: unknown) =>
  official.patch(`/api/admin/persons/${personId}/verification/${stream}`, asked);

describe.each(REGISTER_STREAMS)('S10: an official has %s checked again', (stream) => {
  const refuted = () =>
    aPerson()
      .withPassport(env.passport())
      .stream('dms_passport', 'VERIFIED', 'AUTO_VALID')
      .stream(stream, 'NOT_VERIFIED', 'AUTO', {
        dataStatus: 1,
        syncedAt: YESTERDAY,
        unverifiedAt: YESTERDAY,
      });

  it('and sees it wait, with nothing left of the old answer', async () => {
    const person = await refuted().locked(stream, { attempts: 3 }).save(env.sql);
    const { status, body } = await ask(person, stream, AGAIN);
    expect(status).toBe(200);
    expect(body.data.verification_status).toBe('VERIFICATION_NEEDED');
    expect(body.data.details[stream]).toEqual({
      verification_status: 'VERIFICATION_NEEDED',
      verification_reason: 'ONLINE_TRIGGERED',
      status: null,
      synced_at: null,
      unverified_at: null,
    });
    expect(await lockOf(env.sql, person, stream)).toBeNull();
    expect(await auditOf(env.sql, person)).toMatchObject([{ row: 'S10', actor_id: OFFICIAL }]);
    expect((await eventsOf(env.sql, person)).map(({ properties }) => properties)).toEqual([
      { [`${stream}_verification_status`]: { new_value: 'VERIFICATION_NEEDED' } },
      { verification_status: { new_value: 'VERIFICATION_NEEDED' } },
    ]);
  });

  it.each([
    [{}, 'required', 'required property status was not present', '$.status'],
    [undefined, 'required', 'required property status was not present', '$.status'],
    [{ status: 'VERIFIED' }, 'inclusion', 'value is not allowed in enum', '$.status'],
    [{ status: 'NOT_VERIFIED' }, 'inclusion', 'value is not allowed in enum', '$.status'],
    [{ status: 'IN_REVIEW' }, 'inclusion', 'value is not allowed in enum', '$.status'],
    [{ status: 7 }, 'cast', 'type mismatch. Expected string but got integer', '$.status'],
    [{ ...AGAIN, again: true }, 'schema', 'schema does not allow additional properties', '$.again'],
  ] as const)('but is refused %j, and nothing changes', async (asked, rule, description, entry) => {
    const person = await refuted().save(env.sql);
    const before = await verificationOf(env.sql, person);
    expect(refusalIn(await ask(person, stream, asked))).toEqual({
      status: 422,
      type: 'validation_failed',
      message: 'Validation failed',
      fields: [[entry, rule, description]],
    });
    expect(await verificationOf(env.sql, person)).toEqual(before);
    expect([await eventsOf(env.sql, person), await auditOf(env.sql, person)]).toEqual([[], []]);
  });

  it('but not of an unknown or inactive person, which is refused before the status is read', async () => {
    const person = await refuted().inactive().save(env.sql);
    for (const asked of [AGAIN, { status: 'VERIFIED' }]) {
      expect(refusalIn(await ask(NOBODY, stream, asked))).toEqual({
        status: 404,
        type: 'not_found',
        message: 'Person not found',
      });
      expect(refusalIn(await ask(person, stream, asked))).toEqual({
        status: 409,
        type: 'request_conflict',
        message: 'Person is not active',
      });
    }
    expect((await ask('1', stream, AGAIN)).status).toBe(422);
    expect([await eventsOf(env.sql, person), await auditOf(env.sql, person)]).toEqual([[], []]);
  });
});

describe('No other stream', () => {
  const others = STREAMS.filter((name) => name !== 'nhs' && !REGISTER_STREAMS.some((one) => one === name));

  it.each([...others, 'passport', 'toString', 'DMS_PASSPORT'])(
    'can be asked for again: %s is a path that is not there',
    async (stream) => {
      const person = await aPerson().save(env.sql);
      expect((await ask(person, stream, AGAIN)).status).toBe(404);
      expect(await auditOf(env.sql, person)).toEqual([]);
    },
  );
});
