import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { RegisterLimiter } from '../../src/mvs-trembita';
import { waitUntil } from '../support/wait-until';
import { TestEnvironment, keepCalling, METHOD, NEVER, permitFrom } from './register-limiter-workers';

describe('The register limiter', () => {
  let installation: TestEnvironment;
  beforeAll(async () => void (installation = await TestEnvironment.start()));
  afterEach(() => installation.clear());
  afterAll(() => installation.stop());

  describe('shares its permits', () => {
    it('so that workers that start and leave never have more calls under way than the shared limit', async () => {
      const stop = new AbortController();
      const callers: Promise<void>[] = [];
      let underWay = 0;
      let most = 0;
      const aCall = async (): Promise<void> => {
        most = Math.max(most, (underWay += 1));
        await pause(5);
        underWay -= 1;
      };
      const busyWorker = async (): Promise<RegisterLimiter> => {
        const limiter = await installation.worker({
          TREMBITA_CONCURRENCY: 10,
          TREMBITA_CONCURRENCY_PER_WORKER: 10,
        });
        for (let i = 0; i < 12; i += 1) callers.push(keepCalling(limiter, stop.signal, aCall));
        return limiter;
      };
      const first = await busyWorker();
      await waitUntil(() => underWay === 10, { what: 'the first worker to use every permit', everyMs: 1 });
      const second = await busyWorker();
      await waitUntil(() => first.capacity() === 5 && second.capacity() === 5, { what: 'two equal shares' });
      const third = await busyWorker();
      await waitUntil(() => [first, second, third].map((limiter) => limiter.capacity()).join() === '4,3,3', {
        what: 'three shares, the remainder with the first',
      });
      await first.leave();
      await waitUntil(() => second.capacity() + third.capacity() === 10, {
        what: 'the permits of the worker that left',
      });
      stop.abort();
      await Promise.all(callers);
      expect(most).toBe(10);
    });

    it('and keeps a permit in use until its call has ended, when the share shrinks', async () => {
      const limits = { TREMBITA_CONCURRENCY: 2 };
      const first = await installation.worker(limits);
      const held = [await permitFrom(first), await permitFrom(first)];
      const second = await installation.worker(limits);
      const waiting = permitFrom(second);
      await waitUntil(() => first.capacity() === 1, { what: 'the first to learn of the second' });
      expect(second.capacity()).toBe(0);
      held[0]?.done('answered');
      (await waiting).done('answered');
    });

    it('so that the last of more workers than permits have none until another leaves', async () => {
      const limits = { TREMBITA_CONCURRENCY: 2 };
      const first = await installation.worker(limits);
      const workers = [first, await installation.worker(limits), await installation.worker(limits)];
      const shares = (): string => workers.map((limiter) => limiter.capacity()).join();
      await waitUntil(() => shares() === '1,1,0', { what: 'one permit for each of the first two' });
      const last = workers[2]?.permit(METHOD, NEVER);
      await first.leave();
      expect(await last).toHaveProperty('done');
    });

    it('and gives those of a crashed worker to the others when its lease has expired', async () => {
      const { permits, dataSource } = installation;
      const dead = randomUUID();
      await permits.createRows(20);
      await permits.renewLease(dead, 500);
      expect(await permits.holdPermits({ worker: dead, leaseMs: 500, wanted: 20, ceiling: 20 })).toBe(20);
      const limiter = await installation.worker();
      const permit = permitFrom(limiter);
      await waitUntil(() => limiter.capacity() === 20, { what: 'all permits' });
      (await permit).done('answered');
      expect(await dataSource.query(`SELECT worker FROM mimir.register_workers`)).toHaveLength(1);
    });

    it('serves in the order of requests, one permit for each call', async () => {
      const limiter = await installation.worker({ TREMBITA_CONCURRENCY: 1 });
      const held = await permitFrom(limiter);
      const order: number[] = [];
      const waiting = [0, 1, 2, 3].map(async (number) => {
        const permit = await permitFrom(limiter);
        order.push(number);
        permit.done('answered');
        permit.done('answered');
      });
      held.done('answered');
      await Promise.all(waiting);
      expect(order).toEqual([0, 1, 2, 3]);
      await permitFrom(limiter);
      expect(await Promise.race([limiter.permit(METHOD, NEVER), pause(20, 'none')])).toBe('none');
    });

    it('and learns from overload to use fewer of them', async () => {
      const limiter = await installation.worker();
      expect(limiter.capacity()).toBe(20);
      (await permitFrom(limiter)).done('timeout');
      expect(limiter.capacity()).toBe(18);
    });
  });

  it('keeps the shared rate over two workers in every sliding second', async () => {
    const rate = 100;
    const { sql } = installation;
    const stop = new AbortController();
    const startedAt: number[] = [];
    const aCall = async (): Promise<void> => {
      startedAt.push(performance.now());
      await pause(20);
    };
    const workers = [
      await installation.worker({ TREMBITA_RATE_PER_SECOND: rate }),
      await installation.worker({ TREMBITA_RATE_PER_SECOND: rate }),
    ];
    const before = sql.sent.length;
    const callers = workers.flatMap((limiter) =>
      Array.from({ length: 10 }, () => keepCalling(limiter, stop.signal, aCall)),
    );
    const secondsOf = (calls: readonly number[]): number => ((calls.at(-1) ?? 0) - (calls[0] ?? 0)) / 1000;
    // A machine that is busy with other tests misses some times, so it may take a while until it has a second in which it
    // uses most of the rate; the benchmark measures how few it misses.
    await waitUntil(
      () => {
        const last = startedAt.slice(-rate);
        return startedAt.length > 300 && last.length / secondsOf(last) > rate * 0.8;
      },
      {
        what: 'three seconds of calls, and a second that uses most of the rate',
        everyMs: 5,
      },
    );
    stop.abort();
    await Promise.all(callers);
    const windows = startedAt.map((from) => startedAt.filter((at) => at >= from && at < from + 1000).length);
    expect(Math.max(...windows)).toBeLessThanOrEqual(rate * 1.02);
    const seconds = secondsOf(startedAt);
    const reservations = sql.sent.slice(before).filter((name) => name.includes('reserve-time')).length;
    expect(reservations / seconds).toBeLessThan(rate * 0.6);
  });

  it('asks the database a few times a second, however many calls go through', async () => {
    const { sql } = installation;
    const limiter = await installation.worker();
    const before = sql.sent.length;
    const beganAt = performance.now();
    for (let i = 0; i < 20_000; i += 1) (await permitFrom(limiter)).done('answered');
    const seconds = Math.ceil((performance.now() - beganAt) / 1000);
    // A refresh, here every two thirds of a second, is three statements: the lease, the permits, one breaker.
    expect(sql.sent.length - before).toBeLessThanOrEqual(3 * 2 * seconds + 3);
  });

  it('knows when the register last answered; a failure is no answer', async () => {
    const [one, other] = [await installation.worker(), await installation.worker()];
    expect(await one.lastAnswerAt()).toBeNull();
    (await permitFrom(one)).done('timeout');
    expect(await one.lastAnswerAt()).toBeNull();
    (await permitFrom(one)).done('fault_client');
    const answeredAt = await one.lastAnswerAt();
    expect(answeredAt).toBeInstanceOf(Date);
    (await permitFrom(one)).done('connection');
    (await permitFrom(one)).done('not_sent');
    expect(await other.lastAnswerAt()).toEqual(answeredAt);
  });

  it('ends a call that is stopped, and gives its turn to the next', async () => {
    const limiter = await installation.worker({ TREMBITA_CONCURRENCY: 1 });
    const held = await permitFrom(limiter);
    const stop = new AbortController();
    const impatient = limiter.permit(METHOD, stop.signal);
    const patient = limiter.permit(METHOD, NEVER);
    stop.abort();
    expect(await impatient).toBe('stopped');
    expect(await limiter.permit(METHOD, stop.signal)).toBe('stopped');
    held.done('answered');
    expect(await patient).toHaveProperty('done');
  });

  it('ends all waiting calls when the worker leaves, and releases all its rows', async () => {
    const { dataSource } = installation;
    const limiter = await installation.worker({ TREMBITA_CONCURRENCY: 1 });
    await permitFrom(limiter);
    const waiting = limiter.permit(METHOD, NEVER);
    await limiter.leave();
    expect(await waiting).toBe('stopped');
    expect(await limiter.permit(METHOD, NEVER)).toBe('stopped');
    expect(await dataSource.query(`SELECT FROM mimir.register_workers`)).toEqual([]);
    expect(await dataSource.query(`SELECT FROM mimir.register_places WHERE worker IS NOT NULL`)).toEqual([]);
  });

  it('gives no permit while the database is away, and goes on when it is back', async () => {
    const { sql } = installation;
    const limiter = await installation.worker();
    const held = await permitFrom(limiter);
    sql.isCut = true;
    await waitUntil(async () => (await limiter.admits(METHOD)) === 0, { what: 'the limiter to notice' });
    const waiting = limiter.permit(METHOD, NEVER);
    held.done('answered');
    expect(await Promise.race([waiting, pause(50, 'none')])).toBe('none');
    sql.isCut = false;
    expect(await waiting).toHaveProperty('done');
    expect(await limiter.admits(METHOD)).toBe(Infinity);
  });

  it('can be joined before the database is there', async () => {
    const { sql } = installation;
    sql.isCut = true;
    const limiter = await installation.worker();
    expect(await limiter.admits(METHOD)).toBe(0);
    const waiting = limiter.permit(METHOD, NEVER);
    sql.isCut = false;
    expect(await waiting).toHaveProperty('done');
  });
});
