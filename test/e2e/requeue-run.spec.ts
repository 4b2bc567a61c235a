import { beforeEach, describe, expect, it } from 'vitest';
import { REGISTER_STREAMS } from '../../src/domain/verification/stream';
import { AtOnceDesk } from '../support/api-clients';
import { aPerson, auditOf, lockOf, verificationOf } from '../support/builders';
import { OFFICIAL } from '../support/registrations';
import { Installation } from '../support/test-environment';
import { toldBy } from '../support/sign-up-environment';

const here = Installation.ofThisFile();
let desk: AtOnceDesk;

beforeEach(async () => {
  desk = await AtOnceDesk.open(here);
});

const rowsOf = async (person: string) => (await auditOf(here.sql, person)).map(({ row }) => row);

describe('S10 with "run": the check is made at once, though no run is going', () => {
  it.each(REGISTER_STREAMS)('%s: the official sees it wait, being asked and done', async (stream) => {
    const [passport, unzr] = [here.passport(), here.unzr()];
    const person = await aPerson()
      .withPassport(passport)
      .withUnzr(unzr)
      .stream(stream, 'NOT_VERIFIED', 'AUTO')
      .save(here.sql);
    const key = stream === 'unzr' ? unzr : passport;
    here.register.hold();
    const { status, body } = await desk.ask(person, stream);
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
    await here.register.waitForRequests(1, key);
    expect((await desk.look(person, stream)).body.data.state).toBe('asking');
    here.register.release();
    expect(await desk.settled()).toEqual([{ ended_as: 'done', error_kind: null }]);
    expect((await desk.look(person, stream)).body.data).toMatchObject({
      state: 'done',
      ended_at: expect.stringMatching(/Z$/),
    });
    expect(await verificationOf(here.sql, person)).toMatchObject({
      [`${stream}_verification_status`]: 'VERIFIED',
    });
    expect(await rowsOf(person)).toEqual(['S10', 'S6']);
    expect(await lockOf(here.sql, person, stream)).toBeNull();
    const text = 'SELECT 1 FROM mpi.verification_claims UNION ALL SELECT 1 FROM mpi.job_runs';
    expect(await here.sql.query({ text })).toEqual([]);
    expect(here.register.requestsFor(key)).toHaveLength(1);
  });

  it('bad news ends it, too, and reaches other holders of the document', async () => {
    const passport = here.passport('FOUND');
    const [person, other] = [
      await aPerson().withPassport(passport).save(here.sql),
      await aPerson().withPassport(passport).stream('dms_passport', 'VERIFIED', 'AUTO_VALID').save(here.sql),
    ];
    await desk.ask(person);
    await desk.seen(person, 'done');
    for (const one of [person, other])
      expect(await verificationOf(here.sql, one)).toMatchObject({
        dms_passport_verification_status: 'NOT_VERIFIED',
        dms_passport_verification_reason: 'AUTO_NOT_VALID',
      });
  });

  it('S4: with nothing to ask about it is done without a call', async () => {
    const person = await aPerson().stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID').save(here.sql);
    await desk.ask(person);
    await desk.seen(person, 'done');
    expect(await rowsOf(person)).toEqual(['S10', 'S4']);
    expect(here.register.requestCount).toBe(0);
  });

  it('S9: a technical error leaves the person due as before, and its kind is told', async () => {
    const person = await aPerson().withPassport(here.passport('HTTP_503')).save(here.sql);
    await desk.ask(person);
    expect(await desk.seen(person, 'failed')).toMatchObject({
      error: 'http_error',
      attempts: 1,
      next_try_at: expect.any(String),
    });
    expect(await desk.settled()).toEqual([{ ended_as: 'failed', error_kind: 'http_error' }]);
    expect(await verificationOf(here.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFICATION_NEEDED',
      dms_passport_verification_reason: 'ONLINE_TRIGGERED',
    });
    expect(await lockOf(here.sql, person, 'dms_passport')).toMatchObject({
      claim_id: null,
      attempts: 1,
      tried_in_run: null,
    });
    expect(await rowsOf(person)).toEqual(['S10']);
    expect(here.register.requestCount).toBe(1);
  });
});

describe('Requests for one check', () => {
  it('lead to one call while it is under way, and to another one afterwards', async () => {
    const passport = here.passport();
    const person = await aPerson().withPassport(passport).save(here.sql);
    here.register.hold();
    const answers = await Promise.all(Array.from({ length: 8 }, () => desk.ask(person)));
    await here.register.waitForRequests(1, passport);
    answers.push(await desk.ask(person));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    here.register.release();
    await desk.settled();
    expect(here.register.requestsFor(passport)).toHaveLength(1);
    expect(await rowsOf(person)).toEqual(['S10', 'S6']);
    await desk.ask(person);
    await desk.settled();
    expect(here.register.requestsFor(passport)).toHaveLength(2);
  });

  it.each([{ run: false }, {}])('without "run" (%j) change nothing of the timetable', async (more) => {
    const person = await aPerson().withPassport(here.passport()).save(here.sql);
    const { status, body } = await desk.ask(person, 'dms_passport', more);
    expect([status, body.data.check]).toEqual([200, undefined]);
    expect(toldBy(await desk.look(person))).toEqual({ status: 404, type: 'not_found', message: 'not found' });
    expect(await here.sql.query({ text: 'SELECT 1 FROM mpi.check_requests' })).toEqual([]);
  });

  it('are refused when "run" is no yes or no, and nothing changes', async () => {
    const person = await aPerson().withPassport(here.passport()).save(here.sql);
    const told = toldBy(await desk.ask(person, 'dms_passport', { run: 'yes' }));
    expect(told).toMatchObject({ status: 422, fields: [['$.run', 'cast', expect.any(String)]] });
    expect(await rowsOf(person)).toEqual([]);
  });

  it('cannot be looked at for a stream or a person that is not there', async () => {
    const person = await aPerson().save(here.sql);
    expect((await desk.look(person, 'drfo')).status).toBe(404);
    expect((await desk.look('1')).status).toBe(422);
    expect(toldBy(await desk.look('99999999-9999-4999-8999-999999999999'))).toMatchObject({
      status: 404,
      message: 'Person not found',
    });
  });
});
