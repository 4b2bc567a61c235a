import { setTimeout as wait } from 'node:timers/promises';
import type { BeforeApplicationShutdown } from '@nestjs/common';
import type { Queue } from 'bull';
import type { RedisConnections } from './redis-connections';

/** Bull waits for Redis without end when it closes a queue. A ticket holds nothing worth waiting for. */
const CLOSE_WITHIN_MS = 2_000;

/** Closes the queues, and the connections Bull was given, also when Redis is away. */
export class SilenceBells implements BeforeApplicationShutdown {
  constructor(
    private readonly connections: RedisConnections,
    private readonly queues: readonly Queue[],
  ) {}

  async beforeApplicationShutdown(): Promise<void> {
    const overdue = new AbortController();
    const closed = Promise.all(this.queues.map((queue) => queue.close(true))).catch(() => undefined);
    await Promise.race([
      closed,
      wait(CLOSE_WITHIN_MS, undefined, { signal: overdue.signal }).catch(() => undefined),
    ]);
    overdue.abort();
    this.connections.closeAll();
  }
}
