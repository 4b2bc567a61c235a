import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { usersOf } from '../support/builders';
import { type Deed, Holding } from '../support/database-proxy';
import { changesBetween, type Everything } from '../support/database';
import type { SignUpContentBuilder } from '../support/sign-up-content';
import type { Answer, MadeUpApplicant } from '../support/sign-up-environment';
import { waitUntil } from '../support/wait-until';
import {
  idsIn,
  personIn,
  RELATED,
  type RegisterBody,
  together,
  WHOLE,
  WiredSignUp,
} from '../support/sign-up-with-proxy';

/** Between it and what was seen before lies everything that may change meanwhile. */
const DOOR = 'lock_person_search_keys';

let wired: WiredSignUp;
let first: MadeUpApplicant;
let second: MadeUpApplicant;
/** Registered by the first confidant. */
let child: SignUpContentBuilder;
let childId: string;
let before: Everything;
/** The registration of the child by the second one. */
let body: RegisterBody;

beforeAll(async () => {
  wired = await WiredSignUp.start();
});
afterAll(() => wired.stop());
beforeEach(async () => {
  await wired.clear();
  [first, second] = [await wired.scene.applicant(), await wired.scene.applicant()];
  child = wired.child(first);
  childId = personIn(await wired.register(await wired.prepared(child, first)));
  body = await wired.prepared(child.confidant(second.personId), second);
  before = await wired.everything();
});

const changes = async (): Promise<Everything> => changesBetween(before, await wired.everything());
const change = (text: string): Promise<unknown> => wired.scene.here.sql.query({ text }, [childId]);

/** Whenever a registration comes to a statement, the change is made first, as another program would make it. */
async function registerWhile(at: string, makeChange: (time: number) => Promise<unknown>): Promise<Answer> {
  let times = 0;
  wired.wire.lieInWait(async ({ name }): Promise<Deed> => {
    if (name !== at) return 'pass';
    times += 1;
    await makeChange(times);
    return 'pass';
  });
  return wired.register(body);
}

const timesAt = (name: string): number => wired.wire.seen.filter((seen) => seen === name).length;
const once = (text: string) => (time: number) => (time === 1 ? change(text) : Promise.resolve());

describe('What changes between the first look and the lock', () => {
  it('is nothing: the registration is made at the first go', async () => {
    const answer = await registerWhile(DOOR, () => Promise.resolve());
    expect(personIn(answer)).toBe(childId);
    expect(timesAt(DOOR)).toBe(1);
    expect(await changes()).toEqual(RELATED);
  });

  it('is that the person was deactivated: he is looked for again and registered anew', async () => {
    const answer = await registerWhile(
      DOOR,
      once(`UPDATE mpi.persons SET status = 'inactive', is_active = false WHERE id = $1`),
    );
    expect(personIn(answer)).not.toBe(childId);
    expect(timesAt(DOOR)).toBe(2);
    expect(await changes()).toEqual(WHOLE);
  });

  it('is that his user was blocked: nothing is registered', async () => {
    const { status, body: told } = await registerWhile(
      DOOR,
      once('UPDATE mithril.users SET is_blocked = true WHERE person_id = $1'),
    );
    expect([status, told.error]).toEqual([401, { type: 'access_denied', message: 'User is blocked.' }]);
    expect(await changes()).toEqual({});
  });

  it('is that his user was deactivated: he gets another one', async () => {
    await registerWhile(DOOR, once('UPDATE mithril.users SET is_active = false WHERE person_id = $1'));
    const users = await usersOf(wired.scene.here.sql, childId);
    expect(users.map(({ is_active }) => is_active)).toEqual([false, true]);
    expect(await changes()).toEqual(together([RELATED, 1], [{ 'mithril.users': 1, 'mpi.audit_log': 1 }, 1]));
  });

  it('is something each time: after five tries the applicant is asked to come again, and nothing remains', async () => {
    const answer = await registerWhile(DOOR, () =>
      change('UPDATE mithril.users SET is_active = NOT is_active WHERE person_id = $1'),
    );
    expectContended(answer);
    expect(timesAt(DOOR)).toBe(5);
    expect(await changes()).toEqual({});
  });
});

describe('A user whom another program makes for the patient in the last moment', () => {
  const made = (isBlocked: boolean) => `
    INSERT INTO mithril.users (person_id, is_active, is_blocked) VALUES ($1, true, ${isBlocked})`;

  beforeEach(async () => {
    await wired.scene.here.sql.run('DELETE FROM mithril.tokens');
    await change('DELETE FROM mithril.users WHERE person_id = $1');
    before = await wired.everything();
  });

  it('is taken', async () => {
    const answer = await registerWhile('user_insert', () => change(made(false)));
    const users = await usersOf(wired.scene.here.sql, childId);
    expect(users.map(({ id }) => `${childId} ${id}`)).toEqual([idsIn(answer)]);
    expect(await changes()).toEqual(together([RELATED, 1], [{ 'mithril.users': 1 }, 1]));
  });

  it('is refused when he is blocked, and nothing of the registration remains', async () => {
    const { status, body: told } = await registerWhile('user_insert', () => change(made(true)));
    expect([status, told.error?.message]).toEqual([401, 'User is blocked.']);
    expect(await changes()).toEqual({ 'mithril.users': 1 });
  });
});

function expectContended({ status, headers, body: told }: Answer): void {
  const message = 'The same person is being registered by others, try again later';
  expect([status, told.error]).toEqual([503, { type: 'service_unavailable', message }]);
  expect(headers.get('retry-after')).toBe('1');
}

describe('A registration that waits for another one of the same child', () => {
  it('for too long is asked to come again, leaves nothing and goes well then', async () => {
    const held = new Holding('COMMIT');
    wired.wire.lieInWait(held.ambush);
    const third = await wired.scene.applicant();
    const longOne = wired.register(await wired.prepared(child.confidant(third.personId), third));
    await held.arrived(1);
    before = await wired.everything();
    expectContended(await wired.register(body));
    // What is not committed yet is the other one's: its upload is still written down.
    expect(await changes()).toEqual({});
    held.letAllGo();
    expect(personIn(await longOne)).toBe(childId);
    expect(personIn(await wired.register(body))).toBe(childId);
    await wired.removeOrphans();
    const upload = { 'mpi.media_uploads': -1, objects: -1 };
    expect(await changes()).toEqual(together([RELATED, 2], [upload, 1]));
  });

  it('that dies goes on at once', async () => {
    let isDead = false;
    wired.wire.lieInWait(async ({ name }): Promise<Deed> => {
      if (name !== 'COMMIT' || isDead) return 'pass';
      isDead = true;
      await somebodyWaits();
      return 'cut';
    });
    const answers = await Promise.all([wired.register(body), wired.register(body)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 500]);
    await wired.removeOrphans();
    expect(await changes()).toEqual(RELATED);
  });
});

/** At the lock that another registration has. */
async function somebodyWaits(): Promise<void> {
  const text = `
    SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'advisory'`;
  const { sql } = wired.scene.here;
  await waitUntil(async () => (await sql.query({ text })).length > 0, {
    what: 'somebody to wait at the lock',
  });
}
