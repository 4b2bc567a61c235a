import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AnswerName } from '../../tools/sandbox';
import { aCaller } from '../support/builders';
import { everythingInRedis, expectNoMarker } from '../support/personal-data';
import { TestEnvironment } from '../support/test-environment';
import { Program } from '../support/program';
import { UnzrInfoClient, type UnzrInfoRecord } from '../support/api-clients';
import { waitUntil } from '../support/wait-until';

/** Nothing else in the program has these digits. */
const ANSWERS: Readonly<Record<string, AnswerName>> = {
  '19850615-77001': 'MANY_DOCUMENTS',
  '19850615-77002': 'PHOTO',
  '19850615-77003': 'NOT_FOUND',
  '19850615-77004': 'FAULT_CLIENT',
};
const UNSAVED = '19850615-77005';
const NEVER_ASKED = '19850615-77006';
const MALFORMED = '19850615-7700X';
const UNZRS = [...Object.keys(ANSWERS), UNSAVED, NEVER_ASKED, MALFORMED];

let env: TestEnvironment;
let program: Program;
let client: UnzrInfoClient;

beforeAll(async () => {
  env = await TestEnvironment.start();
  await env.stopProgram(env.program);
  program = await Program.start({ ...env.servers, works: false });
  client = new UnzrInfoClient(env, program);
  await client.authenticate(aCaller().withScope('unzr:read unzr:write'));
});
afterAll(async () => {
  await program.stop();
  await env.stop();
});

/** What the register answered about persons, each value that cannot occur by chance. */
function valuesOf(rows: readonly UnzrInfoRecord[]): string[] {
  const reported = rows.flatMap(({ info }) => {
    const {
      first_name,
      last_name,
      middle_name,
      rnokpp,
      date_birth,
      documents = [],
      photo = '',
    } = { ...info };
    const numbers = (documents as { number: string }[]).map(({ number }) => number);
    const beginning = (photo as string).slice(0, 64);
    return [first_name, last_name, middle_name, rnokpp, date_birth, beginning, ...numbers];
  });
  return reported.filter((value): value is string => typeof value === 'string' && value !== '');
}

it('A question about a UNZR leaks nothing of the person, whatever its outcome', async () => {
  for (const [unzr, answer] of Object.entries(ANSWERS)) env.register.answer(unzr, answer);
  env.register.answer(UNSAVED, 'FOUND');
  const refused = [
    await client.read(NEVER_ASKED),
    await client.read(MALFORMED),
    await client.sync(MALFORMED),
  ];
  expect(refused.map(({ status }) => status)).toEqual([404, 422, 422]);
  for (const unzr of [...Object.keys(ANSWERS), UNSAVED]) await client.sync(unzr);
  const wakeUps = await everythingInRedis(env.redis.url);
  expect(wakeUps).toContain('unzr-info');

  // The error of PostgreSQL about a refused row repeats the row.
  await env.sql.run(`ALTER TABLE mimir.unzr_info ADD CHECK (unzr <> '${UNSAVED}' OR info IS NULL)`);
  const worker = await env.startProgram();
  for (const [unzr, answer] of Object.entries(ANSWERS))
    await client.ended(unzr, answer === 'FAULT_CLIENT' ? 'failed' : 'processed');
  await waitUntil(() => worker.logged.some((line) => line.includes('23514')), { what: 'the refused row' });
  for (const unzr of Object.keys(ANSWERS)) expect((await client.read(unzr)).status).toBe(200);

  const rows = await Promise.all([...Object.keys(ANSWERS), UNSAVED].map((unzr) => client.row(unzr)));
  const values = valuesOf(rows);
  expect(values.length).toBeGreaterThan(15);
  const reported = {
    'the wake-up job': wakeUps,
    'Redis later': await everythingInRedis(env.redis.url),
    'the log of the HTTP server': program.logged.join('\n'),
    'the log of the worker': worker.logged.join('\n'),
    'a metric of the HTTP server': await (await program.internal('/metrics')).text(),
    'a figure of the worker': await (await worker.internal('/metrics')).text(),
    'a refusal': JSON.stringify(refused.map(({ body }) => body)),
    'the audit log': JSON.stringify(await client.audit()),
    'the address in an answer': JSON.stringify((await client.read('19850615-77001')).body.meta),
  };
  expect(reported['the log of the HTTP server']).toContain('/api/admin/unzr_info');
  for (const [where, text] of Object.entries(reported)) expectNoMarker(text, [...UNZRS, ...values], where);
});
