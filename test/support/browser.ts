import { existsSync, readFileSync } from 'node:fs';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
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

/** Pages in one tab, and everything the browser complained about. */
export class Tab {
  readonly problems: string[] = [];

  constructor(
    readonly page: Page,
    private readonly context: BrowserContext,
    private readonly url: string,
  ) {
    page.on('pageerror', (error) => this.problems.push(`error: ${error.message}`));
    // A violation of the Content-Security-Policy is reported here too.
    page.on('console', (message) => {
      if (message.type() !== 'error' && message.type() !== 'warning') return;
      // An answer with another status than 200 is what some tests ask for.
      if (/^Failed to load resource: the server responded with a status of/.test(message.text())) return;
      this.problems.push(`${message.type()}: ${message.text()}`);
    });
    page.on('dialog', (dialog) => {
      this.problems.push(`dialog: ${dialog.message()}`);
      void dialog.dismiss();
    });
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

  /** The violations that axe finds on the page as it is, in words. */
  async violations(): Promise<string[]> {
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate<AxeResult>(
      `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'best-practice'] })`,
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

  expectNoProblems(): void {
    expect(this.problems).toEqual([]);
  }

  async close(): Promise<void> {
    await this.context.close();
  }
}

const AXE = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** A browser for the tests of one file. It fails, and does not skip, where there is none. */
export class TestBrowser {
  private browser: Browser | undefined;
  private readonly tabs: Tab[] = [];

  static forThisFile(env: TestEnvironment): TestBrowser {
    const browser = new TestBrowser(env);
    beforeAll(() => browser.launch());
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
    this.browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
  }

  private async close(): Promise<void> {
    await this.browser?.close();
  }
}

const COOKIE = { path: '/', httpOnly: true, secure: true, sameSite: 'Strict' } as const;
