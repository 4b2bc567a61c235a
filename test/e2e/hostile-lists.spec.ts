import { describe, expect, it } from 'vitest';
import { SCOPES } from '../../src/domain/access/access.rules';
import { JOB_NAMES } from '../../src/jobs';
import { aCaller, aPerson } from '../support/builders';
import { Session } from '../support/sql-session';
import { TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

/** Lists that one token may be shown at once. The program of a test has six connections. */
const MOST_LISTS = 4;

const LIST = '/api/persons/verifications';
const DEEP = '?page=1000000&page_size=300';

const env = TestEnvironment.forThisFile();
const aToken = (): Promise<string> => aCaller().withScope(SCOPES.join(' ')).save(env.sql);

/** Statements that the program has sent so far. */
async function statements(): Promise<number> {
  const text = await (await env.program.internal('/metrics')).text();
  return Number(/^sql_statements_total (\d+)$/m.exec(text)?.[1]);
}

/** The least of three: a sign of life of the process may be counted with one of them. */
async function costOf(token: string, path: string): Promise<number> {
  const costs: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    const before = await statements();
    const { status } = await env.program.withToken(token, path);
    expect(status).toBe(200);
    costs.push((await statements()) - before);
  }
  return Math.min(...costs);
}

/** Reading the metrics would otherwise start to count those who are due. */
const countDue = (): Promise<void> =>
  env.sql.run(
    `INSERT INTO mpi.due_counts (job, due, counted_at) SELECT job, 0, now() FROM unnest(ARRAY[${JOB_NAMES.map(
      (job) => `'${job}'`,
    ).join(', ')}]) AS counted (job) ON CONFLICT DO NOTHING`,
  );

/** Keeps every list of persons waiting until the promise that `during` returns is settled. */
async function whileListsWait(during: () => Promise<void>): Promise<void> {
  const session = await Session.open(env.database.adminUrl);
  try {
    await session.query({ text: 'BEGIN' });
    await session.query({ text: 'LOCK TABLE mpi.persons IN ACCESS EXCLUSIVE MODE' });
    await during();
  } finally {
    await session.query({ text: 'ROLLBACK' });
    await session.close();
  }
}

describe('A page beyond the end of a list', () => {
  // Where the list has no entry, its first page is beyond the end as well.
  it.each([
    [LIST, 1],
    ['/api/admin/persons/unverified', 2],
    ['/api/admin/persons/cannot_be_checked', 0],
    ['/api/admin/confidant_person_relationships', 0],
    ['/api/admin/jobs', 0],
  ])('of %s is empty and costs none of its %i statements about entries', async (path, ofEntries) => {
    const token = await aToken();
    await countDue();
    await aPerson().stream('nhs', 'NOT_VERIFIED', 'MANUAL').save(env.sql);
    const response = await env.program.withToken(token, `${path}${DEEP}`);
    expect(await response.json()).toMatchObject({ data: [], paging: { page_number: 1_000_000 } });
    const first = await costOf(token, path);
    expect(await costOf(token, `${path}${DEEP}`)).toBe(first - ofEntries);
  });
});

describe('Twenty lists of one token at once', () => {
  it('are four; the others are refused, and further tokens and calls are served', async () => {
    const [token, another] = [await aToken(), await aToken()];
    await aPerson().save(env.sql);
    const answers: Promise<Response>[] = [];
    const refused: Response[] = [];
    await whileListsWait(async () => {
      for (let each = 0; each < 20; each += 1) {
        const answer = env.program.withToken(token, `${LIST}${DEEP}`);
        answers.push(answer);
        void answer.then((early) => refused.push(early));
      }
      await waitUntil(() => refused.length === 20 - MOST_LISTS, { what: 'those that are too many' });
      for (const { status, headers } of refused)
        expect({ status, wait: headers.get('retry-after') }).toEqual({ status: 429, wait: '1' });
      expect((await env.program.withToken(another, '/api/admin/jobs')).status).toBe(200);
      expect((await env.program.withToken(token, '/api/admin/jobs')).status).toBe(429);
    });
    const shown = (await Promise.all(answers)).filter(({ status }) => status === 200);
    expect(shown).toHaveLength(MOST_LISTS);
    expect((await env.program.withToken(token, LIST)).status).toBe(200);
  });

  it.each([
    [MOST_LISTS, undefined],
    [MOST_LISTS + 1, [{ message: 'Too many requests' }]],
  ])('are %i in one operation of GraphQL with the errors %o', async (count, errors) => {
    const token = await aToken();
    const fields = Array.from({ length: count }, (_, at) => `l${at}: unverifiedPersons { nodes { id } }`);
    const response = await fetch(`${env.program.addresses.publicUrl ?? ''}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: `{ ${fields.join('\n')} }` }),
    });
    const answer = (await response.json()) as { errors?: unknown };
    if (errors === undefined) expect(answer.errors).toBeUndefined();
    else expect(answer).toMatchObject({ data: null, errors });
  });
});
