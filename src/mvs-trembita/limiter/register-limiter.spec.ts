import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Metrics } from '../../observability';
import type { BreakerRow, CircuitBreakerRepository, PermitRepository } from './limiter.repository';
import type { LimiterSettings } from './limiter.rules';
import { RegisterLimiter } from './register-limiter.service';

const SETTINGS: LimiterSettings = {
  TREMBITA_CONCURRENCY: 4,
  TREMBITA_CONCURRENCY_PER_WORKER: 4,
  TREMBITA_RATE_PER_SECOND: undefined,
  TREMBITA_BREAKER_SHARE: 0.5,
  TREMBITA_BREAKER_MIN_CALLS: 20,
  TREMBITA_BREAKER_OPEN_MS: 60_000,
  TREMBITA_TIMEOUT_MS: 2_000,
  VERIFICATION_LEASE_SECONDS: 60,
  JOB_POLL_SECONDS: 60,
};

const NEVER = new AbortController().signal;

const CLOSED: BreakerRow = { period: 1, openForMs: null, window: { calls: 0, failures: 0 }, changed: false };

const turn = () => new Promise((resolve) => setImmediate(resolve));

/** Statements that wait until the test lets them go. */
class HeldStatements {
  isHolding = false;
  private readonly held: (() => void)[] = [];

  async send<Row>(row: () => Row): Promise<Row> {
    if (this.isHolding) await new Promise<void>((resolve) => this.held.push(resolve));
    return row();
  }

  /** Lets the statement go that has waited longest; resolves when what it causes has happened. */
  async letOneGo(): Promise<void> {
    this.held.shift()?.();
    await turn();
  }
}

let statements: HeldStatements;
/** How many answers of the register the shared rows have counted. */
let answersCounted: number;
let limiter: RegisterLimiter;

beforeEach(async () => {
  statements = new HeldStatements();
  answersCounted = 0;
  const permits = {
    createRows: () => Promise.resolve(),
    renewLease: () => Promise.resolve({ workers: 1, earlier: 0 }),
    holdPermits: () => Promise.resolve(4),
    releaseAll: () => Promise.resolve(),
  } as unknown as PermitRepository;
  const circuits = {
    read: () => statements.send(() => CLOSED),
    countCalls: ({ calls }: { calls: number }) =>
      statements.send(() => ((answersCounted += calls), { ...CLOSED, window: { calls, failures: 0 } })),
    lastAnswerAt: () => Promise.resolve(new Date(answersCounted)),
  } as unknown as CircuitBreakerRepository;
  limiter = new RegisterLimiter(SETTINGS, 'a worker', permits, circuits, new Metrics());
  await limiter.join();
});
afterEach(() => limiter.leave());

async function answeredCall(): Promise<void> {
  const permit = await limiter.permit('unzr', NEVER);
  if (typeof permit === 'string') throw new Error(`No permit: ${permit}.`);
  permit.done('answered');
}

describe('The limiter', () => {
  it('admits persons of a second method while the circuit of the first is still being read', async () => {
    statements.isHolding = true;
    const first = limiter.admits('CheckPassportDMSStatus');
    await turn();
    const second = limiter.admits('unzr');
    statements.isHolding = false;
    await statements.letOneGo();
    expect(await Promise.all([first, second])).toEqual([Infinity, Infinity]);
  });

  it('counts calls that ended while others were being counted, before it says when the register last answered', async () => {
    await answeredCall();
    statements.isHolding = true;
    void limiter.lastAnswerAt();
    await turn();
    await answeredCall();
    const asked = limiter.lastAnswerAt();
    statements.isHolding = false;
    await statements.letOneGo();
    expect(await asked).toEqual(new Date(2));
  });

  it('does not say when the register last answered before the answer under way to the shared row is counted', async () => {
    await answeredCall();
    statements.isHolding = true;
    const asked = [limiter.lastAnswerAt(), turn().then(() => limiter.lastAnswerAt())];
    await turn();
    statements.isHolding = false;
    await statements.letOneGo();
    expect(await Promise.all(asked)).toEqual([new Date(1), new Date(1)]);
  });

  it('counts every call before it leaves', async () => {
    await answeredCall();
    statements.isHolding = true;
    const counted = limiter.lastAnswerAt();
    await turn();
    await answeredCall();
    const left = limiter.leave();
    statements.isHolding = false;
    await statements.letOneGo();
    await Promise.all([counted, left]);
    expect(answersCounted).toBe(2);
  });
});
