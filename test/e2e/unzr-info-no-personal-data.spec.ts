import { afterAll, beforeAll, expect, it } from 'vitest';
import type { AnswerName } from '../../tools/sandbox';
import { aCaller } from '../support/builders';
import { everythingInRedis, expectNoMarker } from '../support/personal-data';
import { Installation } from '../support/test-environment';
import { Program } from '../support/program';
import { UnzrInfoDesk, type UnzrInfoRecord } from '../support/api-clients';
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

let here: Installation;
let door: Program;
let desk: UnzrInfoDesk;

beforeAll(async () => {
  here = await Installation.start();
  await here.stopProgram(here.program);
  door = await Program.start({ ...here.servers, works: false });
  desk = new UnzrInfoDesk(here, door);
  await desk.enter(aCaller().withScope('unzr:read unzr:write'));
});
afterAll(async () => {
  await door.stop();
  await here.stop();
});

/** What the register told about people, each value that cannot stand somewhere by chance. */
function valuesOf(rows: readonly UnzrInfoRecord[]): string[] {
  const told = rows.flatMap(({ info }) => {
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
  return told.filter((value): value is string => typeof value === 'string' && value !== '');
}

it('A question about a UNZR tells nobody of the person, whatever becomes of it', async () => {
  for (const [unzr, answer] of Object.entries(ANSWERS)) here.register.answer(unzr, answer);
  here.register.answer(UNSAVED, 'FOUND');
  const refused = [await desk.read(NEVER_ASKED), await desk.read(MALFORMED), await desk.sync(MALFORMED)];
  expect(refused.map(({ status }) => status)).toEqual([404, 422, 422]);
  for (const unzr of [...Object.keys(ANSWERS), UNSAVED]) await desk.sync(unzr);
  const tickets = await everythingInRedis(here.redis.url);
  expect(tickets).toContain('unzr-info');

  // What PostgreSQL says of a row it refuses repeats the row.
  await here.sql.run(`ALTER TABLE mimir.unzr_info ADD CHECK (unzr <> '${UNSAVED}' OR info IS NULL)`);
  const worker = await here.startProgram();
  for (const [unzr, answer] of Object.entries(ANSWERS))
    await desk.ended(unzr, answer === 'FAULT_CLIENT' ? 'failed' : 'processed');
  await waitUntil(() => worker.logged.some((line) => line.includes('23514')), { what: 'the refused row' });
  for (const unzr of Object.keys(ANSWERS)) expect((await desk.read(unzr)).status).toBe(200);

  const rows = await Promise.all([...Object.keys(ANSWERS), UNSAVED].map((unzr) => desk.row(unzr)));
  const values = valuesOf(rows);
  expect(values.length).toBeGreaterThan(15);
  const told = {
    'the ticket': tickets,
    'Redis later': await everythingInRedis(here.redis.url),
    'the log of the door': door.logged.join('\n'),
    'the log of the worker': worker.logged.join('\n'),
    'a figure of the door': await (await door.internal('/metrics')).text(),
    'a figure of the worker': await (await worker.internal('/metrics')).text(),
    'a refusal': JSON.stringify(refused.map(({ body }) => body)),
    'the audit log': JSON.stringify(await desk.audit()),
    'the address in an answer': JSON.stringify((await desk.read('19850615-77001')).body.meta),
  };
  expect(told['the log of the door']).toContain('/api/admin/unzr_info');
  for (const [where, text] of Object.entries(told)) expectNoMarker(text, [...UNZRS, ...values], where);
});
