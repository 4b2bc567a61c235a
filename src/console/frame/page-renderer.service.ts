import { join } from 'node:path';
import { Injectable } from '@nestjs/common';
import { Eta } from 'eta';
import type { Request, Response } from 'express';
import { VERSION } from '../../config/own-settings';
import { KYIV } from '../../domain/calendar-day';
import { TEXTS } from '../texts/texts';
import { Assets } from './assets.service';
import { Format } from './format';
import { type Language, LANGUAGES, strictly } from './languages';
import { Menu } from './menu.service';
import { clearCookie, cookieOf, NOTE_COOKIE, type Reader } from './reader';
import type { View } from './view';

interface PageContext {
  readonly reader: Reader;
  readonly request: Request;
  readonly response: Response;
}

/**
 * Renders views. A template has `model` (what the handler returned), `text` (all texts in the reader's language),
 * `format` (numbers, times) and `page` (language, path, menu, what the reader may open; in a part of a page the language
 * only). `<%=` escapes; `<%~` is for layouts and includes only, which a test holds.
 */
@Injectable()
export class PageRenderer {
  private readonly eta = new Eta({
    views: join(__dirname, '../views'),
    functionHeader: 'const { model, text, format, page } = it;',
    cache: true,
    debug: true,
  });
  /** The pages show the time of Kyiv, in whatever zone the schedules are. */
  private readonly formats = Object.fromEntries(
    LANGUAGES.map((language) => [language, new Format(language, KYIV)]),
  ) as Record<Language, Format>;

  constructor(
    private readonly assets: Assets,
    private readonly menu: Menu,
  ) {}

  /** A whole page, with the note that the page before left. */
  page<Model extends object>(view: View<Model>, model: Model, context: PageContext): string {
    const { reader, request, response } = context;
    const note = cookieOf(request, NOTE_COOKIE);
    if (note !== undefined) clearCookie(response, NOTE_COOKIE);
    return this.render(view, model, reader, note);
  }

  /** A whole page. */
  render<Model extends object>(view: View<Model>, model: Model, reader: Reader, note?: string): string {
    const { notes } = TEXTS[reader.language];
    const page = {
      ...reader,
      version: VERSION,
      menu: this.menu.of(reader),
      opens: (path: string) => this.menu.opens(reader.caller, path),
      assets: this.assets.paths,
      // Anybody can set a cookie in their own browser, so only our own notes are shown.
      note: note !== undefined && Object.hasOwn(notes, note) ? note : undefined,
    };
    return this.rendered(view, model, page);
  }

  /** A part of a page, the same for all who read this language. */
  part<Model extends object>(view: View<Model>, model: Model, language: Language): string {
    return this.rendered(view, model, { language });
  }

  private rendered(view: View<object>, model: object, page: Pick<Reader, 'language'>): string {
    const { language } = page;
    return this.eta.render(`/${view.name}`, {
      model,
      text: strictly(TEXTS[language]),
      format: this.formats[language],
      page,
    });
  }
}
