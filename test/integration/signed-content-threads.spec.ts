import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Log } from '../../src/observability';
import { SignatureCheckPool } from '../../src/signed-content/signature-check-pool.service';
import { waitUntil } from '../support/wait-until';

const COMMAND = { who: 0, wait: 1, never: 2, eat: 3 } as const;
const task = (command: keyof typeof COMMAND): Uint8Array => new Uint8Array([COMMAND[command]]);

const opened: SignatureCheckPool[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  for (const threads of opened.splice(0)) await threads.onApplicationShutdown();
});

/** Threads that follow commands instead of checking signatures. */
class StandInPool extends SignatureCheckPool {
  protected override readonly threadFile = join(__dirname, '../support/children/signature-check.cjs');
  protected override readonly memoryMb = 32;

  constructor(
    choices: { queueSize: number; timeoutMs: number; secondsPerMinute?: number },
    log: Log,
    protected override readonly threadCount: number,
    private readonly memory: SharedArrayBuffer,
  ) {
    super(
      {
        SIGNATURE_QUEUE_SIZE: choices.queueSize,
        SIGNATURE_TIMEOUT_MS: choices.timeoutMs,
        SIGNATURE_SECONDS_PER_MINUTE: choices.secondsPerMinute ?? 3_600,
      },
      { certificates: [], mustBeQualified: false },
      log,
    );
  }

  protected override threadData(): unknown {
    return this.memory;
  }
}

function standIn({
  threads: threadCount = 1,
  ...choices
}: {
  queueSize: number;
  timeoutMs: number;
  secondsPerMinute?: number;
  threads?: number;
}) {
  const memory = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT);
  const shared = new Int32Array(memory);
  const stopped: unknown[] = [];
  const write = (line: string): void =>
    void stopped.push((JSON.parse(line) as { readonly why?: string }).why);
  const threads = new StandInPool(choices, new Log({ LOG_LEVEL: 'info' }, { write }), threadCount, memory);
  opened.push(threads);
  const letChecksPass = (): void => {
    Atomics.store(shared, 0, 1);
    Atomics.notify(shared, 0);
  };
  return {
    threads,
    stopped,
    letChecksPass,
    begun: () => Atomics.load(shared, 1),
    turns: () => Atomics.load(shared, 2),
  };
}

/** Longer than any of these tests takes. */
const PATIENT_MS = 60_000;
/** Long enough for a check that answers at once, on a machine that is busy. */
const SHORT_MS = 1_000;

const BUSY = { code: 'signature_checks_busy' };

