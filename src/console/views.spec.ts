import 'reflect-metadata';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SCOPES } from '../domain/access/access.rules';
import { KYIV } from '../domain/calendar-day';
import type { DeclaredCalls } from '../http';
import './console.module';
import { Assets } from './frame/assets.service';
import { LANGUAGES } from './frame/languages';
import { MENU } from './frame/menu.table';
import { Menu } from './frame/menu.service';
import { PageRenderer } from './frame/page-renderer.service';
import type { Reader } from './frame/reader';
import { allViews, type View } from './frame/view';
import { TEXTS } from './texts/texts';

const FOLDER = join(__dirname, 'views');

/** Texts that end an element, an attribute of either kind, a comment or a script where they are not escaped. */
const HOSTILE = [
  `"><script>alert(1)</script>`,
  `'><img src=x onerror=alert(1)>`,
  `--></title></textarea></select><svg/onload=alert(1)>`,
  `javascript:alert(1)//"'<`,
];

const files = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((file) =>
  file.endsWith('.eta'),
);
const sourceOf = (file: string): string => readFileSync(join(FOLDER, file), 'utf8');

const isPage = ({ name }: View<object>): boolean => sourceOf(`${name}.eta`).includes("layout('/layout'");

/** Every page that a view links to for those who may open it; here everybody may. */
const calls = {
  all: () =>
    files
      .flatMap((file) => [...sourceOf(file).matchAll(/page\.opens\('([^']+)'\)/g)])
      .map(([, path]) => ({ method: 'GET', path })),
  metadataOf: () => ({ kind: 'with token', need: { scopes: [] } }),
} as unknown as DeclaredCalls;
const renderer = new PageRenderer(new Assets(), new Menu(calls));

const readerIn = (language: Reader['language']): Reader => ({
  language,
  path: '/console/place?page=2',
  caller: {
    userId: 'u',
    clientId: 'c',
    tokenScopes: SCOPES,
    clientScopes: SCOPES,
    legalEntity: { type: 'NHS', status: 'ACTIVE', isActive: true },
  },
});

/** As a page writes it between tags and in attributes. */
const escaped = (text: string): string =>
  text.replace(/[&<>"']/g, (sign) => ENTITIES[sign as keyof typeof ENTITIES]);

const ENTITIES = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' } as const;

describe.each(LANGUAGES)('Views in the language %s', (language) => {
  it.each(allViews().map((each) => [each.name, each] as const))('%s escapes every text', (_, view) => {
    for (const hostile of HOSTILE) {
      const shown = view
        .examples(hostile)
        .map((model) =>
          isPage(view)
            ? renderer.render(view, model, readerIn(language), 'signed_out')
            : renderer.part(view, model, language),
        );
      expect(shown.length).toBeGreaterThan(0);
      // Examples that take a text show it, or nothing would be proved by them.
      if (view.examples.length > 0) expect(shown.join('')).toContain(escaped(hostile));
      for (const html of shown) {
        expect(html).not.toContain('<script>alert');
        expect(html).not.toContain('<img src=x');
        expect(html).not.toContain('<svg/onload');
        expect(html).not.toMatch(/(?:href|action|src)="javascript:/);
        expect(html).not.toMatch(/\bundefined\b|\[object Object\]|\bNaN\b|Invalid Date/);
        // Neither script nor style in a page: the policy of the pages would refuse it.
        expect(html).not.toMatch(/<style|\sstyle=|\son[a-z]+="|<script(?![^>]* src=)/);
      }
    }
  });

  it('has a name and a sentence for every page of the menu', () => {
    const { menu, menu_lead } = TEXTS[language];
    const names = MENU.map(({ name }) => name);
    expect(names.filter((name) => !(name in menu) || !(name in menu_lead))).toEqual([]);
  });
});

describe('The axis of a chart', () => {
  it('has the time zone of the pages', () => {
    const script = readFileSync(join(__dirname, 'assets/console.js'), 'utf8');
    expect(script).toContain(`const TIME_ZONE = '${KYIV}';`);
  });
});

describe('A file of views', () => {
  it.each(files)('%s writes nothing unescaped but layouts and includes', (file) => {
    const raw = sourceOf(file).match(/<%~[^%]*/g) ?? [];
    expect(raw.filter((each) => !/^<%~ (?:include\('\/|it\.body )/.test(each))).toEqual([]);
    expect(sourceOf(file)).not.toMatch(/__eta|output\(/);
  });

  it.each(files)('%s quotes its attributes: only then is an escaped text safe in them', (file) => {
    expect(sourceOf(file)).not.toMatch(/\s[a-z-]+=<%/);
  });

  it('is a view or a part that a view includes', () => {
    const views = new Set(allViews().map(({ name }) => `${name}.eta`));
    const included = new Set(
      files.flatMap((file) =>
        [...sourceOf(file).matchAll(/(?:include|layout)\('\/([^']+)'/g)].map(([, name]) => `${name}.eta`),
      ),
    );
    const unused = files.filter((file) => !views.has(file) && !included.has(file));
    expect(unused.map((file) => relative(FOLDER, join(FOLDER, file)))).toEqual([]);
  });
});
