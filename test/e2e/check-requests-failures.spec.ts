import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StreamRestartService } from '../../src/verifications';
import { CheckRequestClient } from '../support/api-clients';
import { aPerson, auditOfStream, verificationOf } from '../support/builders';
import { changeData, OFFICIAL } from '../support/registrations';
import { TestEnvironment } from '../support/test-environment';
import type { Program } from '../support/program';
import { waitUntil } from '../support/wait-until';

const env = TestEnvironment.forThisFile();
let client: CheckRequestClient;

beforeEach(async () => {
  client = await CheckRequestClient.open(env);
});

const rowsOf = async (person: string) =>
  (await auditOfStream(env.sql, person, 'dms_passport')).map(({ row }) => row);

/** Makes the workers look again now. */
const lookAgain = async (): Promise<void> => {
  await env.sql.run(`UPDATE mpi.check_requests SET next_look_at = now() WHERE ended_as IS NULL`);
  await env.program.get(StreamRestartService).notify();
};

/** Changed data whose checks somebody waits for; without a wake-up, as by a server that died before. */
const changedQuietly = (personId: string): Promise<void> =>
  env.transactions.inTransaction((sql) =>
    env.program.get(StreamRestartService).onDataChanged(sql, { personId, actorId: OFFICIAL, run: true }),
  );

/** The same for the checks of one stream. */
const changedInOneStream = async (personId: string): Promise<void> => {
  await changedQuietly(personId);
  await env.sql.run(`DELETE FROM mpi.check_requests WHERE stream <> 'dms_passport'`);
};

const breaker = (open: string) =>
  env.sql.run(
    `INSERT INTO mimir.register_breakers (method, open_until, open_ms)
     VALUES ('CheckPassportDMSStatus', ${open}, 30000)
     ON CONFLICT (method) DO UPDATE SET open_until = excluded.open_until, open_ms = excluded.open_ms`,
  );

describe('A check that somebody waits for', () => {
  it('waits, visibly, while the circuit is open, and is made when it closes', async () => {
    const passport = env.passport();
    const person = await aPerson().withPassport(passport).save(env.sql);
    await breaker(`now() + interval '1 hour'`);
    // What the limiter knows of the circuit breaker is good for two seconds.
    const circuitIsOpen = async () => {
      await client.ask(person);
      const text = 'SELECT next_look_at > now() AS seen FROM mpi.check_requests';
      return (await env.sql.query<{ seen: boolean }>({ text }))[0]?.seen;
    };
    await waitUntil(circuitIsOpen, { what: 'a worker to find the circuit open' });
    expect(await client.seen(person, 'waiting')).toMatchObject({ error: null, attempts: 0, ended_at: null });
    expect(await env.sql.query({ text: 'SELECT 1 FROM mpi.verification_locks' })).toEqual([]);
    await breaker(`now() - interval '1 second'`);
    await client.seen(person, 'done');
    expect(env.register.requestsFor(passport)).toHaveLength(1);
  });

  it('is made anew when the data change during the call: the old answer is dropped', async () => {
    const [old, renewed] = [env.passport('FOUND'), env.passport('NOT_FOUND')];
    const person = await aPerson().withPassport(old).save(env.sql);
    env.register.hold({ key: old });
    await client.ask(person);
    await env.register.waitForRequests(1, old);
    await changeData(env, { personId: person, passport: renewed });
    expect((await client.look(person)).body.data.state).toBe('waiting');
    env.register.release();
    await client.seen(person, 'done');
    expect(await rowsOf(person)).toEqual(['S10', 'S1', 'S6']);
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
    });
    expect([old, renewed].map((number) => env.register.requestsFor(number).length)).toEqual([1, 1]);
  });

  it('is the answer of a run that was quicker', async () => {
    const passport = env.passport();
    const person = await aPerson().withPassport(passport).save(env.sql);
    await changedInOneStream(person);
    await env.run();
    expect(await client.seen(person, 'done')).toMatchObject({ ended_at: expect.any(String) });
    await lookAgain();
    expect(await client.settled()).toEqual([{ ended_as: 'done', error_kind: null }]);
    expect(env.register.requestsFor(passport)).toHaveLength(1);
    expect(await rowsOf(person)).toEqual(['S1', 'S6']);
  });

  it('ends with the call of a run that has claimed the person', async () => {
    const passport = env.passport('HTTP_503');
    const person = await aPerson().withPassport(passport).save(env.sql);
    await changedInOneStream(person);
    env.register.hold({ key: passport });
    const run = await env.startRun();
    await env.register.waitForRequests(1, passport);
    await lookAgain();
    expect((await client.ask(person)).body.data.check.state).toBe('asking');
    env.register.release();
    expect((await env.ended(run)).counts).toMatchObject({ taken: 1 });
    expect(await client.settled()).toMatchObject([{ ended_as: 'failed' }]);
    expect(env.register.requestsFor(passport)).toHaveLength(1);
    expect(await rowsOf(person)).toEqual(['S1']);
  });

  it('of a person who is deactivated meanwhile is not made, and that is reported', async () => {
    const person = await aPerson().withPassport(env.passport()).save(env.sql);
    await changedInOneStream(person);
    await env.sql.query({ text: `UPDATE mpi.persons SET is_active = false WHERE id = $1` }, [person]);
    await lookAgain();
    expect(await client.settled()).toEqual([{ ended_as: 'failed', error_kind: 'person_not_active' }]);
    expect(await client.seen(person, 'failed')).toMatchObject({ error: 'person_not_active', attempts: 0 });
    expect(env.register.requestCount).toBe(0);
  });
});

describe('Changed data whose checks somebody waits for', () => {
  it('S1: are checked at once in every stream that has data, S2: and in no other', async () => {
    const passport = env.passport();
    const person = await aPerson().withPassport(passport).save(env.sql);
    await changedQuietly(person);
    await env.program.get(StreamRestartService).notify();
    const text = 'SELECT stream FROM mpi.check_requests ORDER BY stream';
    expect(await env.sql.query({ text })).toEqual([{ stream: 'dms_passport' }, { stream: 'mvs_passport' }]);
    await client.settled();
    expect(await verificationOf(env.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
      mvs_passport_verification_status: 'VERIFIED',
      unzr_verification_status: 'VERIFICATION_NOT_NEEDED',
    });
  });
});

describe('With a worker that polls', () => {
  let poller: Program;

  beforeAll(async () => {
    poller = await env.startProgram({ JOB_POLL_SECONDS: '1' });
    await env.shareRegister();
  });
  afterAll(() => env.stopProgram(poller));

  it('finds any number of requests without a wake-up', async () => {
    const passports = Array.from({ length: 15 }, () => env.passport());
    for (const passport of passports) {
      await changedQuietly(await aPerson().withPassport(passport).save(env.sql));
    }
    expect((await client.settled()).map(({ ended_as }) => ended_as)).toEqual(Array(30).fill('done'));
    for (const passport of passports) expect(env.register.requestsFor(passport)).toHaveLength(2);
  });
});
