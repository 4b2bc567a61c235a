import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changesBetween, type RowCounts } from '../support/database';
import { HeldStatements } from '../support/database-proxy';
import type { Program } from '../support/program';
import type { Answer, MadeUpApplicant } from '../support/sign-up-fixture';
import { waitUntil } from '../support/wait-until';
import {
  idsIn,
  type RegisterBody,
  REPEATED,
  together,
  WHOLE,
  SignUpWithProxy,
} from '../support/sign-up-with-proxy';

const TEN = Array.from({ length: 10 }, (_, index) => index);
/** The first statement of a registration that makes others wait. */
const SEARCH_LOCK = 'lock_person_search_keys';

let signUps: SignUpWithProxy;
let other: Program;
let applicant: MadeUpApplicant;
let before: RowCounts;

beforeAll(async () => {
  // Each of ten at once holds a connection.
  signUps = await SignUpWithProxy.startPatient({ DATABASE_POOL_SIZE: '12' });
  other = await signUps.startProgram();
});
afterAll(() => signUps.stop());
beforeEach(async () => {
  await signUps.clear();
  applicant = await signUps.fixture.applicant();
  before = await signUps.everything();
});

const changes = async (): Promise<RowCounts> => changesBetween(before, await signUps.everything());

/** Nobody goes on until all have looked whether the child is registered, found nobody and kept what was signed. */
async function allAtOnce(registrations: readonly (() => Promise<Answer>)[]): Promise<Answer[]> {
  const program = new HeldStatements(SEARCH_LOCK);
  signUps.proxy.intercept(program.interceptor);
  const answers = registrations.map((register) => register());
  await program.arrived(registrations.length);
  expect(await changes()).toEqual({
    'mpi.media_uploads': registrations.length,
    objects: registrations.length,
  });
  program.releaseAll();
  return Promise.all(answers);
}

function expectOneRegistration(answers: readonly Answer[]): void {
  expect(answers.map(({ status }) => status)).toEqual(TEN.map(() => 201));
  expect(new Set(answers.map(idsIn)).size).toBe(1);
  expect(new Set(answers.map(({ body }) => body.data?.['access_token'])).size).toBe(10);
}

describe('Ten registrations of one child at the same moment', () => {
  it('that are equal make one person with all parts, and ten tokens', async () => {
    const body = await signUps.prepared(signUps.child(applicant), applicant);
    expectOneRegistration(await allAtOnce(TEN.map(() => () => signUps.register(body))));
    expect(await changes()).toEqual(together([WHOLE, 1], [REPEATED, 9]));
  });

  it('that are equal and reach two programs make one person', async () => {
    const body = await signUps.prepared(signUps.child(applicant), applicant);
    const programs = [signUps.program, other];
    const answers = await allAtOnce(TEN.map((n) => () => signUps.register(body, programs[n % 2])));
    expectOneRegistration(answers);
    expect(await changes()).toEqual(together([WHOLE, 1], [REPEATED, 9]));
  });

  it('that were signed each for itself make one person, and each is remembered', async () => {
    const child = signUps.child(applicant);
    const bodies: RegisterBody[] = [];
    for (const _ of TEN) bodies.push(await signUps.prepared(child, applicant));
    expect(new Set(bodies.map(({ signed_content }) => signed_content)).size).toBe(10);
    expectOneRegistration(await allAtOnce(bodies.map((body) => () => signUps.register(body))));
    expect(await changes()).toEqual(together([WHOLE, 1], [REPEATED, 9], [{ 'mpi.sign_ups': 1 }, 9]));
  });
});

/** Sends a registration and hangs up once the statement has reached this point; the program continues alone. */
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
  signUps.proxy.intercept(({ name }) => {
    if (name !== 'COMMIT') return 'pass';
    return moment === 'before the commit' ? hold() : { onAnswer: hold };
  });
  const answer = fetch(`${signUps.program.addresses.publicUrl ?? ''}/api/pis/confidant/register`, {
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
  signUps.proxy.passAll();
}

describe('A registration whose answer was lost', () => {
  it.each(['before the commit', 'after the commit'] as const)(
    '%s is carried out, and the same one sent again ten times at once finds what it has made',
    async (moment) => {
      const body = await signUps.prepared(signUps.child(applicant), applicant);
      await hangUp(body, moment);
      expect(await changes()).toEqual(WHOLE);
      const answers = await Promise.all(TEN.map(() => signUps.register(body)));
      expectOneRegistration(answers);
      expect(await changes()).toEqual(together([WHOLE, 1], [REPEATED, 10]));
    },
  );
});
