import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { StreamRestartService } from '../../src/verifications';
import { AtOnceDesk } from '../support/api-clients';
import { aPerson, auditOfStream, verificationOf } from '../support/builders';
import { changeData, OFFICIAL } from '../support/registrations';
import { Installation } from '../support/test-environment';
import type { Program } from '../support/program';
import { waitUntil } from '../support/wait-until';

const here = Installation.ofThisFile();
let desk: AtOnceDesk;

beforeEach(async () => {
  desk = await AtOnceDesk.open(here);
});

const rowsOf = async (person: string) =>
  (await auditOfStream(here.sql, person, 'dms_passport')).map(({ row }) => row);

/** Tells the workers to look again now. */
const lookAgain = async (): Promise<void> => {
  await here.sql.run(`UPDATE mpi.check_requests SET next_look_at = now() WHERE ended_as IS NULL`);
  await here.program.get(StreamRestartService).notify();
};

/** Changed data whose checks somebody waits for; the bell is not rung, as by a door that died before. */
const changedQuietly = (personId: string): Promise<void> =>
  here.transactions.inTransaction((sql) =>
    here.program.get(StreamRestartService).onDataChanged(sql, { personId, actorId: OFFICIAL, run: true }),
  );

/** The same for the checks of one stream. */
const changedInOneStream = async (personId: string): Promise<void> => {
  await changedQuietly(personId);
  await here.sql.run(`DELETE FROM mpi.check_requests WHERE stream <> 'dms_passport'`);
};

const breaker = (open: string) =>
  here.sql.run(
    `INSERT INTO mimir.register_breakers (method, open_until, open_ms)
     VALUES ('CheckPassportDMSStatus', ${open}, 30000)
     ON CONFLICT (method) DO UPDATE SET open_until = excluded.open_until, open_ms = excluded.open_ms`,
  );

describe('A check that somebody waits for', () => {
  it('waits, for all to see, while the gate is shut, and is made when it opens', async () => {
    const passport = here.passport();
    const person = await aPerson().withPassport(passport).save(here.sql);
    await breaker(`now() + interval '1 hour'`);
    // What the gate knows of the breaker is good for two seconds.
    const gateIsShut = async () => {
      await desk.ask(person);
      const text = 'SELECT next_look_at > now() AS seen FROM mpi.check_requests';
      return (await here.sql.query<{ seen: boolean }>({ text }))[0]?.seen;
    };
    await waitUntil(gateIsShut, { what: 'a worker to find the gate shut' });
    expect(await desk.seen(person, 'waiting')).toMatchObject({ error: null, attempts: 0, ended_at: null });
    expect(await here.sql.query({ text: 'SELECT 1 FROM mpi.verification_locks' })).toEqual([]);
    await breaker(`now() - interval '1 second'`);
    await desk.seen(person, 'done');
    expect(here.register.requestsFor(passport)).toHaveLength(1);
  });

  it('is made anew when the data change during the call: the old answer is dropped', async () => {
    const [old, renewed] = [here.passport('FOUND'), here.passport('NOT_FOUND')];
    const person = await aPerson().withPassport(old).save(here.sql);
    here.register.hold({ key: old });
    await desk.ask(person);
    await here.register.waitForRequests(1, old);
    await changeData(here, { personId: person, passport: renewed });
    expect((await desk.look(person)).body.data.state).toBe('waiting');
    here.register.release();
    await desk.seen(person, 'done');
    expect(await rowsOf(person)).toEqual(['S10', 'S1', 'S6']);
    expect(await verificationOf(here.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
    });
    expect([old, renewed].map((number) => here.register.requestsFor(number).length)).toEqual([1, 1]);
  });

  it('is the answer of a sweep that was quicker', async () => {
    const passport = here.passport();
    const person = await aPerson().withPassport(passport).save(here.sql);
    await changedInOneStream(person);
    await here.run();
    expect(await desk.seen(person, 'done')).toMatchObject({ ended_at: expect.any(String) });
    await lookAgain();
    expect(await desk.settled()).toEqual([{ ended_as: 'done', error_kind: null }]);
    expect(here.register.requestsFor(passport)).toHaveLength(1);
    expect(await rowsOf(person)).toEqual(['S1', 'S6']);
  });

  it('ends with the call of a sweep that has the person in its hands', async () => {
    const passport = here.passport('HTTP_503');
    const person = await aPerson().withPassport(passport).save(here.sql);
    await changedInOneStream(person);
    here.register.hold({ key: passport });
    const run = await here.beginRun();
    await here.register.waitForRequests(1, passport);
    await lookAgain();
    expect((await desk.ask(person)).body.data.check.state).toBe('asking');
    here.register.release();
    expect((await here.ended(run)).counts).toMatchObject({ taken: 1 });
    expect(await desk.settled()).toMatchObject([{ ended_as: 'failed' }]);
    expect(here.register.requestsFor(passport)).toHaveLength(1);
    expect(await rowsOf(person)).toEqual(['S1']);
  });

  it('of somebody who is deactivated meanwhile is not made, and that is told', async () => {
    const person = await aPerson().withPassport(here.passport()).save(here.sql);
    await changedInOneStream(person);
    await here.sql.query({ text: `UPDATE mpi.persons SET is_active = false WHERE id = $1` }, [person]);
    await lookAgain();
    expect(await desk.settled()).toEqual([{ ended_as: 'failed', error_kind: 'person_not_active' }]);
    expect(await desk.seen(person, 'failed')).toMatchObject({ error: 'person_not_active', attempts: 0 });
    expect(here.register.requestCount).toBe(0);
  });
});

describe('Changed data whose checks somebody waits for', () => {
  it('S1: are checked at once in every stream that has data, S2: and in no other', async () => {
    const passport = here.passport();
    const person = await aPerson().withPassport(passport).save(here.sql);
    await changedQuietly(person);
    await here.program.get(StreamRestartService).notify();
    const text = 'SELECT stream FROM mpi.check_requests ORDER BY stream';
    expect(await here.sql.query({ text })).toEqual([{ stream: 'dms_passport' }, { stream: 'mvs_passport' }]);
    await desk.settled();
    expect(await verificationOf(here.sql, person)).toMatchObject({
      dms_passport_verification_status: 'VERIFIED',
      mvs_passport_verification_status: 'VERIFIED',
      unzr_verification_status: 'VERIFICATION_NOT_NEEDED',
    });
  });
});

describe('With a worker that polls', () => {
  let poller: Program;

  beforeAll(async () => {
    poller = await here.startProgram({ JOB_POLL_SECONDS: '1' });
    await here.shareRegister();
  });
  afterAll(() => here.stopProgram(poller));

  it('any number of requests is found whose bell was never rung', async () => {
    const passports = Array.from({ length: 15 }, () => here.passport());
    for (const passport of passports) {
      await changedQuietly(await aPerson().withPassport(passport).save(here.sql));
    }
    expect((await desk.settled()).map(({ ended_as }) => ended_as)).toEqual(Array(30).fill('done'));
    for (const passport of passports) expect(here.register.requestsFor(passport)).toHaveLength(2);
  });
});
