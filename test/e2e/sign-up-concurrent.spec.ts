import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changesBetween, type Everything } from '../support/database';
import { Holding } from '../support/database-proxy';
import type { Program } from '../support/program';
import type { Answer, MadeUpApplicant } from '../support/sign-up-environment';
import { waitUntil } from '../support/wait-until';
import {
  idsIn,
  type RegisterBody,
  REPEATED,
  together,
  WHOLE,
  WiredSignUp,
} from '../support/sign-up-with-proxy';

const TEN = Array.from({ length: 10 }, (_, index) => index);
/** The first statement of a registration that makes others wait. */
const DOOR = 'lock_person_search_keys';

let wired: WiredSignUp;
let other: Program;
let applicant: MadeUpApplicant;
let before: Everything;

beforeAll(async () => {
  // Each of ten at once holds a connection.
  wired = await WiredSignUp.start({ DATABASE_POOL_SIZE: '12' });
  other = await wired.startProgram();
});
afterAll(() => wired.stop());
beforeEach(async () => {
  await wired.clear();
  applicant = await wired.scene.applicant();
  before = await wired.everything();
});

const changes = async (): Promise<Everything> => changesBetween(before, await wired.everything());

/** Nobody goes on until all have looked whether the child is registered, found nobody and kept what was signed. */
async function allAtOnce(registrations: readonly (() => Promise<Answer>)[]): Promise<Answer[]> {
  const door = new Holding(DOOR);
  wired.wire.lieInWait(door.ambush);
  const answers = registrations.map((register) => register());
  await door.arrived(registrations.length);
  expect(await changes()).toEqual({
    'mpi.media_uploads': registrations.length,
    objects: registrations.length,
  });
  door.letAllGo();
  return Promise.all(answers);
}

function expectOneRegistration(answers: readonly Answer[]): void {
  expect(answers.map(({ status }) => status)).toEqual(TEN.map(() => 201));
  expect(new Set(answers.map(idsIn)).size).toBe(1);
  expect(new Set(answers.map(({ body }) => body.data?.['access_token'])).size).toBe(10);
}

describe('Ten registrations of one child at the same moment', () => {
  it('that are equal make one person with everything that is his, and ten tokens', async () => {
    const body = await wired.prepared(wired.child(applicant), applicant);
    expectOneRegistration(await allAtOnce(TEN.map(() => () => wired.register(body))));
    expect(await changes()).toEqual(together([WHOLE, 1], [REPEATED, 9]));
  });

  it('that are equal and come to two programs make one person', async () => {
    const body = await wired.prepared(wired.child(applicant), applicant);
    const programs = [wired.program, other];
    const answers = await allAtOnce(TEN.map((n) => () => wired.register(body, programs[n % 2])));
    expectOneRegistration(answers);
    expect(await changes()).toEqual(together([WHOLE, 1], [REPEATED, 9]));
  });

  it('that were signed each for itself make one person, and each is remembered', async () => {
    const child = wired.child(applicant);
    const bodies: RegisterBody[] = [];
    for (const _ of TEN) bodies.push(await wired.prepared(child, applicant));
    expect(new Set(bodies.map(({ signed_content }) => signed_content)).size).toBe(10);
    expectOneRegistration(await allAtOnce(bodies.map((body) => () => wired.register(body))));
    expect(await changes()).toEqual(together([WHOLE, 1], [REPEATED, 9], [{ 'mpi.sign_ups': 1 }, 9]));
  });
});

/** Sends a registration and hangs up once the statement has come so far; the program goes on alone. */
async function hangUp(body: RegisterBody, moment: 'before the commit' | 'after the commit'): Promise<void> {
  const caller = new AbortController();
  let hungUp: () => void = () => undefined;
  const goOn = new Promise<void>((resolve) => (hungUp = resolve));
  let reached: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (reached = resolve));
  const hold = async (): Promise<'pass'> => {
    reached();
    await goOn;
    return 'pass';
  };
  wired.wire.lieInWait(({ name }) => {
    if (name !== 'COMMIT') return 'pass';
    return moment === 'before the commit' ? hold() : { onAnswer: hold };
  });
  const answer = fetch(`${wired.program.addresses.publicUrl ?? ''}/api/pis/confidant/register`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: caller.signal,
  });
  await held;
  caller.abort();
  await expect(answer).rejects.toThrow();
  hungUp();
  await waitUntil(async () => (await changes())['mpi.sign_ups'] === 1, {
    what: 'the registration to be there',
  });
  wired.wire.letPass();
}

describe('A registration whose answer was lost', () => {
  it.each(['before the commit', 'after the commit'] as const)(
    '%s is carried out, and the same one sent again ten times at once finds what it has made',
    async (moment) => {
      const body = await wired.prepared(wired.child(applicant), applicant);
      await hangUp(body, moment);
      expect(await changes()).toEqual(WHOLE);
      const answers = await Promise.all(TEN.map(() => wired.register(body)));
      expectOneRegistration(answers);
      expect(await changes()).toEqual(together([WHOLE, 1], [REPEATED, 10]));
    },
  );
});
