import { beforeEach, describe, expect, it } from 'vitest';
import { LANGUAGES } from '../../src/console/frame/languages';
import { SCOPES } from '../../src/domain/access/access.rules';
import { type Tab, TestBrowser } from '../support/browser';
import { aPerson, aRelationship } from '../support/builders';
import { CONSOLE_PAGES, type ConsolePage, OPEN_PAGES } from '../support/console-pages';
import { askedCheck, askedUnzr, endedRun, type There } from '../support/guarded-calls';
import { TestEnvironment } from '../support/test-environment';

const env = TestEnvironment.forThisFile();
const browser = TestBrowser.forThisFile(env);

/** A name that would run where it is not escaped, and one that is long and has signs of several scripts. */
const HOSTILE_NAME = `"><script>document.title='x'</script>`;
const HOSTILE_FIRST = `'><img src=x onerror=alert(1)>`;

let there: There;

beforeEach(async () => {
  const personId = await aPerson()
    .named(HOSTILE_NAME, HOSTILE_FIRST, '</textarea><svg/onload=alert(1)>')
    .stream('nhs', 'VERIFICATION_NEEDED', 'RULES_TRIGGERED')
    .stream('dms_passport', 'NOT_VERIFIED', 'AUTO_NOT_VALID')
    .save(env.sql);
  const relationshipId = await aRelationship().of(personId).save(env.sql);
  there = { personId, relationshipId, runId: await endedRun(env.sql) };
  await askedUnzr(env.sql);
  await askedCheck(env.sql, personId);
});

const PAGES = CONSOLE_PAGES.filter(({ route, isLive }) => route.startsWith('GET ') && !isLive);

/** What is wrong with a page as it is shown. */
async function faultsOf(tab: Tab, page: ConsolePage, language: string): Promise<string[]> {
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
      await tab.close();
    }
    expect(faults).toEqual({});
  });
});

describe('Without JavaScript', () => {
  it('every page has its heading and its status', async () => {
    const tab = await browser.tab({ javaScript: false, scope: SCOPES.join(' ') });
    for (const page of PAGES) {
      expect([page.route, await tab.open(page.path(there))]).toEqual([page.route, page.right]);
      expect(await tab.page.locator('h1').innerText()).not.toBe('');
    }
    await tab.close();
  });
});
