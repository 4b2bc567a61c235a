import { Inject, Injectable, type NestMiddleware, NotFoundException } from '@nestjs/common';
import type { NextFunction, Request, Response } from 'express';
import { SETTINGS } from '../../config/settings.module';
import type { Settings } from '../../config/settings.schema';
import { noteToken, traitsOf } from '../../http';
import { DEFAULT_LANGUAGE, isLanguage, type Language } from './languages';
import { cookieOf, LANGUAGE_COOKIE, noteReader, returnPath, SESSION_COOKIE, setCookie } from './reader';

/** Pages load what this server serves, and send forms to it. Neither script nor style may be in a page itself. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HEADERS = {
  'Content-Security-Policy': PAGE_POLICY,
  // With `no-referrer` browsers send forms with `Origin: null` (Fetch Standard, header `Origin`), which the guard of forms refuses.
  'Referrer-Policy': 'same-origin',
  'X-Frame-Options': 'DENY',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
} as const;

/** Browsers keep a cookie for 400 days at most. */
const LANGUAGE_SECONDS = 400 * 24 * 60 * 60;

/**
 * What is true of every request below `/console`. Its token is that of the session cookie; a header `Authorization` does
 * not count here, as the cookie does not count for calls. With `CONSOLE=false`, and on the internal port, nothing is here.
 */
@Injectable()
export class ConsoleMiddleware implements NestMiddleware {
  private readonly exists: boolean;

  constructor(@Inject(SETTINGS) { CONSOLE, NODE_ENV }: Settings) {
    this.exists = CONSOLE ?? NODE_ENV !== 'production';
  }

  use(request: Request, response: Response, next: NextFunction): void {
    if (!this.exists || traitsOf(request).listener === 'internal') throw new NotFoundException();
    response.set(HEADERS);
    const { path, language: chosen } = withoutLanguage(request.originalUrl);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (chosen !== undefined && isRead) {
      setCookie(response, LANGUAGE_COOKIE, chosen, LANGUAGE_SECONDS);
      response.redirect(303, path);
      return;
    }
    const kept = cookieOf(request, LANGUAGE_COOKIE);
    const language = isLanguage(kept) ? kept : DEFAULT_LANGUAGE;
    noteReader(request, { language, path: isRead ? path : pathOfForm(request) });
    noteToken(request, cookieOf(request, SESSION_COOKIE) ?? '');
    next();
  }
}

/** The path of the page that a form is on. What answers the form has an address that may not be read. */
function pathOfForm(request: Request): string {
  const referer = request.get('referer');
  if (referer === undefined || !URL.canParse(referer)) return returnPath(undefined);
  const { pathname, search } = new URL(referer);
  return returnPath(pathname + search);
}

/**
 * The address without `lang`, and the language it chose. The path is not normalised: `/console/..//host` would become the
 * address of another host.
 */
function withoutLanguage(address: string): { path: string; language: Language | undefined } {
  const [path = '', asked = ''] = address.split(/\?(.*)/s, 2);
  const query = new URLSearchParams(asked);
  const language = query.get('lang');
  query.delete('lang');
  const own = path.startsWith('/console') ? path : '/console';
  return {
    path: query.size > 0 ? `${own}?${query.toString()}` : own,
    language: isLanguage(language) ? language : undefined,
  };
}
