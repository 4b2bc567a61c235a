import type { RetryKind } from '../domain/verification/technical-error';

/** How long to wait after the first failed call and after the second; there is no wait after the third, the last. */
const WAITS_SECONDS = [1, 4] as const;

/** So many calls at most for one question. */
export const MOST_TRIES = WAITS_SECONDS.length + 1;

/** Nothing that a second call could mend: our question, our settings, or a register that is known to be away. */
const FAIL_AT_ONCE: ReadonlySet<RetryKind> = new Set(['fault_client', 'fault_configuration', 'circuit_open']);

/** After how many seconds to call again when this was the n-th failed call; nothing when it was the last one. */
export function nextTryInSeconds(tries: number, error: RetryKind): number | undefined {
  return FAIL_AT_ONCE.has(error) ? undefined : WAITS_SECONDS[tries - 1];
}
