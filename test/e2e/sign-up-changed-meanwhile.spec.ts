import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { usersOf } from '../support/builders';
import { type StatementDecision, HeldStatements } from '../support/database-proxy';
import { changesBetween, type RowCounts } from '../support/database';
import type { SignUpContentBuilder } from '../support/sign-up-content';
import type { Answer, MadeUpApplicant } from '../support/sign-up-fixture';
import { waitUntil } from '../support/wait-until';
import {
  idsIn,
  personIn,
  RELATED,
  type RegisterBody,
  together,
  WHOLE,
  SignUpWithProxy,
} from '../support/sign-up-with-proxy';

/** Between it and what was seen before lies everything that may change meanwhile. */
const SEARCH_LOCK = 'lock_person_search_keys';

let signUps: SignUpWithProxy;
let first: MadeUpApplicant;
let second: MadeUpApplicant;
/** Registered by the first confidant. */
let child: SignUpContentBuilder;
let childId: string;
let before: RowCounts;
/** The registration of the child by the second one. */
let body: RegisterBody;

beforeAll(async () => {
  signUps = await SignUpWithProxy.start();
});
afterAll(() => signUps.stop());
beforeEach(async () => {
  await signUps.clear();
  [first, second] = [await signUps.fixture.applicant(), await signUps.fixture.applicant()];
  child = signUps.child(first);
  childId = personIn(await signUps.register(await signUps.prepared(child, first)));
  body = await signUps.prepared(child.confidant(second.personId), second);
  before = await signUps.everything();
});

const changes = async (): Promise<RowCounts> => changesBetween(before, await signUps.everything());
const change = (text: string): Promise<unknown> => signUps.fixture.env.sql.query({ text }, [childId]);

/** Whenever a registration reaches a statement, the change is made first, as another program would make it. */
async function registerWhile(at: string, makeChange: (time: number) => Promise<unknown>): Promise<Answer> {
  let times = 0;
  signUps.proxy.intercept(async ({ name }): Promise<StatementDecision> => {
    if (name !== at) return 'pass';
    times += 1;
    await makeChange(times);
    return 'pass';
  });
  return signUps.register(body);
}

const timesAt = (name: string): number => signUps.proxy.seen.filter((seen) => seen === name).length;
const once = (text: string) => (time: number) => (time === 1 ? change(text) : Promise.resolve());

describe('What changes between the first look and the lock', () => {
  it('is nothing: the registration is made at the first go', async () => {
    const answer = await registerWhile(SEARCH_LOCK, () => Promise.resolve());
    expect(personIn(answer)).toBe(childId);
    expect(timesAt(SEARCH_LOCK)).toBe(1);
    expect(await changes()).toEqual(RELATED);
  });

  it('is that the person was deactivated: the search is repeated and a new person registered', async () => {
    const answer = await registerWhile(
      SEARCH_LOCK,
      once(`UPDATE mpi.persons SET status = 'inactive', is_active = false WHERE id = $1`),
    );
    expect(personIn(answer)).not.toBe(childId);
    expect(timesAt(SEARCH_LOCK)).toBe(2);
    expect(await changes()).toEqual(WHOLE);
  });

  it('is that the user was blocked: nothing is registered', async () => {
    const { status, body: reported } = await registerWhile(
      SEARCH_LOCK,
      once('UPDATE mithril.users SET is_blocked = true WHERE person_id = $1'),
    );
    expect([status, reported.error]).toEqual([401, { type: 'access_denied', message: 'User is blocked.' }]);
    expect(await changes()).toEqual({});
  });

  it('is that the user was deactivated: the person gets another one', async () => {
    await registerWhile(SEARCH_LOCK, once('UPDATE mithril.users SET is_active = false WHERE person_id = $1'));
    const users = await usersOf(signUps.fixture.env.sql, childId);
    expect(users.map(({ is_active }) => is_active)).toEqual([false, true]);
    expect(await changes()).toEqual(together([RELATED, 1], [{ 'mithril.users': 1, 'mpi.audit_log': 1 }, 1]));
  });

  it('is something each time: after five tries the call is refused with "try again", and nothing remains', async () => {
    const answer = await registerWhile(SEARCH_LOCK, () =>
      change('UPDATE mithril.users SET is_active = NOT is_active WHERE person_id = $1'),
    );
    expectContended(answer);
    expect(timesAt(SEARCH_LOCK)).toBe(5);
    expect(await changes()).toEqual({});
  });
});

describe('A user whom another program makes for the patient in the last moment', () => {
  const made = (isBlocked: boolean) => `
    INSERT INTO mithril.users (person_id, is_active, is_blocked) VALUES ($1, true, ${isBlocked})`;

  beforeEach(async () => {
    await signUps.fixture.env.sql.run('DELETE FROM mithril.tokens');
    await change('DELETE FROM mithril.users WHERE person_id = $1');
    before = await signUps.everything();
  });

  it('is taken', async () => {
    const answer = await registerWhile('user_insert', () => change(made(false)));
    const users = await usersOf(signUps.fixture.env.sql, childId);
    expect(users.map(({ id }) => `${childId} ${id}`)).toEqual([idsIn(answer)]);
    expect(await changes()).toEqual(together([RELATED, 1], [{ 'mithril.users': 1 }, 1]));
  });

  it('is refused when blocked, and nothing of the registration remains', async () => {
    const { status, body: reported } = await registerWhile('user_insert', () => change(made(true)));
    expect([status, reported.error?.message]).toEqual([401, 'User is blocked.']);
    expect(await changes()).toEqual({ 'mithril.users': 1 });
  });
});

function expectContended({ status, headers, body: reported }: Answer): void {
  const message = 'The same person is being registered by others, try again later';
  expect([status, reported.error]).toEqual([503, { type: 'service_unavailable', message }]);
  expect(headers.get('retry-after')).toBe('1');
}

describe('A registration that waits for another one of the same child', () => {
  it('for too long is refused with "try again", leaves nothing and succeeds then', async () => {
    const held = new HeldStatements('COMMIT');
    signUps.proxy.intercept(held.interceptor);
    const third = await signUps.fixture.applicant();
    const longOne = signUps.register(await signUps.prepared(child.confidant(third.personId), third));
    await held.arrived(1);
    before = await signUps.everything();
    expectContended(await signUps.register(body));
    // What is not committed yet is the other one's: its upload is still written down.
    expect(await changes()).toEqual({});
    held.releaseAll();
    expect(personIn(await longOne)).toBe(childId);
    expect(personIn(await signUps.register(body))).toBe(childId);
    await signUps.removeOrphans();
    const upload = { 'mpi.media_uploads': -1, objects: -1 };
    expect(await changes()).toEqual(together([RELATED, 2], [upload, 1]));
  });

  it('that dies goes on at once', async () => {
    let isDead = false;
    signUps.proxy.intercept(async ({ name }): Promise<StatementDecision> => {
      if (name !== 'COMMIT' || isDead) return 'pass';
      isDead = true;
      await somebodyWaits();
      return 'cut';
    });
    const answers = await Promise.all([signUps.register(body), signUps.register(body)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 503]);
    await signUps.removeOrphans();
    expect(await changes()).toEqual(RELATED);
  });
});

/** At the lock that another registration has. */
async function somebodyWaits(): Promise<void> {
  const text = `
    SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`;
  const { sql } = signUps.fixture.env;
  await waitUntil(async () => (await sql.query({ text })).length > 0, {
    what: 'somebody to wait at the lock',
  });
}
