import Bull, { type Queue } from 'bull';
import { RedisConnections, type RedisSettings } from '../../src/jobs/redis-connections';
import type { Log } from '../../src/observability';
import { WakeUps } from '../../src/jobs/wake-ups.service';
import { waitUntil } from './wait-until';

const NAME = 'test-queue';

/** A queue as the program opens it, with its three connections to Redis, and a consumer of its wake-up jobs. */
export class TestQueue {
  readonly connections: RedisConnections;
  /** What the connections complained about. */
  readonly errors: unknown[] = [];
  private readonly queue: Queue;
  private readonly wakeUps: WakeUps;
  private timesHeard = 0;

  constructor(settings: Partial<RedisSettings>) {
    this.connections = new RedisConnections(
      { REDIS_MASTER_NAME: 'mymaster', REDIS_TLS: false, ...settings },
      logTo((error) => this.errors.push(error)),
    );
    this.queue = new Bull(NAME, { createClient: this.connections.create, prefix: '{verification}' });
    this.queue.on('error', () => undefined);
    void this.queue.process(1, () => Promise.resolve(void (this.timesHeard += 1))).catch(() => undefined);
    this.wakeUps = new WakeUps(logTo(() => undefined));
    this.wakeUps.connect([this.queue]);
  }

  /** Sends wake-ups until one is delivered: one may be lost, the next one is as good. */
  async deliversWakeUp(what: string, timeoutMs: number): Promise<void> {
    const before = this.timesHeard;
    await waitUntil(
      async () => {
        await this.wakeUps.notify(NAME);
        return this.timesHeard > before;
      },
      { what, timeoutMs },
    );
  }

  async close(): Promise<void> {
    const closed = this.queue.close(true).catch(() => undefined);
    this.connections.closeAll();
    await closed;
  }
}

/** A log that hands the errors on. */
export function logTo(failed: (error: unknown) => void): Log {
  return { error: (_sentence: string, error: unknown) => failed(error) } as unknown as Log;
}
