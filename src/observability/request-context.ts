import { AsyncLocalStorage } from 'node:async_hooks';

const CURRENT = new AsyncLocalStorage<string>();

let active = 0;

/**
 * Calls `run` for a request: every log line written meanwhile has the request id. Returns a function to call once when
 * the request is over. While a request is tracked, each promise of the process costs twice as much, and a worker makes
 * dozens for every call to the register; one scrape of its metrics must not slow it down for good.
 */
export function onBehalfOf(requestId: string, run: () => void): () => void {
  active += 1;
  CURRENT.run(requestId, run);
  return () => {
    active -= 1;
    if (active === 0) CURRENT.disable();
  };
}

/** Id of the request that this code works for, if any. */
export function currentRequestId(): string | undefined {
  return CURRENT.getStore();
}
