import { DemoFailed, type CleanUp } from '../clean-up';

const ANSWER_WITHIN_MS = 5_000;

/**
 * Sets how long a sandbox takes for an answer, and takes that back in the clean-up: the sandbox may be older than the
 * demo and outlive it.
 */
export async function setLatency(registerUrl: string, latencyMs: number, cleanUp: CleanUp): Promise<void> {
  const control = new URL('/control', registerUrl);
  const before = await behaviourAfter(control);
  // If the sandbox is gone by then, this step fails, and the clean-up goes on.
  cleanUp.later(() => behaviourAfter(control, { latencyMs: before.latencyMs }));
  const after = await behaviourAfter(control, { latencyMs });
  if (after.latencyMs !== latencyMs) throw new DemoFailed('The sandbox register kept its own latency.');
}

interface Behaviour {
  readonly latencyMs: number;
}

/** What the sandbox does, after the change if there is one. */
async function behaviourAfter(control: URL, change?: Behaviour): Promise<Behaviour> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const sent =
    change === undefined
      ? {}
      : {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(change),
        };
  const answer = await fetch(control, { ...sent, signal });
  if (!answer.ok)
    throw new DemoFailed(`The sandbox register answered its control call with ${answer.status}.`);
  return (await answer.json()) as Behaviour;
}
