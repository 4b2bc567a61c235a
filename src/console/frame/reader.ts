import type { Request, Response } from 'express';
import type { Caller } from '../../domain/access/access.rules';
import { callerOf } from '../../http';
import { DEFAULT_LANGUAGE, type Language } from './languages';

/** Cookies with this prefix are only taken from this very host, over a safe connection, for every path (RFC 6265bis). */
export const SESSION_COOKIE = '__Host-console';
export const LANGUAGE_COOKIE = '__Host-console-language';
export const NOTE_COOKIE = '__Host-console-note';
/** Why the reader looks for a person; kept from the search to the card. */
export const REASON_COOKIE = '__Host-console-reason';

const COOKIE = { httpOnly: true, secure: true, sameSite: 'strict', path: '/' } as const;

export function setCookie(response: Response, name: string, value: string, seconds: number): void {
  response.cookie(name, value, { ...COOKIE, maxAge: seconds * 1000 });
}

export function clearCookie(response: Response, name: string): void {
  response.clearCookie(name, COOKIE);
}

/** The value of a cookie as it was set. Of two with one name the first counts; one that is not ours may be malformed. */
export function cookieOf(request: Request, name: string): string | undefined {
  const pairs = (request.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const value = pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
  try {
    return value === undefined ? undefined : decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

/** Who looks at a page, and how. */
export interface Reader {
  readonly language: Language;
  /** Of this page or, when a form was sent, of the page that the form is on. With its query, without a language. */
  readonly path: string;
  readonly caller: Caller | undefined;
}

/** A path of the console, and nothing that a browser could take for another site. */
const OWN_PATH = /^\/console(?:$|[/?])[^\\\s]*$/;

/** Where the reader wanted to go or came from, if that is a page of ours; otherwise the first page. */
export const returnPath = (asked: string | undefined): string =>
  asked !== undefined && OWN_PATH.test(asked) ? asked : '/console';

const READERS = new WeakMap<Request, Omit<Reader, 'caller'>>();

export function noteReader(request: Request, reader: Omit<Reader, 'caller'>): void {
  READERS.set(request, reader);
}

/** The reader of a page. */
export function readerOf(request: Request): Reader {
  const reader = READERS.get(request) ?? { language: DEFAULT_LANGUAGE, path: '/console' };
  return { ...reader, caller: callerOf(request) };
}

/** Whether the request went through the middleware of the console. One that did not must not be answered. */
export const isReader = (request: Request): boolean => READERS.has(request);
