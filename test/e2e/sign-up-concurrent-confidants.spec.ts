import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { relationshipsOf } from '../support/builders';
import { changesBetween, type RowCounts } from '../support/database';
import { HeldStatements } from '../support/database-proxy';
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

/** The first statement of a registration that makes others of the same child wait. */
const SEARCH_LOCK = 'lock_person_search_keys';
/** Behind it: the one that makes others of the same confidant wait. */
const CONFIDANT_LOCK = 'relationship_lock';

let signUps: SignUpWithProxy;
let before: RowCounts;

beforeAll(async () => {
  signUps = await SignUpWithProxy.startPatient({ DATABASE_POOL_SIZE: '12' });
});
afterAll(() => signUps.stop());
beforeEach(() => signUps.clear());

const changes = async (): Promise<RowCounts> => changesBetween(before, await signUps.everything());

/** Several people who may be confidants; what is written later is counted. */
async function applicants(count: number): Promise<MadeUpApplicant[]> {
  const people: MadeUpApplicant[] = [];
  for (let n = 0; n < count; n += 1) people.push(await signUps.fixture.applicant());
  before = await signUps.everything();
  return people;
}

/** None continues until all have reached the statement. */
async function allAt(statement: string, bodies: readonly RegisterBody[]): Promise<Answer[]> {
  const program = new HeldStatements(statement);
  signUps.proxy.intercept(program.interceptor);
  const answers = bodies.map((body) => signUps.register(body));
  await program.arrived(bodies.length);
  program.releaseAll();
  return Promise.all(answers);
}

