import Redis from 'ioredis';
import { describe, expect, it } from 'vitest';
import { CheckRequestClient } from '../support/api-clients';
import { aPerson, auditOfStream } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';
import { ChildProgram } from '../support/program';
import { waitUntil } from '../support/wait-until';

/** What a killed worker holds is free for the others after so many seconds; only one call is under way at once. */
const ENVIRONMENT = { VERIFICATION_LEASE_SECONDS: '2', JOB_POLL_SECONDS: '1', TREMBITA_CONCURRENCY: '1' };

/** Enough that some wait while one is asked about. */
const MANY = 40;

const env = TestEnvironment.forThisFile(ENVIRONMENT);

const rowsOf = async (person: string) =>
  (await auditOfStream(env.sql, person, 'dms_passport')).map(({ row }) => row);

describe('A run that has every permit of the register', () => {
  it('lets the person somebody waits for go first, however many it has claimed', async () => {
    const client = await CheckRequestClient.open(env);
    for (let n = 0; n < MANY; n += 1) await aPerson().withPassport(env.passport()).save(env.sql);
    env.register.latency(20);
    const run = await env.startRun();
    await env.register.waitForRequests(MANY / 4);
    env.register.hold();
    const inHand = async () => (await env.sql.query({ text: 'SELECT 1 FROM mpi.verification_locks' })).length;
    await waitUntil(async () => (await inHand()) >= 3, { what: 'others to wait for the place' });
    const passport = env.passport();
    const person = await aPerson()
      .withPassport(passport)
      .stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID')
      .save(env.sql);
    await client.ask(person);
    await client.seen(person, 'asking');
    const asked = env.register.requestCount;
    env.register.release();
    expect((await env.ended(run)).counts).toMatchObject({ taken: MANY, verified: MANY });
    await client.seen(person, 'done');
    expect(env.register.requests()[asked]).toBe(env.register.requestsFor(passport)[0]);
  });
});

describe('A program that is killed while the register thinks', () => {
  it('and a Redis that is emptied lose no check: another worker makes it, and there is one effect', async () => {
    const passport = env.passport();
    const person = await aPerson().withPassport(passport).save(env.sql);
    const official = await CheckRequestClient.open(env);
    await env.stopProgram(env.program);
    const killed = await ChildProgram.start({ ...env.servers, works: true });
    env.register.hold();
    expect((await official.at(killed).ask(person)).status).toBe(200);
    await env.register.waitForRequests(1, passport);
    await killed.kill();
    const redis = new Redis(env.redis.url);
    await redis.flushall();
    redis.disconnect();
    env.register.release();
    const worker = await env.startProgram();
    await official.at(worker).seen(person, 'done');
    expect(await rowsOf(person)).toEqual(['S10', 'S6']);
    expect(env.register.requestsFor(passport)).toHaveLength(2);
  });
});
