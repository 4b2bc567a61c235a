/** Something under way that can be stopped. */
interface Stoppable {
  stop(): void;
}

const callsBySignal = new WeakMap<AbortSignal, Set<Stoppable>>();

/**
 * The calls that end when this signal does. A run has one signal for hundreds of calls, and a
 * listener for each would cost a walk through all the others, twice for every call.
 */
export function callsOf(signal: AbortSignal): Set<Stoppable> {
  const known = callsBySignal.get(signal);
  if (known !== undefined) return known;
  const calls = new Set<Stoppable>();
  callsBySignal.set(signal, calls);
  const stopAll = (): void => {
    for (const call of [...calls]) call.stop();
  };
  signal.addEventListener('abort', stopAll, { once: true });
  return calls;
}
