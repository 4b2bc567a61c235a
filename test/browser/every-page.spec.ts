import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeEach, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../src/console/frame/languages';
import { SCOPES } from '../../src/domain/access/access.rules';
import { type Tab, TestBrowser } from '../support/browser';
import { aCaller, aPerson } from '../support/builders';
import { type ConsolePage, OPEN_PAGES, SHOWN_PAGES } from '../support/console-pages';
import { saveThere, type There } from '../support/guarded-calls';
import { TestEnvironment } from '../support/test-environment';

const env = TestEnvironment.forThisFile();
const browser = TestBrowser.forThisFile(env);

/** A name that would run where it is not escaped, and one that is long and has signs of several scripts. */
const HOSTILE_NAME = `"><script>document.title='x'</script>`;
const HOSTILE_FIRST = `'><img src=x onerror=alert(1)>`;

const TAX_ID = '3119900012';

let there: There;

let runningId: string;

beforeEach(async () => {
  const personId = await aPerson()
    .named(HOSTILE_NAME, HOSTILE_FIRST, '</textarea><svg/onload=alert(1)>')
    .bornIn(HOSTILE_NAME)
    .withTaxId(TAX_ID)
    .withPassport(HOSTILE_FIRST)
    .stream('nhs', 'VERIFICATION_NEEDED', 'RULES_TRIGGERED')
    .stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID')
    .save(env.sql);
  there = await saveThere(env.sql, personId);
  const comment = 'UPDATE mpi.person_verifications SET nhs_verification_comment = $1';
  await env.sql.query({ text: comment }, [HOSTILE_NAME]);
  // Somebody who cannot be checked, a process, a paused job and a run that goes on.
  await aPerson().named(HOSTILE_NAME, 'Любов', 'Вікторівна').locked('unzr', { attempts: 12 }).save(env.sql);
  await env.sql.query(
    {
      text: `INSERT INTO mpi.processes (role, host, version, started_at) VALUES ('worker', $1, '1.0.0', now())`,
    },
    [HOSTILE_FIRST],
  );
  // The worker of the program may have written the row when it first saw the schedule.
  await env.sql.query(
    {
      text: `INSERT INTO mpi.job_schedules (job, paused_at, paused_by, pause_reason)
             VALUES ('unzr-persons', now(), gen_random_uuid(), $1)
             ON CONFLICT (job) DO UPDATE
               SET paused_at = excluded.paused_at, paused_by = excluded.paused_by, pause_reason = excluded.pause_reason`,
    },
    [HOSTILE_NAME],
  );
  runningId = await env.startRunSilently();
});

const PAGES: readonly ConsolePage[] = [
  ...SHOWN_PAGES,
  { route: 'A run that goes on', path: () => `/console/runs/${runningId}`, right: 200 },
];

/** What is wrong with a page as it is shown. */
async function faultsOf(tab: Tab, page: ConsolePage, language: string): Promise<string[]> {
  if (page.right === 404) tab.expectRefusal(404);
  const status = await tab.open(page.path(there));
  const headings = await tab.page.locator('h1').count();
  const lang = await tab.page.getAttribute('html', 'lang');
  const violations = await tab.violations();
  await tab.page.setViewportSize({ width: 320, height: 640 });
  const isTooWide = await tab.isTooWide();
  await tab.page.setViewportSize({ width: 1280, height: 900 });
  return [
    ...(status === page.right ? [] : [`status ${status}`]),
    ...(headings === 1 ? [] : [`${headings} headings h1`]),
    ...(lang === language ? [] : [`language ${lang}`]),
    ...(isTooWide ? ['wider than 320 px'] : []),
    ...violations,
    ...tab.problems.splice(0),
  ];
}

