import { AsyncLocalStorage } from 'node:async_hooks';

const CURRENT = new AsyncLocalStorage<string>();

let underWay = 0;

/**
 * Runs something on behalf of a request, so that every log line written meanwhile names it. Gives what is to be called
 * once when the request is over: while a request is followed, each promise of the process costs twice as much, and a
 * worker makes dozens for every call to the register. One scrape of its metrics must not slow it down for good.
 */
export function onBehalfOf(requestId: string, run: () => void): () => void {
  underWay += 1;
  CURRENT.run(requestId, run);
  return () => {
    underWay -= 1;
    if (underWay === 0) CURRENT.disable();
  };
}

/** The request on whose behalf this runs, if any. */
export function currentRequestId(): string | undefined {
  return CURRENT.getStore();
}
