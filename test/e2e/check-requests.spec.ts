import { beforeEach, describe, expect, it } from 'vitest';
import { REGISTER_STREAMS } from '../../src/domain/verification/stream';
import { CheckRequestClient } from '../support/api-clients';
import { aPerson, auditOf, lockOf, verificationOf } from '../support/builders';
import { OFFICIAL } from '../support/registrations';
import { TestEnvironment } from '../support/test-environment';
import { refusalIn } from '../support/sign-up-fixture';

const env = TestEnvironment.forThisFile();
let client: CheckRequestClient;

beforeEach(async () => {
  client = await CheckRequestClient.open(env);
});

const rowsOf = async (person: string) => (await auditOf(env.sql, person)).map(({ row }) => row);

describe('S10 with "run": the check is made at once, though no run is going', () => {
  it.each(REGISTER_STREAMS)('%s: the official sees it wait, being asked and done', async (stream) => {
    const [passport, unzr] = [env.passport(), env.unzr()];
    const person = await aPerson()
      .withPassport(passport)
      .withUnzr(unzr)
      .stream(stream, 'NOT_VERIFIED', 'AUTO')
      .save(env.sql);
    const key = stream === 'unzr' ? unzr : passport;
    env.register.hold();
    const { status, body } = await client.ask(person, stream);
    expect(status).toBe(200);
    expect(body.data.verification_status).toBe('VERIFICATION_NEEDED');
    expect(body.data.check).toEqual({
      stream,
      state: expect.stringMatching(/^(waiting|asking)$/),
      requested_at: expect.stringMatching(/Z$/),
      requested_by: OFFICIAL,
      ended_at: null,
      error: null,
      attempts: 0,
      next_try_at: null,
    });
    await env.register.waitForRequests(1, key);
    expect((await client.look(person, stream)).body.data.state).toBe('asking');
    env.register.release();
    expect(await client.settled()).toEqual([{ ended_as: 'done', error_kind: null }]);
    expect((await client.look(person, stream)).body.data).toMatchObject({
      state: 'done',
      ended_at: expect.stringMatching(/Z$/),
    });
    expect(await verificationOf(env.sql, person)).toMatchObject({
      [`${stream}_verification_status`]: 'VERIFIED',
    });
    expect(await rowsOf(person)).toEqual(['S10', 'S6']);
    expect(await lockOf(env.sql, person, stream)).toBeNull();
    const text = 'SELECT 1 FROM mpi.verification_claims UNION ALL SELECT 1 FROM mpi.job_runs';
    expect(await env.sql.query({ text })).toEqual([]);
    expect(env.register.requestsFor(key)).toHaveLength(1);
  });

  it('bad news ends it, too, and reaches other holders of the document', async () => {
    const passport = env.passport('FOUND');
    const [person, other] = [
      await aPerson().withPassport(passport).save(env.sql),
      await aPerson().withPassport(passport).stream('dms_passport', 'VERIFIED', 'AUTO_VALID').save(env.sql),
    ];
    await client.ask(person);
    await client.seen(person, 'done');
    for (const one of [person, other])
      expect(await verificationOf(env.sql, one)).toMatchObject({
        dms_passport_verification_status: 'NOT_VERIFIED',
        dms_passport_verification_reason: 'AUTO_NOT_VALID',
      });
  });

  it('S4: with nothing to ask about it is done without a call', async () => {
    const person = await aPerson().stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID').save(env.sql);
    await client.ask(person);
    await client.seen(person, 'done');
    expect(await rowsOf(person)).toEqual(['S10', 'S4']);
    expect(env.register.requestCount).toBe(0);
  });

  it('S9: a technical error leaves the person due as before, and its kind is reported', async () => {
    const person = await aPerson().withPassport(env.passport('HTTP_503')).save(env.sql);
    await client.ask(person);
    expect(await client.seen(person, 'failed')).toMatchObject({
      error: 'http_error',
      attempts: 1,
      next_try_at: expect.any(String),
    });
    expect(await client.settled()).toEqual([{ ended_as: 'failed', error_kind: 'http_error' }]);
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFICATION_NEEDED',
      dms_passport_verification_reason: 'ONLINE_TRIGGERED',
    });
    expect(await lockOf(env.sql, person, 'dms_passport')).toMatchObject({
      claim_id: null,
      attempts: 1,
      tried_in_run: null,
    });
    expect(await rowsOf(person)).toEqual(['S10']);
    expect(env.register.requestCount).toBe(1);
  });
});

describe('Requests for one check', () => {
  it('lead to one call while it is under way, and to another one afterwards', async () => {
    const passport = env.passport();
    const person = await aPerson().withPassport(passport).save(env.sql);
    env.register.hold();
    const answers = await Promise.all(Array.from({ length: 8 }, () => client.ask(person)));
    await env.register.waitForRequests(1, passport);
    answers.push(await client.ask(person));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    env.register.release();
    await client.settled();
    expect(env.register.requestsFor(passport)).toHaveLength(1);
    expect(await rowsOf(person)).toEqual(['S10', 'S6']);
    await client.ask(person);
    await client.settled();
    expect(env.register.requestsFor(passport)).toHaveLength(2);
  });

  it.each([{ run: false }, {}])('without "run" (%j) change nothing of the schedule', async (more) => {
    const person = await aPerson().withPassport(env.passport()).save(env.sql);
    const { status, body } = await client.ask(person, 'dms_passport', more);
    expect([status, body.data.check]).toEqual([200, undefined]);
    expect(refusalIn(await client.look(person))).toEqual({
      status: 404,
      type: 'not_found',
      message: 'not found',
    });
    expect(await env.sql.query({ text: 'SELECT 1 FROM mpi.check_requests' })).toEqual([]);
  });

  it('are refused when "run" is no yes or no, and nothing changes', async () => {
    const person = await aPerson().withPassport(env.passport()).save(env.sql);
    const reported = refusalIn(await client.ask(person, 'dms_passport', { run: 'yes' }));
    expect(reported).toMatchObject({ status: 422, fields: [['$.run', 'cast', expect.any(String)]] });
    expect(await rowsOf(person)).toEqual([]);
  });

  it('cannot be looked at for a stream or a person that is not there', async () => {
    const person = await aPerson().save(env.sql);
    expect((await client.look(person, 'drfo')).status).toBe(404);
    expect((await client.look('1')).status).toBe(422);
    expect(refusalIn(await client.look('99999999-9999-4999-8999-999999999999'))).toMatchObject({
      status: 404,
      message: 'Person not found',
    });
  });
});