describe('Checks of signatures', () => {
  it('wait in a queue of the given size; the next one is refused with "try again"', async () => {
    const { threads, letChecksPass } = standIn({ queueSize: 2, timeoutMs: PATIENT_MS });
    const taken = [1, 2, 3].map(() => threads.submit(task('wait')));
    await expect(threads.submit(task('who'))).rejects.toMatchObject({
      ...BUSY,
      details: { retryAfterSeconds: PATIENT_MS / 1000 },
    });
    letChecksPass();
    expect(await Promise.all(taken)).toHaveLength(3);
    expect(threads.size).toBe(0);
    await expect(threads.submit(task('who'))).resolves.toBeTypeOf('number');
  });

  it('are made by as many threads as there are, at the same time', async () => {
    const { threads, letChecksPass, begun } = standIn({ queueSize: 0, timeoutMs: PATIENT_MS, threads: 2 });
    const both = [threads.submit(task('wait')), threads.submit(task('wait'))];
    await waitUntil(() => begun() === 2, { what: 'both checks to begin' });
    letChecksPass();
    expect(new Set(await Promise.all(both)).size).toBe(2);
  });

  it('end at the deadline together with their thread, and a new thread replaces it', async () => {
    const { threads, stopped, turns } = standIn({ queueSize: 5, timeoutMs: SHORT_MS });
    const before = await threads.submit(task('who'));
    await expect(threads.submit(task('never'))).rejects.toMatchObject(BUSY);
    expect(stopped).toEqual(['deadline']);
    expect(await threads.submit(task('who'))).not.toBe(before);
    const last = turns();
    expect(last).toBeGreaterThan(0);
    await threads.submit(task('who'));
    expect(turns()).toBe(last);
  });

  it('are not lost when they wait behind one that never ends', async () => {
    const { threads } = standIn({ queueSize: 5, timeoutMs: SHORT_MS });
    await threads.submit(task('who'));
    const ends = await Promise.allSettled(
      ['never', 'who'].map((each) => threads.submit(task(each as 'who'))),
    );
    // A check that waits as long as the other one computes may be late as well; it must only end.
    expect(ends[0]?.status).toBe('rejected');
    await expect(threads.submit(task('who'))).resolves.toBeTypeOf('number');
    expect(threads.size).toBe(0);
  });

  it('that only wait too long are refused with "try again", and no thread is stopped for them', async () => {
    const { threads, stopped, letChecksPass, begun } = standIn({ queueSize: 5, timeoutMs: 4 * SHORT_MS });
    const first = threads.submit(task('wait'));
    await waitUntil(() => begun() === 1, { what: 'the check to begin' });
    await expect(threads.submit(task('who'))).rejects.toMatchObject(BUSY);
    letChecksPass();
    await expect(first).resolves.toBeTypeOf('number');
    expect(stopped).toEqual([]);
    expect(begun()).toBe(1);
  });

  it('are made in turns of their addresses, not in the order of arrival', async () => {
    // None of them uses a quarter of a second, however busy the machine is: no time passes.
    vi.spyOn(performance, 'now').mockReturnValue(performance.now());
    const { threads, letChecksPass, begun } = standIn({ queueSize: 9, timeoutMs: PATIENT_MS });
    const ended: string[] = [];
    const send = (from: string): Promise<unknown> =>
      threads.submit(task('wait'), from).then(() => ended.push(from));
    const first = send('first');
    await waitUntil(() => begun() === 1, { what: 'the check to begin' });
    const all = ['many', 'many', 'many', 'many', 'two', 'two', 'one'].map(send);
    await waitUntil(() => threads.size === 8, { what: 'all to wait' });
    letChecksPass();
    await Promise.all([first, ...all]);
    expect(ended).toEqual(['first', 'many', 'two', 'one', 'many', 'two', 'many', 'many']);
  });

  it('of the address that sent most give way when the queue is full', async () => {
    const { threads, letChecksPass, begun } = standIn({ queueSize: 4, timeoutMs: PATIENT_MS });
    const first = threads.submit(task('wait'), 'many');
    await waitUntil(() => begun() === 1, { what: 'the check to begin' });
    const many = Array.from({ length: 4 }, () => threads.submit(task('who'), 'many'));
    const ends = Promise.allSettled(many);
    await setImmediate();
    await expect(threads.submit(task('who'), 'many')).rejects.toMatchObject(BUSY);
    const others: Promise<unknown>[] = [];
    for (let each = 0; each < 2; each += 1) {
      others.push(threads.submit(task('who'), 'honest'));
      await setImmediate();
    }
    // Both would have two of four places now, so the queue is as fair as it can be.
    await expect(threads.submit(task('who'), 'honest')).rejects.toMatchObject(BUSY);
    letChecksPass();
    await expect(Promise.all([first, ...others])).resolves.toHaveLength(3);
    expect((await ends).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'rejected',
    ]);
    expect(threads.size).toBe(0);
  });

  it('of the address that sent most give way while the threads still load their code', async () => {
    const { threads, letChecksPass, begun } = standIn({ queueSize: 4, timeoutMs: PATIENT_MS });
    const many = Array.from({ length: 5 }, () => threads.submit(task('wait'), 'many'));
    const ends = Promise.allSettled(many);
    await expect(threads.submit(task('who'), 'many')).rejects.toMatchObject(BUSY);
    const honest = [1, 2, 3].map((each) => threads.submit(task('who'), `honest ${each}`));
    expect(begun()).toBe(0);
    letChecksPass();
    await expect(Promise.all(honest)).resolves.toHaveLength(3);
    const statuses = (await ends).map(({ status }) => status);
    expect(statuses).toEqual(['fulfilled', 'fulfilled', 'rejected', 'rejected', 'rejected']);
    expect(threads.size).toBe(0);
  });

  it('of an address that has used its seconds of the minute are refused, those that wait included', async () => {
    const { threads, letChecksPass, begun } = standIn({
      queueSize: 9,
      timeoutMs: PATIENT_MS,
      secondsPerMinute: 0.05,
    });
    const dear = threads.submit(task('wait'), 'dear');
    await waitUntil(() => begun() === 1, { what: 'the check to begin' });
    const begunAt = performance.now();
    const waiting = Promise.allSettled([threads.submit(task('who'), 'dear')]);
    const honest = threads.submit(task('who'), 'honest');
    await waitUntil(() => performance.now() - begunAt > 100, { what: 'its seconds to pass' });
    letChecksPass();
    await expect(dear).resolves.toBeTypeOf('number');
    const isRestOfMinute = (seconds: number): boolean => seconds > 50 && seconds <= 60;
    const spent = {
      code: 'signature_budget_spent',
      details: { retryAfterSeconds: expect.toSatisfy(isRestOfMinute) as number },
    };
    expect(await waiting).toMatchObject([{ status: 'rejected', reason: spent }]);
    await expect(threads.submit(task('who'), 'dear')).rejects.toMatchObject(spent);
    await expect(honest).resolves.toBeTypeOf('number');
    expect(begun()).toBe(2);
  });

  it('that still wait at shutdown are refused', async () => {
    const { threads, begun } = standIn({ queueSize: 5, timeoutMs: PATIENT_MS });
    const first = threads.submit(task('wait'));
    await waitUntil(() => begun() === 1, { what: 'the check to begin' });
    const ends = Promise.allSettled([first, threads.submit(task('who'))]);
    await threads.onApplicationShutdown();
    const [, waiting] = await ends;
    expect(waiting).toMatchObject({ status: 'rejected', reason: BUSY });
    expect(begun()).toBe(1);
  });

  it('that take all memory end their thread, not the process', async () => {
    const { threads, stopped } = standIn({ queueSize: 5, timeoutMs: PATIENT_MS });
    await expect(threads.submit(task('eat'))).rejects.toMatchObject({
      code: 'signature_container_malformed',
    });
    expect(stopped).toEqual(['memory']);
    await expect(threads.submit(task('who'))).resolves.toBeTypeOf('number');
  });

  it('do not start after shutdown', async () => {
    const { threads, begun } = standIn({ queueSize: 5, timeoutMs: PATIENT_MS });
    await threads.onApplicationShutdown();
    await expect(threads.submit(task('who'))).rejects.toMatchObject(BUSY);
    expect(begun()).toBe(0);
  });
});
