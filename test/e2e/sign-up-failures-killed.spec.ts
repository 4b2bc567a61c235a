import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changesBetween, type RowCounts } from '../support/database';
import { type Moment, haltAt } from '../support/database-proxy';
import { ChildProgram } from '../support/program';
import type { MadeUpApplicant } from '../support/sign-up-fixture';
import {
  personIn,
  RELATED,
  type RegisterBody,
  REPEATED,
  together,
  WHOLE,
  SignUpWithProxy,
} from '../support/sign-up-with-proxy';

const UPLOAD: RowCounts = { 'mpi.media_uploads': 1 };
const OBJECT: RowCounts = { objects: 1 };

let signUps: SignUpWithProxy;
let first: MadeUpApplicant;
let second: MadeUpApplicant;
let apart: ChildProgram | undefined;

beforeAll(async () => {
  signUps = await SignUpWithProxy.start();
});
afterAll(() => signUps.stop());
beforeEach(async () => {
  await signUps.clear();
  [first, second] = [await signUps.fixture.applicant(), await signUps.fixture.applicant()];
});
afterEach(() => apart?.kill());

const everything = (): Promise<RowCounts> => signUps.everything();

/** A program reaches this point of a registration and is killed there. */
async function killedAt(body: RegisterBody, statement: string, moment: Moment): Promise<void> {
  apart = await ChildProgram.start({ ...signUps.fixture.env.servers, environment: signUps.environment() });
  const { interceptor, held } = haltAt(statement, moment);
  signUps.proxy.intercept(interceptor);
  const answer = signUps.fixture.register(body, apart).catch(() => 'no answer');
  await held;
  await apart.kill();
  expect(await answer).toBe('no answer');
  signUps.proxy.passAll();
}

type Point = readonly [words: string, statement: string, moment: Moment, lies: RowCounts];

/** What is left before the orphan clean-up shows that the process was killed at that moment. */
const POINTS: readonly Point[] = [
  ['before anything is written', 'record_media_upload', 'before', {}],
  ['between record and object', 'record_media_upload', 'after', UPLOAD],
  ['between object and transaction', 'START TRANSACTION', 'before', together([UPLOAD, 1], [OBJECT, 1])],
  [
    'when the record of its upload is deleted',
    'keep_media_upload',
    'after',
    together([UPLOAD, 1], [OBJECT, 1]),
  ],
  ['in the middle of the transaction', 'relationship_insert', 'before', together([UPLOAD, 1], [OBJECT, 1])],
  ['when all but the commit is done', 'COMMIT', 'before', together([UPLOAD, 1], [OBJECT, 1])],
];

describe('A process that is killed', () => {
  it.each(POINTS)(
    '%s leaves nothing after the orphan clean-up, and the same request succeeds',
    async (_, statement, moment, lies) => {
      const body = await signUps.prepared(signUps.child(first), first);
      const before = await everything();
      await killedAt(body, statement, moment);
      expect(changesBetween(before, await everything())).toEqual(lies);
      await signUps.removeOrphans();
      expect(changesBetween(before, await everything())).toEqual({});
      personIn(await signUps.register(body));
      expect(changesBetween(before, await everything())).toEqual(WHOLE);
    },
  );

  it('does not block the same request before the orphan clean-up', async () => {
    const body = await signUps.prepared(signUps.child(first), first);
    const before = await everything();
    await killedAt(body, 'COMMIT', 'before');
    personIn(await signUps.register(body));
    await signUps.removeOrphans();
    expect(changesBetween(before, await everything())).toEqual(WHOLE);
  });

  it.each([
    ['a new person', WHOLE],
    ['one more confidant', RELATED],
  ])('between commit and answer has registered %s whole, and the same request finds it', async (_, makes) => {
    const child = signUps.child(first);
    if (makes === RELATED) personIn(await signUps.register(await signUps.prepared(child, first)));
    const by = makes === RELATED ? second : first;
    const body = await signUps.prepared(child.confidant(by.personId), by);
    const before = await everything();
    await killedAt(body, 'COMMIT', 'after');
    await signUps.removeOrphans();
    expect(changesBetween(before, await everything())).toEqual(makes);
    personIn(await signUps.register(body));
    expect(changesBetween(before, await everything())).toEqual(together([makes, 1], [REPEATED, 1]));
  });
});
