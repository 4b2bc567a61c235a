import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { CallEnd } from '../../src/mvs-trembita/register-gate';
import type { SharedRegisterGate } from '../../src/mvs-trembita/gate/shared-register-gate';
import { waitUntil } from '../support';
import { callsUntilShut, Installation, METHOD, NEVER, permitFrom } from './register-gate-workers';

describe('The breaker shuts the gate', () => {
  let installation: Installation;
  beforeAll(async () => void (installation = await Installation.start()));
  afterEach(() => installation.clear());
  afterAll(() => installation.stop());

  const admitted = (workers: SharedRegisterGate[]): Promise<number[]> =>
    Promise.all(workers.map((gate) => gate.admits(METHOD)));

  const allAdmit = (workers: SharedRegisterGate[], wanted: number): Promise<unknown> =>
    waitUntil(async () => (await admitted(workers)).every((count) => count === wanted), {
      what: `every worker to admit ${wanted}`,
    });

  /** Waits until the probe is due, sees that one worker alone wins it, and lets its call end. */
  async function probe(workers: SharedRegisterGate[], end: CallEnd): Promise<void> {
    const counts = await waitUntil(
      async () => {
        const seen = await admitted(workers);
        return seen.some((count) => count > 0) && seen;
      },
      { what: 'somebody to win the probe' },
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1);
    const winner = workers[counts.indexOf(1)];
    if (winner === undefined) throw new Error('Nobody won.');
    expect(await admitted(workers)).toEqual(workers.map(() => 0));
    const [permit, second] = await Promise.all([permitFrom(winner), winner.permit(METHOD, NEVER)]);
    expect(second).toBe('gate_shut');
    expect(await Promise.all(workers.map((gate) => gate.permit(METHOD, NEVER)))).toEqual(
      workers.map(() => 'gate_shut'),
    );
    permit.done(end);
    await waitUntil(async () => (await installation.breaker()).probe_by === null, { what: 'the verdict' });
  }

  it('for all workers after few calls, opens it for one probe of many contenders, doubles, and closes', async () => {
    // Longer than it takes everybody to learn that the gate was shut.
    const patient = { TREMBITA_BREAKER_OPEN_MS: 1000 };
    const workers = await Promise.all(Array.from({ length: 9 }, () => installation.worker(patient)));
    const first = await installation.worker(patient);
    await allAdmit([...workers, first], Infinity);
    await waitUntil(() => first.capacity() > 0, { what: 'a place for the last worker' });
    const calls = await callsUntilShut(first, 'connection');
    expect(calls).toBeGreaterThanOrEqual(20);
    expect(calls).toBeLessThanOrEqual(20 + 5);
    expect((await installation.breaker()).open_ms).toBe(1000);
    await allAdmit([...workers, first], 0);

    await probe(workers, 'http_error');
    expect((await installation.breaker()).open_ms).toBe(2000);
    await probe(workers, 'not_sent');
    expect((await installation.breaker()).open_ms).toBe(2000);
    await probe(workers, 'register_error');
    expect((await installation.breaker()).open_ms).toBeNull();
    await allAdmit([...workers, first], Infinity);
    // What counted before counts no more: fewer failures than it takes leave the gate open.
    expect(await callsUntilShut(first, 'timeout', 15)).toBeGreaterThanOrEqual(15);
    expect(await first.admits(METHOD)).toBe(Infinity);
  });

  it('by the failures of all together', async () => {
    const shut = { TREMBITA_BREAKER_OPEN_MS: 60_000 };
    const workers = [await installation.worker(shut), await installation.worker(shut)];
    await waitUntil(() => workers.every((gate) => gate.capacity() === 10), { what: 'two equal shares' });
    // Fourteen at most by each: neither alone has seen enough.
    await Promise.all(workers.map((gate) => callsUntilShut(gate, 'fault_server', 10)));
    await allAdmit(workers, 0);
  });

  it('for one method and no other', async () => {
    const gate = await installation.worker({ TREMBITA_BREAKER_OPEN_MS: 60_000 });
    await callsUntilShut(gate, 'fault_configuration');
    expect(await gate.permit(METHOD, NEVER)).toBe('gate_shut');
    expect(await gate.permit('unzr', NEVER)).toHaveProperty('done');
  });

  it('but not after answers, be they ever so bad', async () => {
    const gate = await installation.worker();
    expect(await callsUntilShut(gate, 'unreadable_answer', 100)).toBeGreaterThanOrEqual(100);
    expect(await gate.admits(METHOD)).toBe(Infinity);
  });

  it('but not while less than half of the calls fail', async () => {
    const gate = await installation.worker();
    for (let i = 0; i < 100; i += 1) (await permitFrom(gate)).done(i % 5 < 2 ? 'timeout' : 'answered');
    expect(await gate.admits(METHOD)).toBe(Infinity);
  });

  it('and those who wait are told at once', async () => {
    const gate = await installation.worker({ TREMBITA_BREAKER_OPEN_MS: 60_000 });
    const permits = await Promise.all(Array.from({ length: 20 }, () => permitFrom(gate)));
    const waiting = Promise.all(Array.from({ length: 30 }, () => gate.permit(METHOD, NEVER)));
    permits.forEach((permit) => permit.done('timeout'));
    // Until the twentieth failure some went on; nobody gives those places back, so the others did not wait for one.
    const answers = await waiting;
    expect(answers.filter((answer) => answer !== 'gate_shut').length).toBeLessThan(20);
  });

  it('and a call that began before it was shut does not shut it again', async () => {
    const gate = await installation.worker();
    const late = await Promise.all(Array.from({ length: 10 }, () => permitFrom(gate)));
    await callsUntilShut(gate, 'fault_server');
    await probe([gate], 'answered');
    expect(await callsUntilShut(gate, 'fault_server', 15)).toBeGreaterThanOrEqual(15);
    late.forEach((permit) => permit.done('timeout'));
    expect(await gate.admits(METHOD)).toBe(Infinity);
  });

  it('and lets another worker probe when the one who won has died', async () => {
    const gate = await installation.worker();
    await callsUntilShut(gate, 'timeout');
    const want = { method: METHOD, worker: randomUUID(), leaseMs: 400 } as const;
    await waitUntil(async () => (await installation.store.takeProbe(want)).changed, {
      what: 'the probe to be due',
      everyMs: 5,
    });
    expect(await gate.permit(METHOD, NEVER)).toBe('gate_shut');
    await waitUntil(async () => (await gate.admits(METHOD)) === 1, { what: 'the probe to be free again' });
  });

  it('and the late verdict of a probe that somebody else took over is void', async () => {
    const gate = await installation.worker();
    await callsUntilShut(gate, 'timeout');
    const { store } = installation;
    const worker = randomUUID();
    const slow = await waitUntil(
      async () => {
        const row = await store.takeProbe({ method: METHOD, worker, leaseMs: 1 });
        return row.changed && row;
      },
      { what: 'the probe to be due', everyMs: 5 },
    );
    const other = randomUUID();
    await waitUntil(
      async () => (await store.takeProbe({ method: METHOD, worker: other, leaseMs: 9000 })).changed,
      {
        what: 'the probe to be free again',
      },
    );
    expect((await store.closeBreaker({ method: METHOD, worker, period: slow.period })).changed).toBe(false);
    expect(await installation.breaker()).toEqual({ open_ms: 300, probe_by: other });
  });
});
