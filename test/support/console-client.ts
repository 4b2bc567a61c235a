import type { TestEnvironment } from './test-environment';

/** How a browser sends something to the console. */
export interface Sent {
  /** The token of the session cookie. */
  readonly session?: string | undefined;
  readonly cookie?: string;
  readonly method?: string;
  readonly form?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What the public port answers to a browser of our own page; redirects are not followed. */
export function askConsole(env: TestEnvironment, path: string, sent: Sent = {}): Promise<Response> {
  const { session, cookie, form, method = form === undefined ? 'GET' : 'POST', headers } = sent;
  const cookies = [session === undefined ? '' : `__Host-console=${session}`, cookie ?? ''].filter(Boolean);
  return fetch((env.program.addresses.publicUrl ?? '') + path, {
    method,
    redirect: 'manual',
    headers: {
      accept: 'text/html',
      'sec-fetch-site': 'same-origin',
      ...(cookies.length > 0 ? { cookie: cookies.join('; ') } : {}),
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
    ...(form === undefined ? {} : { body: new URLSearchParams(form).toString() }),
  });
}
