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

const link = (tab: Tab, name: string): Locator => tab.page.getByRole('link', { name, exact: true });
const button = (tab: Tab, name: string): Locator => tab.page.getByRole('button', { name, exact: true });

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

    await tab.press(link(tab, 'Взяти в роботу: Перепелиця Л. В.'));
    await tab.choose(tab.page.getByLabel('Рішення'), 'Взяти в роботу');
    await tab.press(button(tab, 'Далі'));
    expect(await tab.text()).toContain('Перевірте перед підтвердженням');
    expect(await rowsOf(personId)).toEqual([]);
    await tab.press(button(tab, 'Підтвердити рішення'));
    expect(await tab.text()).toContain('Рішення записано.');
    expect(await rowsOf(personId)).toEqual(['N4']);

    await tab.press(link(tab, 'Прийняти рішення щодо цієї особи'));
    await tab.choose(tab.page.getByLabel('Рішення'), 'Відхилити: не верифіковано');
    tab.expectRefusal(422);
    await tab.press(button(tab, 'Далі'));
    // Without a comment nobody is rejected, and what was chosen is kept.
    expect(await tab.text()).toContain('Коментар: заповніть поле');
    await tab.tabTo(tab.page.getByLabel('Коментар'));
    await tab.page.keyboard.type(COMMENT);
    await tab.press(button(tab, 'Далі'));
    expect(await tab.text()).toContain(COMMENT);
    if (javaScript) expect(await tab.violations()).toEqual([]);
    await tab.press(button(tab, 'Підтвердити рішення'));
    expect(new URL(tab.page.url()).pathname).toBe(`/console/persons/${personId}/decided`);
    expect(await tab.text()).toContain('Не верифіковано');

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
    await other.press(link(other, 'рядок N6 таблиці переходів'));
    expect(new URL(other.page.url()).hash).toBe('#N6');
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
    }
  });
});
