import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { changesBetween, type Everything } from '../support/database';
import { type Moment, standstill } from '../support/database-proxy';
import { ProgramApart } from '../support/program';
import type { MadeUpApplicant } from '../support/sign-up-environment';
import {
  personIn,
  RELATED,
  type RegisterBody,
  REPEATED,
  together,
  WHOLE,
  WiredSignUp,
} from '../support/sign-up-with-proxy';

const UPLOAD: Everything = { 'mpi.media_uploads': 1 };
const OBJECT: Everything = { objects: 1 };

let wired: WiredSignUp;
let first: MadeUpApplicant;
let second: MadeUpApplicant;
let apart: ProgramApart | undefined;

beforeAll(async () => {
  wired = await WiredSignUp.start();
});
afterAll(() => wired.stop());
beforeEach(async () => {
  await wired.clear();
  [first, second] = [await wired.scene.applicant(), await wired.scene.applicant()];
});
afterEach(() => apart?.kill());

const everything = (): Promise<Everything> => wired.everything();

/** A program comes to this point of a registration and is killed there. */
async function killedAt(body: RegisterBody, statement: string, moment: Moment): Promise<void> {
  apart = await ProgramApart.start({ ...wired.scene.here.servers, environment: wired.environment() });
  const { ambush, held } = standstill(statement, moment);
  wired.wire.lieInWait(ambush);
  const answer = wired.scene.register(body, apart).catch(() => 'no answer');
  await held;
  await apart.kill();
  expect(await answer).toBe('no answer');
  wired.wire.letPass();
}

type Point = readonly [words: string, statement: string, moment: Moment, lies: Everything];

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
      const body = await wired.prepared(wired.child(first), first);
      const before = await everything();
      await killedAt(body, statement, moment);
      expect(changesBetween(before, await everything())).toEqual(lies);
      await wired.removeOrphans();
      expect(changesBetween(before, await everything())).toEqual({});
      personIn(await wired.register(body));
      expect(changesBetween(before, await everything())).toEqual(WHOLE);
    },
  );

  it('does not block the same request before the orphan clean-up', async () => {
    const body = await wired.prepared(wired.child(first), first);
    const before = await everything();
    await killedAt(body, 'COMMIT', 'before');
    personIn(await wired.register(body));
    await wired.removeOrphans();
    expect(changesBetween(before, await everything())).toEqual(WHOLE);
  });

  it.each([
    ['a new person', WHOLE],
    ['one more confidant', RELATED],
  ])('between commit and answer has registered %s whole, and the same request finds it', async (_, makes) => {
    const child = wired.child(first);
    if (makes === RELATED) personIn(await wired.register(await wired.prepared(child, first)));
    const by = makes === RELATED ? second : first;
    const body = await wired.prepared(child.confidant(by.personId), by);
    const before = await everything();
    await killedAt(body, 'COMMIT', 'after');
    await wired.removeOrphans();
    expect(changesBetween(before, await everything())).toEqual(makes);
    personIn(await wired.register(body));
    expect(changesBetween(before, await everything())).toEqual(together([makes, 1], [REPEATED, 1]));
  });
});
