import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { type Tab, TestBrowser } from '../support/browser';
import { aCaller, aPerson, auditOf, verificationOf } from '../support/builders';
import { askConsole } from '../support/console-client';
import { OFFICIAL } from '../support/registrations';
import { TestEnvironment } from '../support/test-environment';

const env = TestEnvironment.forThisFile();
const browser = TestBrowser.forThisFile(env);

const SCOPE = 'person:read person:verify';
const COMMENT = 'Прізвище не збігається <b>';

const official = () => aCaller().withUserId(OFFICIAL).withScope(SCOPE);

/** The rows of the tables by which an official has changed the person. */
const rowsOf = async (personId: string) => (await auditOf(env.sql, personId)).map(({ row }) => row);

/** Presses Tab until the element has the focus, as somebody without a mouse does. */
async function tabTo(tab: Tab, element: Locator): Promise<void> {
  for (let pressed = 0; pressed < 60; pressed += 1) {
    await tab.page.keyboard.press('Tab');
    if (await element.evaluate((each) => each.ownerDocument.activeElement === each)) return;
  }
  throw new Error('The element cannot be reached by the keyboard.');
}

/** Follows a link or presses a button, by the keyboard alone, and waits for the next page. */
async function press(tab: Tab, role: 'link' | 'button', name: string): Promise<void> {
  await tabTo(tab, tab.page.getByRole(role, { name, exact: true }));
  const next = tab.page.waitForEvent('load');
  await tab.page.keyboard.press('Enter');
  await next;
}

/** Chooses an entry of the list by the keyboard. The first one says that one has to be chosen. */
async function choose(tab: Tab, nth: number): Promise<void> {
  await tabTo(tab, tab.page.getByLabel('Рішення'));
  for (let pressed = 0; pressed < nth; pressed += 1) await tab.page.keyboard.press('ArrowDown');
}

describe.each([
  ['with JavaScript', true],
  ['without JavaScript', false],
])('An official with nothing but a keyboard, %s', (_, javaScript) => {
  it('takes a person of the work list into work and rejects them; going back records nothing again', async () => {
    const personId = await aPerson()
      .named('Перепелиця', 'Любов', 'Вікторівна')
      .stream('nhs', 'NOT_VERIFIED', 'DOCUMENTS_TRIGGERED')
      .save(env.sql);
    const tab = await browser.tab({ caller: official(), javaScript });
    await tab.open('/console/work-list?stream=nhs');
    expect(await tab.text()).toContain('Перепелиця Л. В.');
    expect(await tab.text()).toContain('Потрібні скановані копії документів');

    await press(tab, 'link', 'Взяти в роботу: Перепелиця Л. В.');
    await choose(tab, 1);
    await press(tab, 'button', 'Далі');
    expect(await tab.text()).toContain('Перевірте перед підтвердженням');
    expect(await rowsOf(personId)).toEqual([]);
    await press(tab, 'button', 'Підтвердити рішення');
    expect(await tab.text()).toContain('Рішення записано.');
    expect(await rowsOf(personId)).toEqual(['N4']);

    await press(tab, 'link', 'Прийняти рішення щодо цієї особи');
    await choose(tab, 2);
    await press(tab, 'button', 'Далі');
    // Without a comment nobody is rejected, and what was chosen is kept.
    expect(await tab.text()).toContain('Коментар: заповніть поле');
    await tabTo(tab, tab.page.getByLabel('Коментар'));
    await tab.page.keyboard.type(COMMENT);
    await press(tab, 'button', 'Далі');
    expect(await tab.text()).toContain(COMMENT);
    if (javaScript) expect(await tab.violations()).toEqual([]);
    await press(tab, 'button', 'Підтвердити рішення');
    expect(new URL(tab.page.url()).pathname).toBe(`/console/persons/${personId}/decided`);
    expect(await tab.text()).toContain('Не верифіковано');

    tab.expectNoProblems();
    // Chromium does not show the answer of a form again before it is asked to send the form once more.
    await tab.page.goBack().catch(() => undefined);
    await expect.poll(() => tab.page.url()).not.toContain('/decided');
    expect(await rowsOf(personId)).toEqual(['N4', 'N6']);
    expect(await auditOf(env.sql, personId)).toMatchObject([{}, { row: 'N6', actor_id: OFFICIAL }]);
    expect(await verificationOf(env.sql, personId)).toMatchObject({
      nhs_verification_status: 'NOT_VERIFIED',
      nhs_verification_comment: COMMENT,
    });

    const other = await browser.tab({ scope: SCOPE, javaScript });
    await other.open(`/console/persons/${personId}/history`);
    expect(await other.text()).toContain('посадова особа НСЗУ відхилила дані особи (N6).');
    await press(other, 'link', 'рядок N6 таблиці переходів');
    expect(new URL(other.page.url()).hash).toBe('#N6');
    other.expectNoProblems();
    await Promise.all([tab.close(), other.close()]);
  });
});

describe('A decision', () => {
  it('that is confirmed again is refused in words, and recorded once', async () => {
    const personId = await aPerson().stream('nhs', 'IN_REVIEW', 'MANUAL').save(env.sql);
    const session = await official().save(env.sql);
    const confirm = () =>
      askConsole(env, `/console/persons/${personId}/decision`, {
        session,
        method: 'POST',
        form: { status: 'NOT_VERIFIED', comment: COMMENT, step: 'confirm' },
      });
    expect((await confirm()).status).toBe(303);
    const again = await confirm();
    expect(again.status).toBe(409);
    expect(await again.text()).toContain('<h1>');
    expect(await rowsOf(personId)).toEqual(['N6']);
  });

  it('offers only what is possible now, and refuses the rest before it is checked', async () => {
    const personId = await aPerson().stream('nhs', 'VERIFICATION_NEEDED', 'RULES_TRIGGERED').save(env.sql);
    const tab = await browser.tab({ scope: SCOPE });
    await tab.open(`/console/persons/${personId}/decision`);
    expect(await tab.page.locator('option').allInnerTexts()).toEqual(['Оберіть', 'Взяти в роботу']);
    await tab.close();
    const answer = await askConsole(env, `/console/persons/${personId}/decision`, {
      session: await official().save(env.sql),
      method: 'POST',
      form: { status: 'VERIFIED' },
    });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('оберіть значення зі списку');
    expect(await rowsOf(personId)).toEqual([]);
  });
});

describe('Persons who cannot be checked', () => {
  it('are listed with names for who may see persons, and with ids alone for an operator', async () => {
    const personId = await aPerson()
      .named('Перепелиця', 'Любов', 'Вікторівна')
      .withPassport(env.passport())
      .locked('dms_passport', { attempts: 12 })
      .save(env.sql);
    for (const [scope, sees] of [
      ['job:read person:read', true],
      ['job:read', false],
    ] as const) {
      const tab = await browser.tab({ scope });
      await tab.open('/console/cannot-be-checked?stream=dms_passport');
      const text = await tab.text();
      expect(text.includes('Перепелиця Л. В.')).toBe(sees);
      expect(await tab.page.locator(`[title="${personId}"]`).count()).toBe(1);
      await tab.close();
    }
  });
});
