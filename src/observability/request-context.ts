import { AsyncLocalStorage } from 'node:async_hooks';

const CURRENT = new AsyncLocalStorage<string>();

/** Runs something on behalf of a request, so that every log line written meanwhile names it. */
export function onBehalfOf<T>(requestId: string, run: () => T): T {
  return CURRENT.run(requestId, run);
}

/** The request on whose behalf this runs, if any. */
export function currentRequestId(): string | undefined {
  return CURRENT.getStore();
}
