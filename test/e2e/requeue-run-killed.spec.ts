import Redis from 'ioredis';
import { describe, expect, it } from 'vitest';
import { AtOnceDesk } from '../support/api-clients';
import { aPerson, auditOfStream } from '../support/builders';
import { Installation } from '../support/test-environment';
import { ProgramApart } from '../support/program';
import { waitUntil } from '../support/wait-until';

/** What a killed worker holds is free for the others after so many seconds; only one call is under way at once. */
const ENVIRONMENT = { VERIFICATION_LEASE_SECONDS: '2', JOB_POLL_SECONDS: '1', TREMBITA_CONCURRENCY: '1' };

/** Enough that some wait while one is asked about. */
const MANY = 40;

const here = Installation.ofThisFile(ENVIRONMENT);

const rowsOf = async (person: string) =>
  (await auditOfStream(here.sql, person, 'dms_passport')).map(({ row }) => row);

describe('A sweep that has every place at the register', () => {
  it('lets the person somebody waits for go first, however many it has in hand', async () => {
    const desk = await AtOnceDesk.open(here);
    for (let n = 0; n < MANY; n += 1) await aPerson().withPassport(here.passport()).save(here.sql);
    here.register.latency(20);
    const run = await here.beginRun();
    await here.register.waitForRequests(MANY / 4);
    here.register.hold();
    const inHand = async () =>
      (await here.sql.query({ text: 'SELECT 1 FROM mpi.verification_locks' })).length;
    await waitUntil(async () => (await inHand()) >= 3, { what: 'others to wait for the place' });
    const passport = here.passport();
    const person = await aPerson()
      .withPassport(passport)
      .stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID')
      .save(here.sql);
    await desk.ask(person);
    await desk.seen(person, 'asking');
    const asked = here.register.requestCount;
    here.register.release();
    expect((await here.ended(run)).counts).toMatchObject({ taken: MANY, verified: MANY });
    await desk.seen(person, 'done');
    expect(here.register.requests()[asked]).toBe(here.register.requestsFor(passport)[0]);
  });
});

describe('A program that is killed while the register thinks', () => {
  it('and a Redis that is emptied lose no check: another worker makes it, and there is one effect', async () => {
    const passport = here.passport();
    const person = await aPerson().withPassport(passport).save(here.sql);
    const official = await AtOnceDesk.open(here);
    await here.stopProgram(here.program);
    const killed = await ProgramApart.start({ ...here.servers, works: true });
    here.register.hold();
    expect((await official.at(killed).ask(person)).status).toBe(200);
    await here.register.waitForRequests(1, passport);
    await killed.kill();
    const redis = new Redis(here.redis.url);
    await redis.flushall();
    redis.disconnect();
    here.register.release();
    const worker = await here.startProgram();
    await official.at(worker).seen(person, 'done');
    expect(await rowsOf(person)).toEqual(['S10', 'S6']);
    expect(here.register.requestsFor(passport)).toHaveLength(2);
  });
});
