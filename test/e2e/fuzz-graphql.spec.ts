import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  expectNothingTold,
  expectTidyOperationAnswer,
  expectTidyRefusal,
  FuzzScene,
} from '../support/fuzz-environment';
import { operationsFor, rootFieldsOf, strangeOperations, writtenSchema } from '../support/fuzz-graphql';
import { send } from '../support/http-client';

/** For each field an operation can begin with; so few that all of them together take seconds. */
const OPERATIONS = 40;
const STRANGE = 100;

/** To look for the shortest operation that fails would take minutes. */
const ENOUGH = { endOnFailure: true };
/** Ten times what they take, for a machine that has other things to do. */
const PATIENCE_MS = 180_000;

const schema = writtenSchema();
const fields = rootFieldsOf(schema);

let scene: FuzzScene;
let rowsBefore: string;

beforeAll(async () => {
  scene = await FuzzScene.start();
  rowsBefore = await scene.writtenRows();
});
afterAll(() => scene.stop());

/** Sends one operation; tells whether it was refused. */
async function isRefused(operation: object): Promise<boolean> {
  const answer = await send(scene.url, {
    method: 'POST',
    target: '/graphql',
    headers: { authorization: `Bearer ${scene.known.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(operation),
  });
  expect([200, 400]).toContain(answer.status);
  if (answer.status === 200) return !expectTidyOperationAnswer(answer).hasData;
  expectTidyRefusal(answer);
  return true;
}

/** A refused operation has written nothing. */
async function ask(operation: object): Promise<void> {
  const refused = await isRefused(operation);
  const rows = await scene.writtenRows();
  if (refused) expect(rows).toBe(rowsBefore);
  rowsBefore = rows;
}

describe('Whatever is sent to GraphQL', { timeout: PATIENCE_MS }, () => {
  it('every field answers or refuses in order, tells nothing, and a refusal has written nothing', async () => {
    expect(fields.length).toBeGreaterThan(1);
    for (const field of fields) {
      const operations = operationsFor(field, { schema, known: scene.known, times: [1] });
      await fc.assert(fc.asyncProperty(operations, ask), { ...ENOUGH, numRuns: OPERATIONS });
    }
    expectNothingTold(scene.door.logged.join('\n'));
  });

  it('what is hardly an operation is refused in the same way', async () => {
    await fc.assert(fc.asyncProperty(strangeOperations, ask), { ...ENOUGH, numRuns: STRANGE });
    expectNothingTold(scene.door.logged.join('\n'));
  });

  it('the same field asked several times answers or refuses in order', async () => {
    // What is written is not looked at: when one is refused, the answer does not wait for the others.
    for (const field of fields) {
      const operations = operationsFor(field, { schema, known: scene.known, times: [2, 30] });
      const property = fc.asyncProperty(operations, async (operation) => void (await isRefused(operation)));
      await fc.assert(property, { ...ENOUGH, numRuns: OPERATIONS / 4 });
    }
    expectNothingTold(scene.door.logged.join('\n'));
  });
});
