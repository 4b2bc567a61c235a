import { expect, it } from 'vitest';
import { type Tab, TestBrowser } from '../support/browser';
import { aPerson, savePersons } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

const PERSONS = 12;

const env = TestEnvironment.forThisFile({
  TREMBITA_BREAKER_MIN_CALLS: '4',
  TREMBITA_BREAKER_OPEN_MS: '600000',
  TREMBITA_CONCURRENCY: '4',
  TREMBITA_TIMEOUT_MS: '1000',
  SHUTDOWN_GRACE_SECONDS: '7',
  DMS_PASSPORT_PERSONS_SYNCHRONIZATION_BATCH_SIZE: '4',
});
const browser = TestBrowser.forThisFile(env);

const opened = async (path: string, javaScript = true): Promise<Tab> => {
  const tab = await browser.tab({ scope: 'job:read', javaScript });
  expect(await tab.open(path)).toBe(200);
  return tab;
};

const openBreakers = async (): Promise<string[]> => {
  const text = 'SELECT method FROM mimir.register_breakers WHERE open_until > now()';
  return (await env.sql.query<{ method: string }>({ text })).map(({ method }) => method);
};

it('An operator sees by itself that the register is down: in the overview, and at its method', async () => {
  const [overview, register] = [await opened('/console/overview'), await opened('/console/register')];
  expect(await overview.text()).toContain('Відхилень не виявлено.');
  expect(await register.text()).not.toContain('Звернення призупинено');

  env.register.mode('down');
  const persons = Array.from({ length: PERSONS }, () => aPerson().withPassport(env.passport()));
  await savePersons(env.sql, persons);
  const runId = await env.startRun();

  await waitUntil(async () => (await openBreakers()).includes('CheckPassportDMSStatus'), {
    what: 'the circuit breaker of the method to open',
  });
  // Nobody loads the pages again: they do so every two seconds, as the tests of the live parts show.
  await expect.poll(() => overview.text()).toContain('Звернення до реєстру призупинено');
  await expect.poll(() => overview.text()).toMatch(/RegisterCircuitOpen[^]*звернення призупинено/);
  await expect.poll(() => register.text()).toContain('Звернення призупинено');
  expect(await register.text()).toMatch(/CheckPassportDMSStatus[^]*Звернення призупинено/);

  for (const path of ['/console/overview', '/console/register']) {
    const plain = await opened(path, false);
    expect(await plain.text()).toMatch(/Звернення (до реєстру )?призупинено/);
  }

  // As two samples of a process that gives signs of life; the chart is drawn from the table beside it.
  await env.sql.query(
    {
      text: `INSERT INTO mpi.job_run_samples (run_id, sampled_at, done)
             VALUES ($1, now() - interval '40 seconds', 0), ($1, now() - interval '5 seconds', 70)`,
    },
    [runId],
  );
  const chart = overview.page.locator('.chart canvas');
  await expect.poll(() => chart.count()).toBe(1);
  expect(await overview.page.locator('#rates tbody').innerText()).toMatch(/^\d\d:\d\d:\d\d\s+2$/);
  expect(await overview.violations()).toEqual([]);
  expect(await register.violations()).toEqual([]);
});

it('An operator sees that a part cannot be refreshed, until it can be again', async () => {
  const overview = await opened('/console/overview');
  const stale = overview.page.locator('.live[data-stale]');
  expect(await stale.count()).toBe(0);
  await env.sql.run('ALTER TABLE mpi.job_run_samples RENAME TO moved_samples');
  await expect.poll(() => stale.count()).toBe(1);
  expect(await stale.getAttribute('data-stale')).toBe('Оновлення зупинено. Перезавантажте сторінку.');
  await env.sql.run('ALTER TABLE mpi.moved_samples RENAME TO job_run_samples');
  await expect.poll(() => stale.count()).toBe(0);
});
