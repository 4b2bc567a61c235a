import type { TestEnvironment } from './test-environment';

/** The Content-Security-Policy of the pages, as their design names it. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/** How a browser sends something to the console. */
export interface Sent {
  /** The token of the session cookie. */
  readonly session?: string | undefined;
  readonly cookie?: string;
  readonly method?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** False for a browser that does not say where a request is from. */
  readonly saysSite?: boolean;
}

/** What the public port answers to a browser of our own page; redirects are not followed. */
export function askConsole(env: TestEnvironment, path: string, sent: Sent = {}): Promise<Response> {
  const { form } = sent;
  return fetch((env.program.addresses.publicUrl ?? '') + path, {
    method: sent.method ?? (form === undefined ? 'GET' : 'POST'),
    redirect: 'manual',
    headers: headersOf(sent),
    ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
  });
}

function headersOf({ session, cookie, form, headers, saysSite = true }: Sent): Record<string, string> {
  const cookies = [session === undefined ? '' : `__Host-console=${session}`, cookie ?? ''].filter(Boolean);
  return {
    accept: 'text/html',
    ...(saysSite ? { 'sec-fetch-site': 'same-origin' } : {}),
    ...(cookies.length > 0 ? { cookie: cookies.join('; ') } : {}),
    ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
    ...headers,
  };
}
