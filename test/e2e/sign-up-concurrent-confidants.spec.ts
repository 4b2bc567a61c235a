import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { relationshipsOf } from '../support/builders';
import { changesBetween, type Everything } from '../support/database';
import { Holding } from '../support/database-proxy';
import type { SignUpContentBuilder } from '../support/sign-up-content';
import type { Answer, MadeUpApplicant } from '../support/sign-up-environment';
import {
  idsIn,
  personIn,
  RELATED,
  type RegisterBody,
  together,
  WHOLE,
  WiredSignUp,
} from '../support/sign-up-with-proxy';

/** The first statement of a registration that makes others of the same child wait. */
const DOOR = 'lock_person_search_keys';
/** Behind it: the one that makes others of the same confidant wait. */
const CONFIDANT_DOOR = 'relationship_lock';

let wired: WiredSignUp;
let before: Everything;

beforeAll(async () => {
  wired = await WiredSignUp.start({ DATABASE_POOL_SIZE: '12' });
});
afterAll(() => wired.stop());
beforeEach(() => wired.clear());

const changes = async (): Promise<Everything> => changesBetween(before, await wired.everything());

/** Several people who may be confidants; what comes after them is counted. */
async function applicants(count: number): Promise<MadeUpApplicant[]> {
  const people: MadeUpApplicant[] = [];
  for (let n = 0; n < count; n += 1) people.push(await wired.scene.applicant());
  before = await wired.everything();
  return people;
}

/** Nobody goes on until all have come to the statement. */
async function allAt(statement: string, bodies: readonly RegisterBody[]): Promise<Answer[]> {
  const door = new Holding(statement);
  wired.wire.lieInWait(door.ambush);
  const answers = bodies.map((body) => wired.register(body));
  await door.arrived(bodies.length);
  door.letAllGo();
  return Promise.all(answers);
}

/** All have seen that nobody is registered; then each goes on when the one before has its answer. */
async function oneAfterTheOther(bodies: readonly RegisterBody[]): Promise<Answer[]> {
  const door = new Holding(DOOR);
  wired.wire.lieInWait(door.ambush);
  const sent: Promise<Answer>[] = [];
  for (const body of bodies) {
    sent.push(wired.register(body));
    await door.arrived(sent.length);
  }
  const answers: Answer[] = [];
  for (const [index, answer] of sent.entries()) {
    door.letGo(index + 1);
    if (index > 0) door.letAllGo();
    answers.push(await answer);
  }
  return answers;
}

/** The child of each of these confidants, otherwise the same. */
async function signedByEach(
  people: readonly MadeUpApplicant[],
  contentOf: (by: MadeUpApplicant, index: number) => SignUpContentBuilder,
): Promise<RegisterBody[]> {
  const bodies: RegisterBody[] = [];
  for (const [index, by] of people.entries()) bodies.push(await wired.prepared(contentOf(by, index), by));
  return bodies;
}

async function expectAllRelated(
  answers: readonly Answer[],
  people: readonly MadeUpApplicant[],
): Promise<void> {
  expect(new Set(answers.map(idsIn)).size).toBe(1);
  const [answer] = answers;
  const related = await relationshipsOf(wired.scene.here.sql, answer === undefined ? '' : personIn(answer));
  const confidants = related.map(({ confidant_person_id }) => confidant_person_id);
  expect(confidants.sort()).toEqual(people.map(({ personId }) => personId).sort());
  expect(await changes()).toEqual(together([WHOLE, 1], [RELATED, people.length - 1]));
}

describe('Different confidants who register one child at once', () => {
  it.each([2, 5])('are all related to it when they are %i, and it is one person', async (count) => {
    const people = await applicants(count);
    const child = wired.child({ personId: '' });
    const bodies = await signedByEach(people, ({ personId }) => child.confidant(personId));
    await expectAllRelated(await allAt(DOOR, bodies), people);
  });

  it.each([
    ['the first', 0],
    ['the second', 1],
  ])('register one person when only %s knows the tax number', async (_, who) => {
    const people = await applicants(2);
    const bodies = await signedByEach(people, ({ personId }, index) => {
      const child = wired.scene.contentBy({ personId });
      return index === who ? child.withTaxId('3100000017') : child;
    });
    await expectAllRelated(await oneAfterTheOther(bodies), people);
  });

  it.each([
    ['children', 5],
    ['people of sixteen who have no other document', 16],
  ])('register one person of %s when one writes the certificate with a Latin letter', async (_, age) => {
    const people = await applicants(2);
    const numbers = ['І-ЯЩ№000017', 'I-ЯЩ№000017'];
    const bodies = await signedByEach(people, ({ personId }, index) => {
      const child = wired.scene.contentBy({ personId }).aged(age).withoutTaxId();
      return child.withOnlyDocument('BIRTH_CERTIFICATE', numbers[index]);
    });
    await expectAllRelated(await allAt(DOOR, bodies), people);
  });
});

describe('A confidant who has one place left', () => {
  it('gets one of two children whom he registers at once, and of the other nothing remains', async () => {
    const [confidant] = await applicants(1);
    if (confidant === undefined) throw new Error('Nobody was made up.');
    personIn(await wired.register(await wired.prepared(wired.child(confidant), confidant)));
    const { sql } = wired.scene.here;
    await sql.run(`UPDATE prm.global_parameters SET value = '2' WHERE parameter = 'third_person_limit'`);
    before = await wired.everything();
    const bodies = await signedByEach([confidant, confidant], (by, n) =>
      wired.child(by).named(n === 0 ? 'Любисток' : 'Барвінок', 'Рута'),
    );
    const answers = await allAt(CONFIDANT_DOOR, bodies);
    const [taken, refused] = answers.toSorted((one, another) => one.status - another.status);
    expect([taken?.status, refused?.status]).toEqual([201, 422]);
    expect(refused?.body.error).toEqual({
      type: 'request_malformed',
      message: 'Third person limit is exceeded',
    });
    expect(await changes()).toEqual(WHOLE);
  });
});
