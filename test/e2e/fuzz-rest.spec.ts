import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OpenApi } from '../../src/http';
import { callsOf, requestsFor } from '../support/fuzz-rest';
import { expectNoInternals, expectWellFormedRefusal, FuzzFixture } from '../support/fuzz-fixture';
import { type SentRequest, send } from '../support/http-client';

/** For each call; so few that all of them together take seconds. */
const REQUESTS = 30;

/** To look for the shortest request that fails would take minutes. */
const ENOUGH = { endOnFailure: true };
/** Thirty times what it takes, for a slow machine that has other things to do. */
const PATIENCE_MS = 600_000;

let fixture: FuzzFixture;
let rowsBefore: string;

beforeAll(async () => {
  fixture = await FuzzFixture.start();
  rowsBefore = await fixture.writtenRows();
});
afterAll(() => fixture.stop());

/** Sends one request and looks at all its effects. */
async function statusOf(request: SentRequest): Promise<number> {
  const answer = await send(fixture.url, request);
  expect(answer.status).toBeLessThan(500);
  const rows = await fixture.writtenRows();
  if (answer.status >= 400) {
    expectWellFormedRefusal(answer);
    expect(rows).toBe(rowsBefore);
  }
  rowsBefore = rows;
  if (request.method === 'DELETE' && answer.status < 400) {
    // It has signed out.
    await fixture.renewToken();
    rowsBefore = await fixture.writtenRows();
  }
  return answer.status;
}

describe('Whatever is sent to a call', { timeout: PATIENCE_MS }, () => {
  it('it answers as described and leaks nothing, and a refused request has written nothing', async () => {
    const calls = callsOf(fixture.program.get(OpenApi).document().paths);
    expect(calls.length).toBeGreaterThan(15);
    for (const call of calls) {
      // A path that is not one any more belongs to no call.
      const expected = [...call.statuses, 404];
      const property = fc.asyncProperty(requestsFor(call, fixture.known), async (request) => {
        expect(expected).toContain(await statusOf(request));
      });
      await fc.assert(property, { ...ENOUGH, numRuns: call.body === undefined ? REQUESTS : 2 * REQUESTS });
    }
    const log = fixture.program.logged.join('\n');
    expect(log).toContain('/api/admin/unzr_info');
    expectNoInternals(log);
  });
});
