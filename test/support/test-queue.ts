import Bull, { type Queue } from 'bull';
import { RedisConnections } from '../../src/jobs/redis-connections';
import type { RedisPlace } from '../../src/jobs/redis-place';
import { Tickets } from '../../src/jobs/tickets';
import { waitUntil } from './wait-until';

const NAME = 'bell';

/** A queue as the program opens it, with its three connections to Redis, and somebody who listens for its bell. */
export class QueueBell {
  readonly connections: RedisConnections;
  /** What the connections complained about. */
  readonly troubles: unknown[] = [];
  private readonly queue: Queue;
  private readonly tickets: Tickets;
  private timesHeard = 0;

  constructor(place: RedisPlace) {
    this.connections = new RedisConnections(place, (error) => void this.troubles.push(error));
    this.queue = new Bull(NAME, { createClient: this.connections.create, prefix: '{verification}' });
    this.queue.on('error', () => undefined);
    void this.queue.process(1, () => Promise.resolve(void (this.timesHeard += 1))).catch(() => undefined);
    this.tickets = new Tickets(new Map([[NAME, this.queue]]), () => undefined);
  }

  /** Rings until somebody has heard it: a ticket may be lost, the next one is as good. */
  async isHeard(what: string, timeoutMs: number): Promise<void> {
    const before = this.timesHeard;
    await waitUntil(
      async () => {
        await this.tickets.ring(NAME);
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