/** All have seen that nobody is registered; then each goes on when the one before has its answer. */
async function oneAfterTheOther(bodies: readonly RegisterBody[]): Promise<Answer[]> {
  const program = new HeldStatements(SEARCH_LOCK);
  signUps.proxy.intercept(program.interceptor);
  const sent: Promise<Answer>[] = [];
  for (const body of bodies) {
    sent.push(signUps.register(body));
    await program.arrived(sent.length);
  }
  const answers: Answer[] = [];
  for (const [index, answer] of sent.entries()) {
    program.release(index + 1);
    if (index > 0) program.releaseAll();
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
  for (const [index, by] of people.entries()) bodies.push(await signUps.prepared(contentOf(by, index), by));
  return bodies;
}

async function expectAllRelated(
  answers: readonly Answer[],
  people: readonly MadeUpApplicant[],
): Promise<void> {
  expect(new Set(answers.map(idsIn)).size).toBe(1);
  const [answer] = answers;
  const related = await relationshipsOf(
    signUps.fixture.env.sql,
    answer === undefined ? '' : personIn(answer),
  );
  const confidants = related.map(({ confidant_person_id }) => confidant_person_id);
  expect(confidants.sort()).toEqual(people.map(({ personId }) => personId).sort());
  expect(await changes()).toEqual(together([WHOLE, 1], [RELATED, people.length - 1]));
}

describe('Different confidants who register one child at once', () => {
  it.each([2, 5])('are all related to it when they are %i, and it is one person', async (count) => {
    const people = await applicants(count);
    const child = signUps.child({ personId: '' });
    const bodies = await signedByEach(people, ({ personId }) => child.confidant(personId));
    await expectAllRelated(await allAt(SEARCH_LOCK, bodies), people);
  });

  it.each([
    ['the first', 0],
    ['the second', 1],
  ])('register one person when only %s knows the tax number', async (_, who) => {
    const people = await applicants(2);
    const bodies = await signedByEach(people, ({ personId }, index) => {
      const child = signUps.fixture.contentBy({ personId });
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
      const child = signUps.fixture.contentBy({ personId }).aged(age).withoutTaxId();
      return child.withOnlyDocument('BIRTH_CERTIFICATE', numbers[index]);
    });
    await expectAllRelated(await allAt(SEARCH_LOCK, bodies), people);
  });

  it.each<[string, ...[lastName: string, number: string][]]>([
    ['the certificate in brackets', ['Гринько', 'І-ЯЩ№777003'], ['Гринько', 'І-ЯЩ(777003)']],
    ['the Roman one as a digit', ['Гринько', 'І-ЯЩ№777003'], ['Гринько', '1-ЯЩ777003']],
    ['the Roman one as a digit and as Q', ['Гринько', '1-ЯЩ№777003'], ['Гринько', 'Q-ЯЩ777003']],
    ['the last name with another letter', ['Гринько', 'І-ЯЩ№777003'], ['Грінько', 'І-ЯЩ№777003']],
    ['both without signs', ["Дем'янів-Лис", 'І-ЯЩ№777003'], ['Демянів Лис', '1ЯЩ777003']],
  ])('register one person when one writes %s', async (_, ...spellings) => {
    const people = await applicants(2);
    const bodies = await signedByEach(people, ({ personId }, index) => {
      const [lastName = '', number = ''] = spellings[index] ?? [];
      const child = signUps.fixture.contentBy({ personId }).named(lastName, 'Волошка', 'Барвінківна');
      return child.withOnlyDocument('BIRTH_CERTIFICATE', number);
    });
    await expectAllRelated(await allAt(SEARCH_LOCK, bodies), people);
  });
});

describe('Two confidants who claim one tax number for two made-up patients at once', () => {
  it('give it to one of them: the other waits for the commit, and is registered without it', async () => {
    const people = await applicants(2);
    const bodies = await signedByEach(people, ({ personId }, index) =>
      signUps
        .child({ personId })
        .aged(6 + index)
        .withTaxId('3100000017'),
    );
    const commits = new HeldStatements('COMMIT');
    signUps.proxy.intercept(commits.interceptor);
    const [first, second] = bodies.map((body) => signUps.register(body));
    // Of the two users one is inserted; the other insertion waits for its transaction.
    await commits.arrived(1);
    await anInsertionWaits();
    commits.releaseAll();
    const answers = await Promise.all([first, second]);
    const numbers = answers.map((answer) => (answer?.body.data?.['user'] as { tax_id: string }).tax_id);
    expect(numbers.sort()).toEqual(['', '3100000017']);
    expect(await changes()).toEqual(together([WHOLE, 2]));
    const { sql } = signUps.fixture.env;
    const text = `SELECT FROM mithril.users WHERE tax_id = '3100000017' AND is_active`;
    expect(await sql.query({ text })).toHaveLength(1);
  });
});

/** Somebody waits for the transaction of another insertion. */
async function anInsertionWaits(): Promise<void> {
  const text = `
    SELECT FROM pg_stat_activity
     WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'transactionid'
       AND query LIKE '%INSERT INTO mithril.users%'`;
  const { sql } = signUps.fixture.env;
  await waitUntil(async () => (await sql.query({ text })).length === 1, {
    what: 'the other user to wait',
  });
}

describe('A confidant who has one place left', () => {
  it('gets one of two children registered at once, and of the other nothing remains', async () => {
    const [confidant] = await applicants(1);
    if (confidant === undefined) throw new Error('Nobody was made up.');
    personIn(await signUps.register(await signUps.prepared(signUps.child(confidant), confidant)));
    const { sql } = signUps.fixture.env;
    await sql.run(`UPDATE prm.global_parameters SET value = '2' WHERE parameter = 'third_person_limit'`);
    before = await signUps.everything();
    const bodies = await signedByEach([confidant, confidant], (by, n) =>
      signUps.child(by).named(n === 0 ? 'Любисток' : 'Барвінок', 'Рута'),
    );
    const answers = await allAt(CONFIDANT_LOCK, bodies);
    const [taken, refused] = answers.toSorted((one, another) => one.status - another.status);
    expect([taken?.status, refused?.status]).toEqual([201, 422]);
    expect(refused?.body.error).toEqual({
      type: 'request_malformed',
      message: 'Third person limit is exceeded',
    });
    expect(await changes()).toEqual(WHOLE);
  });
});
