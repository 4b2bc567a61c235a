import { describe, expect, it } from 'vitest';
import { DICTIONARY_TEXTS } from '../../src/console/texts/dictionary.texts';
import { TestBrowser, type Tab } from '../support/browser';
import { aPerson, readingsIn } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';

const env = TestEnvironment.forThisFile();
const browser = TestBrowser.forThisFile(env);

const WORDS = DICTIONARY_TEXTS.uk;
const DMS = WORDS.stream.dms_passport;

const SCOPE = 'person:read person:verify person_verification:details';

/** What an official does. Each step waits for what the page says, so no order depends on time. */
interface Hands {
  readonly name: string;
  readonly javaScript: boolean;
  /** Fills in a field that has the label. */
  readonly fill: (tab: Tab, label: string, value: string) => Promise<void>;
  readonly choose: (tab: Tab, label: string, option: string) => Promise<void>;
  /** Follows a link or presses a button. */
  readonly activate: (tab: Tab, role: 'link' | 'button', name: string) => Promise<void>;
}

const KEYBOARD: Hands = {
  name: 'with the keyboard only',
  javaScript: true,
  fill: async (tab, label, value) => {
    await tab.tabTo(tab.page.getByRole('textbox', { name: label }));
    await tab.page.keyboard.type(value);
  },
  choose: (tab, label, option) => tab.choose(tab.page.getByRole('combobox', { name: label }), option),
  activate: (tab, role, name) => tab.press(tab.page.getByRole(role, { name }).first()),
};

const MOUSE: Hands = {
  name: 'with a mouse and without JavaScript',
  javaScript: false,
  fill: (tab, label, value) => tab.page.getByLabel(label).fill(value),
  choose: async (tab, label, option) => {
    await tab.page.getByLabel(label).selectOption({ label: option });
  },
  activate: (tab, role, name) => tab.page.getByRole(role, { name }).first().click(),
};

/** The text of the row of a stream. */
const rowOf = (tab: Tab, stream: string): Promise<string> =>
  tab.page.getByRole('row', { name: stream }).first().innerText();

/** The sentences of the history, newest first; then back to the person. */
async function readHistory(tab: Tab, activate: Hands['activate']): Promise<readonly string[]> {
  const page = tab.page.url().replace(/\/card$/, '');
  await activate(tab, 'link', 'історія верифікації');
  await tab.page.waitForURL('**/history');
  const sentences = await tab.page.locator('main ol > li > :first-child').allInnerTexts();
  await activate(tab, 'link', '←');
  await tab.page.waitForURL(page);
  return sentences;
}

describe.each([KEYBOARD, MOUSE])('An official $name', ({ javaScript, fill, choose, activate }) => {
  it('finds a person, reads why, has them checked again and sees the check end', async () => {
    const passport = env.passport('FOUND');
    const person = await aPerson()
      .named('Перепелиця', 'Любомира', 'Віталіївна')
      .withPassport(passport)
      .save(env.sql);
    await env.run();
    const tab = await browser.tab({ scope: SCOPE, javaScript });
    await tab.open('/console');
    await activate(tab, 'link', 'Пошук особи');
    await tab.page.waitForURL('**/console/persons');

    await choose(tab, 'Підстава перегляду', 'Скарга');
    await choose(tab, 'Тип документа', 'Паспорт громадянина України (книжечка)');
    await fill(tab, 'Серія та номер документа', passport.toLowerCase());
    await activate(tab, 'button', 'Знайти');
    await tab.page.getByText('Знайдено: 1 особа').waitFor();
    expect(tab.page.url()).not.toContain('?');
    if (javaScript) expect(await tab.violations()).toEqual([]);

    await activate(tab, 'link', 'Перепелиця Л. В.');
    await tab.page.waitForURL(`**/console/persons/${person}`);
    expect(await tab.text()).not.toContain('Любомира');
    expect(await rowOf(tab, DMS)).toContain(WORDS.reason.AUTO_NOT_VALID);

    const before = await readHistory(tab, activate);
    expect(before.join()).toContain('ДМС відповіла, що паспорт недійсний (S7)');
    await activate(tab, 'button', 'Показати дані');
    await tab.page.getByText('Перегляд цих даних зафіксовано').waitFor();
    expect(await tab.text()).toContain('Любомира');
    if (javaScript) expect(await tab.violations()).toEqual([]);
    expect((await readingsIn(env.sql)).map(({ changeset }) => changeset)).toMatchObject([
      { read: 'person_search', by: 'document', reason: 'complaint', ids: [person] },
      { read: 'GET /console/persons/:id', ids: [person] },
      { read: 'GET /console/persons/:id/history', ids: [person] },
      { read: 'GET /console/persons/:id', ids: [person] },
      { read: 'person_card', reason: 'complaint', ids: [person] },
      { read: 'POST /console/persons/:id/card', ids: [person] },
    ]);

    const release = env.register.hold({ key: passport });
    await activate(tab, 'button', `Перевірити зараз: ${DMS}`);
    await tab.page.getByText('Перевірку розпочато').waitFor();
    const shows = async (text: string): Promise<void> => {
      const row = async (): Promise<string> => {
        if (!javaScript) await activate(tab, 'link', 'Оновити');
        return rowOf(tab, DMS);
      };
      await expect.poll(row, { timeout: 60_000 }).toContain(text);
    };
    await shows('надіслано запит до реєстру');
    release();
    await shows('виконано');
    expect(await rowOf(tab, DMS)).toContain(WORDS.status.NOT_VERIFIED);
    const [answered, asked, ...others] = await readHistory(tab, activate);
    expect([answered, asked]).toEqual([expect.stringContaining('(S7)'), expect.stringContaining('(S10)')]);
    expect(others).toEqual(before);
    // Each key is a call to the browser.
  }, 600_000);
});
