import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  expectNoInternals,
  expectWellFormedOperationAnswer,
  expectWellFormedRefusal,
  FuzzFixture,
} from '../support/fuzz-fixture';
import { operationsFor, rootFieldsOf, strangeOperations, writtenSchema } from '../support/fuzz-graphql';
import { send } from '../support/http-client';

/** For each field an operation can begin with; so few that all of them together take seconds. */
const OPERATIONS = 40;
const STRANGE = 100;

/** To look for the shortest operation that fails would take minutes. */
const ENOUGH = { endOnFailure: true };

const schema = writtenSchema();
const fields = rootFieldsOf(schema);

let fixture: FuzzFixture;
let rowsBefore: string;

beforeAll(async () => {
  fixture = await FuzzFixture.start();
  rowsBefore = await fixture.writtenRows();
});
afterAll(() => fixture.stop());

/** Sends one operation; returns whether it was refused. */
async function isRefused(operation: object): Promise<boolean> {
  const answer = await send(fixture.url, {
    method: 'POST',
    target: '/graphql',
    headers: { authorization: `Bearer ${fixture.known.token}`, 'content-type': 'application/json' },
    body: JSON.stringify(operation),
  });
  expect([200, 400]).toContain(answer.status);
  if (answer.status === 200) return !expectWellFormedOperationAnswer(answer).hasData;
  expectWellFormedRefusal(answer);
  return true;
}

/** A refused operation has written nothing. */
async function ask(operation: object): Promise<void> {
  const refused = await isRefused(operation);
  const rows = await fixture.writtenRows();
  if (refused) expect(rows).toBe(rowsBefore);
  rowsBefore = rows;
}

describe('Whatever is sent to GraphQL', () => {
  it('every field answers or refuses in order and leaks nothing, and a refusal has written nothing', async () => {
    expect(fields.length).toBeGreaterThan(1);
    for (const field of fields) {
      const operations = operationsFor(field, { schema, known: fixture.known, times: [1] });
      await fc.assert(fc.asyncProperty(operations, ask), { ...ENOUGH, numRuns: OPERATIONS });
    }
    expectNoInternals(fixture.program.logged.join('\n'));
  });

  it('what is hardly an operation is refused in the same way', async () => {
    await fc.assert(fc.asyncProperty(strangeOperations, ask), { ...ENOUGH, numRuns: STRANGE });
    expectNoInternals(fixture.program.logged.join('\n'));
  });

  it('the same field asked several times answers or refuses in order', async () => {
    // What is written is not looked at: when one is refused, the answer does not wait for the others.
    for (const field of fields) {
      const operations = operationsFor(field, { schema, known: fixture.known, times: [2, 30] });
      const property = fc.asyncProperty(operations, async (operation) => void (await isRefused(operation)));
      await fc.assert(property, { ...ENOUGH, numRuns: OPERATIONS / 4 });
    }
    expectNoInternals(fixture.program.logged.join('\n'));
  });
});
