import { describe, expect, it } from 'vitest';
import type { DatabaseClock } from '../database/database-clock.service';
import type { Transactions } from '../database/transactions';
import type { RegisterLimiter } from '../mvs-trembita';
import { ReviewRound, type Round } from './review-round';
import type { CheckedStream } from './stream-registry';
import type { VerificationObserver } from './verification-metrics';

const CHECKED = { stream: { method: 'a method', job: { batchSize: 100 } } } as unknown as CheckedStream;
const NO_PERMIT = { capacity: 0, admitted: 0 };
const OPEN_CIRCUIT = { capacity: 1, admitted: 0 };

/** A worker that may not claim. It learns after the second look that the job is paused, or that nobody is due. */
function roundWith(limiter: typeof NO_PERMIT, then: 'paused' | 'nobody due') {
  const asked = { paused: 0, due: 0, unreachable: 0 };
  const round = {
    checked: CHECKED,
    claimer: { anybodyDue: () => Promise.resolve((asked.due += 1) < 2 || then === 'paused') },
    leases: { start: () => undefined, stop: () => Promise.resolve() },
    leaseSeconds: 60,
    signals: { stop: new AbortController().signal, abort: new AbortController().signal },
    isPaused: () => Promise.resolve((asked.paused += 1) === 2 && then === 'paused'),
    isUnreachable: () => Promise.resolve((asked.unreachable += 1) > 1),
  } as unknown as Round;
  const limits = {
    capacity: () => limiter.capacity,
    admits: () => Promise.resolve(limiter.admitted),
  } as unknown as RegisterLimiter;
  const clock = { read: () => Promise.resolve() } as unknown as DatabaseClock;
  const observer = { failed: () => undefined } as unknown as VerificationObserver;
  return { asked, part: new ReviewRound(round, limits, clock, {} as Transactions, observer) };
}

describe('A worker that may not claim, since it', () => {
  it.each([
    ['has no permit', NO_PERMIT],
    ['finds the circuit open', OPEN_CIRCUIT],
  ])('%s, leaves a run that is paused, without another look at who is due', async (_, limiter) => {
    const { asked, part } = roundWith(limiter, 'paused');
    expect(await part.untilNobodyIsDue()).toBe('paused');
    expect(asked).toMatchObject({ paused: 2, due: 1 });
  });

  it.each([
    ['has no permit', NO_PERMIT],
    ['finds the circuit open', OPEN_CIRCUIT],
  ])('%s, stays until nobody is due', async (_, limiter) => {
    const { asked, part } = roundWith(limiter, 'nobody due');
    expect(await part.untilNobodyIsDue()).toBe('nothing_due');
    expect(asked).toMatchObject({ paused: 2, due: 2 });
  });
});
