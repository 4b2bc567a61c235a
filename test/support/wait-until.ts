import { setTimeout as pause } from 'node:timers/promises';

/** What is waited for, in words, and for how long. */
export interface Waiting {
  /** Completes the sentence "Waited … ms in vain for …". */
  what: string;
  timeoutMs?: number;
  everyMs?: number;
}

/**
 * Looks at a state again and again until it is there, and gives what was seen. Tests wait for states,
 * never for time to pass: the limit only turns a test that would hang into one that fails with a reason.
 */
export async function waitUntil<T>(
  look: () => T | Promise<T>,
  { what, timeoutMs = 60_000, everyMs = 20 }: Waiting,
): Promise<Exclude<T, false | null | undefined>> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const seen = await look();
    if (isThere(seen)) return seen;
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain for ${what}.`);
    await pause(everyMs);
  }
}

function isThere<T>(seen: T): seen is Exclude<T, false | null | undefined> {
  return seen !== false && seen !== null && seen !== undefined;
}
