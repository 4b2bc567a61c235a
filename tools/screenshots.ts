import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { chromium, type Page } from 'playwright-core';
import { ExitStatus, StopOnSignal } from '../src/cli/command';
import { CHROMIUM, FLAGS } from './chromium';
import { ChildProgram } from './demo/child-program';

const FOLDER = join(__dirname, '../docs/images');

const SIZE = { width: 1200, height: 900 };

/** Servers, run and sign-up take half a minute on an idle machine. */
const READY_WITHIN_MS = 300_000;

/** The program has its grace time, then the servers end. */
const STOP_WITHIN_MS = 60_000;

/** The run has begun, and the rate of its first minute is known. */
const WATCHED_MS = 20_000;

/**
 * `npm run screenshots`: starts `npm run demo -- --serve`, signs in by its link and writes pictures of pages to
 * docs/images. The persons and their decisions are the same each time; ids and times are not.
 */
async function main(): Promise<number> {
  const signal = new StopOnSignal(0);
  let heard: (link: string) => void = () => undefined;
  const link = new Promise<string>((resolve) => (heard = resolve));
  const demo = ChildProgram.start({
    file: 'tools/demo/main.ts',
    args: ['--serve'],
    onOutput: (line) => {
      if (line.includes('/console/sign-in/link?code=')) heard(line.trim());
    },
    onError: (line) => process.stderr.write(`${line}\n`),
  });
  const pictures = async (): Promise<void> =>
    takePictures(await Promise.race([link, demo.broken(), overdue()]));
  try {
    await Promise.race([pictures(), once(signal.signals.stop, 'abort')]);
  } finally {
    await demo.stop(STOP_WITHIN_MS);
  }
  return signal.exitStatus ?? ExitStatus.Done;
}

async function overdue(): Promise<never> {
  await setTimeout(READY_WITHIN_MS, undefined, { ref: false });
  throw new Error('The demo printed no link.');
}

async function takePictures(link: string): Promise<void> {
  // At a signal the demo ends in order first; the browser ends with this process.
  const signals = { handleSIGINT: false, handleSIGTERM: false };
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, ...signals });
  try {
    const context = await browser.newContext({
      viewport: SIZE,
      colorScheme: 'light',
      locale: 'uk-UA',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    await page.goto(link);
    await page.getByRole('button').last().click();
    await page.waitForURL('**/console');
    const { origin } = new URL(link);
    await page.goto(`${origin}/console/overview`);
    await page.waitForTimeout(WATCHED_MS);
    await take(page, 'overview');
    const person = await rejectedPerson(page, origin);
    await page.goto(`${origin}${person}`);
    await take(page, 'person');
    await page.goto(`${origin}${person}/history`);
    await take(page, 'why');
  } finally {
    await browser.close();
  }
}

/** The person whom an invented official has rejected: their history has most lines. */
async function rejectedPerson(page: Page, origin: string): Promise<string> {
  await page.goto(`${origin}/console/work-list?stream=nhs&status=NOT_VERIFIED&reason=MANUAL`);
  const path = await page.locator('tbody th a').first().getAttribute('href');
  if (path === null) throw new Error('The work list shows nobody.');
  return path;
}

async function take(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(FOLDER, `${name}.png`), animations: 'disabled' });
}

void main().then((status) => process.exit(status));
