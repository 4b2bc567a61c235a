import { existsSync, readFileSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import type { Language } from '../../src/console/frame/languages';
import { CHROMIUM, FLAGS } from '../../tools/chromium';
import type { CallerBuilder } from './builders';
import { aCaller } from './builders';
import type { TestEnvironment } from './test-environment';

interface AxeResult {
  readonly violations: readonly {
    readonly id: string;
    readonly help: string;
    readonly nodes: readonly { readonly target: unknown; readonly failureSummary?: string }[];
  }[];
}

/** How somebody looks at the pages. */
export interface Looking {
  /** With these scopes, separated by spaces, of an active NHS. Nobody is signed in without them. */
  readonly scope?: string;
  /** Instead of `scope`: any caller. */
  readonly caller?: CallerBuilder;
  readonly language?: Language;
  readonly javaScript?: boolean;
  readonly width?: number;
}

/** More than any page has of what the keyboard stops at, and more than any list has of options. */
const MOST_STOPS = 200;
const MOST_OPTIONS = 50;

/** Longer than Chromium takes to start, or to load a page, on a slow machine; it ends a test that would hang. */
const HANGS_MS = 90_000;

/** Pages in one tab, and everything the browser complained about. A test that leaves a complaint fails. */
export class Tab {
  readonly problems: string[] = [];
  private readonly refusals = new Set<string>();

  constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    private readonly url: string,
  ) {
    page.on('pageerror', (error) => this.problems.push(`error: ${error.message}`));
    // A violation of the Content-Security-Policy is reported here too.
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      const [, status] = REFUSED.exec(message.text()) ?? [];
      if (status !== undefined && this.refusals.has(status)) return;
      this.problems.push(`${message.type()}: ${message.text()}`);
    });
    page.on('dialog', (dialog) => {
      this.problems.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
  }

  /** From now on an answer with this status is what the test asks for, and no problem. */
  expectRefusal(status: number): void {
    this.refusals.add(String(status));
  }

  /** Presses Tab until the element has the focus, as somebody does who cannot use a mouse. */
  async tabTo(element: Locator): Promise<void> {
    for (let presses = 0; presses < MOST_STOPS; presses += 1) {
      await this.page.keyboard.press('Tab');
      if (await element.evaluate((each) => each === each.ownerDocument.activeElement)) return;
    }
    throw new Error(`The keyboard does not reach ${element.toString()}.`);
  }

  /** Follows a link or presses a button by the keyboard alone, and waits for the next page. */
  async press(element: Locator): Promise<void> {
    await this.tabTo(element);
    const next = this.page.waitForEvent('load');
    await this.page.keyboard.press('Enter');
    await next;
  }

  /** Chooses an option of a list by the keyboard alone. */
  async choose(list: Locator, option: string): Promise<void> {
    await this.tabTo(list);
    const chosen = list.locator('option:checked');
    for (let presses = 0; presses < MOST_OPTIONS; presses += 1) {
      if ((await chosen.innerText()) === option) return;
      await this.page.keyboard.press('ArrowDown');
    }
    throw new Error(`${list.toString()} has no option ${option}.`);
  }

  /** Opens a path and gives the status of the answer. */
  async open(path: string): Promise<number> {
    const answer = await this.page.goto(this.url + path, { waitUntil: 'load' });
    return answer?.status() ?? 0;
  }

  /** The text of the content. */
  text(): Promise<string> {
    return this.page.locator('main').innerText();
  }

  /** The violations that axe finds on the page as it is, in words; in dark colours, those of contrast too. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(AXE);
    const inLight = await this.found(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice']);
    await this.page.emulateMedia({ colorScheme: 'dark' });
    // The other rules look at no colour.
    const inDark = await this.found(['color-contrast']);
    await this.page.emulateMedia({ colorScheme: 'light' });
    return [...inLight, ...inDark.map((each) => `in dark colours: ${each}`)];
  }

  /** What breaks these rules of axe, or rules with these tags. */
  private async found(rules: readonly string[]): Promise<string[]> {
    const { violations } = await this.page.evaluate<AxeResult>(
      `axe.run(document, { runOnly: ${JSON.stringify(rules)} })`,
    );
    return violations.flatMap(({ id, help, nodes }) =>
      nodes.map(
        ({ target, failureSummary }) => `${id}: ${help} at ${JSON.stringify(target)} ${failureSummary ?? ''}`,
      ),
    );
  }

  /** Whether the page is wider than its window, so that it has to be scrolled in two directions. */
  isTooWide(): Promise<boolean> {
    return this.page.evaluate('document.documentElement.scrollWidth > document.documentElement.clientWidth');
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

/** What Chromium says of an answer with a status of a refusal. */
const REFUSED = /^Failed to load resource: the server responded with a status of (\d+)/;

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/**
 * A browser for the tests of one file. It fails, and does not skip, where there is none. It closes the tabs of a test
 * after it.
 */
export class TestBrowser {
  private browser: Browser | undefined;
  private readonly tabs: Tab[] = [];

  static forThisFile(env: TestEnvironment): TestBrowser {
    const browser = new TestBrowser(env);
    beforeAll(() => browser.launch());
    afterEach(() => browser.closeTabs());
    afterAll(() => browser.close());
    return browser;
  }

  private constructor(private readonly env: TestEnvironment) {}

  /** A tab of a reader who is signed in with a session cookie. */
  async tab({ scope, caller, language = 'uk', javaScript = true, width = 1280 }: Looking = {}): Promise<Tab> {
    if (this.browser === undefined) throw new Error('The browser was not launched.');
    const { publicUrl = '' } = this.env.program.addresses;
    const context = await this.browser.newContext({
      javaScriptEnabled: javaScript,
      viewport: { width, height: 900 },
      reducedMotion: 'reduce',
    });
    context.setDefaultTimeout(HANGS_MS);
    const who = caller ?? (scope === undefined ? undefined : aCaller().withScope(scope));
    const cookies = [
      { name: '__Host-console-language', value: language },
      ...(who === undefined ? [] : [{ name: '__Host-console', value: await who.save(this.env.sql) }]),
    ];
    await context.addCookies(
      cookies.map((cookie) => ({ ...cookie, ...COOKIE, domain: new URL(publicUrl).hostname })),
    );
    const tab = new Tab(await context.newPage(), context, publicUrl);
    this.tabs.push(tab);
    return tab;
  }

  private async launch(): Promise<void> {
    if (!existsSync(CHROMIUM)) {
      throw new Error(
        `The browser tests need Chromium, and there is none at ${CHROMIUM}: apt-get install chromium, or set CHROMIUM to its path.`,
      );
    }
    this.browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, timeout: HANGS_MS });
  }

  /** Closes the tabs of a test, and fails it when the browser complained in one of them. */
  private async closeTabs(): Promise<void> {
    const tabs = this.tabs.splice(0);
    await Promise.all(tabs.map((tab) => tab.close()));
    expect(tabs.map(({ problems }) => problems).filter((problems) => problems.length > 0)).toEqual([]);
  }

  private async close(): Promise<void> {
    await this.browser?.close();
  }
}

const COOKIE = { path: '/', httpOnly: true, secure: true, sameSite: 'Strict' } as const;
