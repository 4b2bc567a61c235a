import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type StatementDecision, RAISED } from '../support/database-proxy';
import { changesBetween, type RowCounts } from '../support/database';
import type { Answer, MadeUpApplicant } from '../support/sign-up-fixture';
import {
  personIn,
  RELATED,
  type RegisterBody,
  REPEATED,
  together,
  WHOLE,
  SignUpWithProxy,
} from '../support/sign-up-with-proxy';

/** A registration goes through dozens of statements, and each of them goes wrong once. */
const ALL_STEPS_MS = 600_000;

/** What a registration makes out of nothing, and statements that it certainly sends; the whole list is the program's. */
const NEW_PERSON = {
  makes: WHOLE,
  steps: [
    'record_media_upload',
    'START TRANSACTION',
    'lock_person_search_keys',
    'keep_media_upload',
    'insert_persons',
    'insert_person_phones',
    'insert_person_addresses',
    'insert_person_documents',
    'insert_audit_log',
    'insert_person_verifications',
    'save_records_person_verifications',
    'relationship_insert',
    'authentication_method_give_third_person',
    'user_insert',
    'sign_up_remember',
    'insert_tokens',
    'COMMIT',
  ],
};

/** The same for somebody who is registered already. */
const ONE_MORE_CONFIDANT = {
  makes: RELATED,
  steps: NEW_PERSON.steps.filter((step) => !/insert_person|save|user_insert/.test(step)),
};

type Kind = typeof NEW_PERSON;

let signUps: SignUpWithProxy;
let first: MadeUpApplicant;
let second: MadeUpApplicant;

beforeAll(async () => {
  signUps = await SignUpWithProxy.start();
});
afterAll(() => signUps.stop());
beforeEach(async () => {
  await signUps.clear();
  [first, second] = [await signUps.fixture.applicant(), await signUps.fixture.applicant()];
});

/** Signed and validated; for one more confidant, the first one has registered the child before. */
async function prepared(kind: Kind): Promise<RegisterBody> {
  const child = signUps.child(first);
  if (kind === NEW_PERSON) return signUps.prepared(child, first);
  personIn(await signUps.register(await signUps.prepared(child, first)));
  return signUps.prepared(child.confidant(second.personId), second);
}

/** One registration in which something happens to a statement. */
interface Tried {
  readonly step: string;
  readonly answer: Answer;
  readonly left: RowCounts;
  readonly afterRepeat: RowCounts;
}

/** Undefined when there was no such statement: then everything went well. */
async function tryWith(
  kind: Kind,
  deedAt: (number: number) => StatementDecision,
  step: number,
): Promise<Tried | undefined> {
  const body = await prepared(kind);
  const before = await signUps.everything();
  signUps.proxy.intercept(({ number }) => deedAt(number));
  const answer = await signUps.register(body);
  const name = signUps.proxy.seen[step - 1];
  signUps.proxy.passAll();
  if (name === undefined) return undefined;
  await signUps.removeOrphans();
  const left = changesBetween(before, await signUps.everything());
  personIn(await signUps.register(body));
  return { step: name, answer, left, afterRepeat: changesBetween(before, await signUps.everything()) };
}

async function eachStep(
  kind: Kind,
  deedAt: (step: number) => (number: number) => StatementDecision,
): Promise<Tried[]> {
  const tried: Tried[] = [];
  for (let step = 1; ; step += 1) {
    const one = await tryWith(kind, deedAt(step), step);
    if (one === undefined) break;
    tried.push(one);
  }
  expect(tried.map(({ step }) => step)).toEqual(expect.arrayContaining(kind.steps));
  return tried;
}

const INTERNAL = { type: 'internal_error', message: 'Internal error' };
const AWAY = { type: 'service_unavailable', message: 'The service is unavailable, try again later' };

/** The answer reports an internal error and nothing else. */
function expectFailure({ step, answer }: Tried): void {
  expect([500, 503], step).toContain(answer.status);
  expect(answer.body.error, step).toEqual(answer.status === 500 ? INTERNAL : AWAY);
  expect(JSON.stringify(answer.body), step).not.toContain(RAISED);
}

const at =
  (deed: StatementDecision) =>
  (step: number) =>
  (number: number): StatementDecision =>
    number === step ? deed : 'pass';

/** What may befall a statement so that nothing of its registration remains. */
const FAILURES: Readonly<Record<string, (step: number) => (number: number) => StatementDecision>> = {
  'is cut off from the database before any of its statements': at('cut'),
  'has any of its statements fail, of its own or because the database shuts down': (step) =>
    at({ failWith: step % 2 === 0 ? '53100' : '57P01' })(step),
  'loses the database before any of its statements and does not get it back': (step) => (number) =>
    number >= step ? 'cut' : 'pass',
};

/** Each failure at each statement of one of the two ways, so that all are met and the suite stays short. */
describe.each<[string, Kind, (keyof typeof FAILURES)[]]>([
  [
    'of a child nobody knows',
    NEW_PERSON,
    [
      'is cut off from the database before any of its statements',
      'has any of its statements fail, of its own or because the database shuts down',
    ],
  ],
  [
    'by one more confidant',
    ONE_MORE_CONFIDANT,
    ['loses the database before any of its statements and does not get it back'],
  ],
])('A registration %s', (_, kind, failures) => {
  it('makes exactly the expected rows when nothing goes wrong', async () => {
    const body = await prepared(kind);
    const before = await signUps.everything();
    personIn(await signUps.register(body));
    expect(changesBetween(before, await signUps.everything())).toEqual(kind.makes);
  });

  it.each(failures)(
    '%s: nothing remains, and the same request goes well afterwards',
    async (failure) => {
      for (const tried of await eachStep(kind, FAILURES[failure] ?? at('pass'))) {
        expectFailure(tried);
        expect(tried.left, tried.step).toEqual({});
        expect(tried.afterRepeat, tried.step).toEqual(kind.makes);
      }
    },
    ALL_STEPS_MS,
  );

  it(
    'is cut off after any of its statements: nothing remains, unless that was the commit, and then all does',
    async () => {
      for (const tried of await eachStep(kind, at({ onAnswer: () => 'cut' }))) {
        expectFailure(tried);
        const isCommitted = tried.step === 'COMMIT';
        expect(tried.left, tried.step).toEqual(isCommitted ? kind.makes : {});
        const all = isCommitted ? together([kind.makes, 1], [REPEATED, 1]) : kind.makes;
        expect(tried.afterRepeat, tried.step).toEqual(all);
      }
    },
    ALL_STEPS_MS,
  );
});

describe('A registration that is the victim of a deadlock', () => {
  it(
    'at any of its statements is repeated, invisibly to the caller',
    async () => {
      for (const tried of await eachStep(NEW_PERSON, at({ failWith: '40P01' }))) {
        expect(tried.answer.status, tried.step).toBe(201);
        expect(tried.left, tried.step).toEqual(NEW_PERSON.makes);
      }
    },
    ALL_STEPS_MS,
  );
});
