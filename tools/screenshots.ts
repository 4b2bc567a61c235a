import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { chromium, type Page } from 'playwright-core';

const PROJECT = join(__dirname, '..');
const FOLDER = join(PROJECT, 'docs/images');
const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';

/** The shared memory of a container is too small for Chromium, and root has no sandbox there. */
const FLAGS = ['--no-sandbox', '--disable-dev-shm-usage', '--disable-gpu'];

const SIZE = { width: 1200, height: 900 };

/** Servers, run and sign-up take half a minute on an idle machine. */
const READY_WITHIN_MS = 300_000;

/** The run has begun, and the rate of its first minute is known. */
const WATCHED_MS = 20_000;

/**
 * `npm run screenshots`: starts `npm run demo -- --serve`, signs in by its link and writes pictures of pages to
 * docs/images. The persons and their decisions are the same each time; ids and times are not.
 */
async function main(): Promise<void> {
  const demo = spawn(process.execPath, ['-r', '@swc-node/register', 'tools/demo/main.ts', '--serve'], {
    cwd: PROJECT,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(demo, 'exit');
  try {
    const link = await Promise.race([
      linkIn(demo.stdout),
      ended.then((): never => {
        throw new Error('The demo ended before it was ready.');
      }),
    ]);
    await takePictures(link);
  } finally {
    demo.kill('SIGTERM');
    await ended;
  }
}

async function linkIn(output: NodeJS.ReadableStream): Promise<string> {
  const patience = AbortSignal.timeout(READY_WITHIN_MS);
  for await (const line of createInterface({ input: output, signal: patience }))
    if (line.includes('/console/sign-in/link?code=')) return line.trim();
  throw new Error('The demo printed no link.');
}

async function takePictures(link: string): Promise<void> {
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
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

void main();