describe.each(LANGUAGES)('In the language %s', (language) => {
  it('every page is accessible, runs no script of its data and fits a narrow screen', async () => {
    const faults: Record<string, string[]> = {};
    for (const [pages, scope] of [
      [OPEN_PAGES, undefined],
      [PAGES, SCOPES.join(' ')],
    ] as const) {
      const tab = await browser.tab({ language, ...(scope === undefined ? {} : { scope }) });
      for (const page of pages) {
        const found = await faultsOf(tab, page, language);
        if (found.length > 0) faults[page.route] = found;
      }
    }
    expect(faults).toEqual({});
    // Twenty pages, each drawn and looked at by axe.
  }, 600_000);

  it('a hostile name is a text among the found persons, on the card and in what was entered', async () => {
    const tab = await browser.tab({ language, scope: SCOPES.join(' ') });
    const { page } = tab;
    await tab.open('/console/persons');
    await page.locator('#reason').selectOption('other');
    await page.locator('#reason_text').fill(HOSTILE_FIRST);
    await page.locator('#tax_id').fill(TAX_ID);
    await page.locator('main form').evaluate((form) => (form as { submit(): void }).submit());
    await page.locator('main table a').click();
    expect(await page.locator('#reason_text').inputValue()).toBe(HOSTILE_FIRST);
    await page.locator('form[action$="/card"] button').click();
    await page.waitForURL('**/card');
    for (const shown of [HOSTILE_NAME, HOSTILE_FIRST]) expect(await tab.text()).toContain(shown);
    expect(await page.title()).not.toBe('x');
    expect(await tab.violations()).toEqual([]);
  });
});

describe('Without JavaScript', () => {
  it('every page has its heading and its status', async () => {
    const tab = await browser.tab({ javaScript: false, scope: SCOPES.join(' ') });
    tab.expectRefusal(404);
    for (const page of PAGES) {
      expect([page.route, await tab.open(page.path(there))]).toEqual([page.route, page.right]);
      expect(await tab.page.locator('h1').innerText()).not.toBe('');
    }
  });
});

describe('With the keyboard alone', () => {
  it('a reader skips to the content, signs in, chooses the other language and signs out', async () => {
    const token = await aCaller().withScope(SCOPES.join(' ')).save(env.sql);
    const tab = await browser.tab();
    tab.expectRefusal(401);
    const { page } = tab;
    await tab.open('/console/sign-in');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.className')).toBe('skip');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    expect(await page.evaluate('document.activeElement.id')).toBe('token');
    await page.keyboard.type('rubbish');
    await page.keyboard.press('Enter');
    // The summary of faults gets the focus, and leads to the field.
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('errors');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.evaluate('document.activeElement.id')).toBe('token');
    await page.keyboard.type(token);
    await page.keyboard.press('Enter');
    await page.waitForURL('**/console');
    await tab.press(page.locator('.language'));
    await expect.poll(() => page.getAttribute('html', 'lang')).toBe('en');
    await tab.press(page.getByRole('button', { name: 'Sign out' }));
    await page.waitForURL('**/console/sign-in');
    expect(await page.locator('[role=status]').innerText()).toBe('You have signed out.');
  });
});

describe('A form on another port of the same host', () => {
  it('gets the cookie of the visitor sent, and is refused all the same', async () => {
    const target = `${env.program.addresses.publicUrl}/console/sign-out`;
    const hostile = createServer((_, answer) =>
      answer
        .setHeader('content-type', 'text/html')
        .end(`<form method="post" action="${target}"><button>go</button></form>`),
    ).listen(0, '127.0.0.1');
    await once(hostile, 'listening');
    const tab = await browser.tab({ scope: 'job:read' });
    tab.expectRefusal(403);
    await tab.page.goto(`http://127.0.0.1:${(hostile.address() as AddressInfo).port}/`);
    const [answer] = await Promise.all([
      tab.page.waitForResponse(target),
      tab.page.getByRole('button', { name: 'go' }).click(),
    ]);
    expect(answer.status()).toBe(403);
    expect((await answer.request().allHeaders())['cookie']).toContain('__Host-console=');
    expect(await tab.open('/console')).toBe(200);
    hostile.closeAllConnections();
    hostile.close();
  });
});
