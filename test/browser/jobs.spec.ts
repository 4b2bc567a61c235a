import { describe, expect, it } from 'vitest';
import { JobRunReader } from '../../src/jobs';
import { type Tab, TestBrowser } from '../support/browser';
import { aPerson, savePersons } from '../support/builders';
import { JOB, TestEnvironment } from '../support/test-environment';

const OPERATOR = 'job:read job:run';
const PERSONS = 40;

const env = TestEnvironment.forThisFile();
const browser = TestBrowser.forThisFile(env);

const savePeople = () =>
  savePersons(
    env.sql,
    Array.from({ length: PERSONS }, () => aPerson().withPassport(env.passport())),
  );

const runIdOf = (tab: Tab): string => new URL(tab.page.url()).pathname.split('/').at(-1) ?? '';

/** From the timetable over the page that says what it means. */
async function start(tab: Tab): Promise<void> {
  expect(await tab.open('/console/timetable')).toBe(200);
  await tab.page.locator(`a[href="/console/timetable/${JOB}/run"]`).click();
  await tab.page.waitForURL(`**/${JOB}/run`);
  // A count that is not made within a tenth of a second is on the page when it is loaded again.
  const counted = async () => {
    await tab.page.reload();
    return tab.text();
  };
  await expect.poll(counted).toContain(`Підлягають перевірці\n${PERSONS}`);
  await tab.page.getByRole('button', { name: 'Запустити' }).click();
  await tab.page.waitForURL('**/console/runs/*');
}

describe('An operator', () => {
  it('starts a run and watches it to its end; a second start is refused in words', async () => {
    await savePeople();
    env.register.hold();
    const tab = await browser.tab({ scope: OPERATOR });
    const other = await browser.tab({ scope: OPERATOR });
    expect(await other.open(`/console/timetable/${JOB}/run`)).toBe(200);
    await start(tab);
    expect(await tab.text()).toContain('Завдання запущено.');
    expect(await tab.text()).toContain('Виконується');
    other.expectRefusal(409);
    const [refused] = await Promise.all([
      other.page.waitForResponse((answer) => answer.request().method() === 'POST'),
      other.page.getByRole('button', { name: 'Запустити' }).click(),
    ]);
    expect(refused.status()).toBe(409);
    await expect.poll(() => other.text()).toContain('Завдання вже виконується.');
    env.register.release();
    // The page refreshes itself; nobody loads it again.
    await expect.poll(() => tab.text()).toContain('Завершено');
    await expect.poll(() => tab.text()).toContain(`${PERSONS} з ${PERSONS}`);
    expect(await tab.page.locator('.chart canvas').count()).toBeGreaterThan(0);
    expect(await tab.violations()).toEqual([]);
  });

  it('does the same without JavaScript, and pauses and resumes the job', async () => {
    await savePeople();
    env.register.hold();
    const tab = await browser.tab({ scope: OPERATOR, javaScript: false });
    await start(tab);
    const runId = runIdOf(tab);
    await env.register.waitForRequests(1);
    expect(await tab.open(`/console/timetable/${JOB}/pause`)).toBe(200);
    await tab.page.getByLabel('Причина').fill('Роботи в реєстрі');
    await tab.page.getByRole('button', { name: 'Призупинити' }).click();
    await tab.page.waitForURL('**/console/timetable');
    expect(await tab.text()).toContain('Завдання призупинено.');
    expect(await tab.text()).toContain('Роботи в реєстрі');
    await tab.open(`/console/runs/${runId}`);
    expect(await tab.text()).toContain('Завдання призупинено. Запуск продовжиться після відновлення.');
    env.register.release();
    await tab.open(`/console/timetable/${JOB}/resume`);
    await tab.page.getByRole('button', { name: 'Відновити' }).click();
    await tab.page.waitForURL('**/console/timetable');
    await env.ended(runId);
    await tab.open(`/console/runs/${runId}`);
    await tab.page.getByRole('link', { name: 'Оновити' }).click();
    await expect.poll(() => tab.text()).toContain('Завершено');
    expect((await env.program.get(JobRunReader).details(runId)).pace.done).toBe(PERSONS);
  });

  it('is asked for a reason of a pause, and finds runs by job and status', async () => {
    const tab = await browser.tab({ scope: OPERATOR, javaScript: false, language: 'en' });
    await tab.open(`/console/timetable/${JOB}/pause`);
    tab.expectRefusal(422);
    await tab.page.getByLabel('Reason').fill('  ');
    await tab.page.getByRole('button', { name: 'Pause' }).click();
    await expect.poll(() => tab.text()).toContain('Check what you entered');
    await env.run();
    await tab.open('/console/runs');
    await tab.page.getByLabel('Status').selectOption('FAILED');
    await tab.page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => tab.text()).toContain('No rows');
    await tab.page.getByLabel('Status').selectOption('FINISHED');
    await tab.page.getByRole('button', { name: 'Apply' }).click();
    await expect.poll(() => tab.page.locator('tbody tr').count()).toBe(1);
  });
});
