import type { Queue } from 'bull';

/** How long a bell may take. It is only a bell: what it tells stands in the database, and the poll finds it. */
const RING_WITHIN_MS = 300;

/**
 * Rings through Redis. A ticket says that there may be work and nothing else; it may be lost, doubled or late.
 */
export class Tickets {
  constructor(
    private readonly queues: ReadonlyMap<string, Queue>,
    private readonly failed: (error: unknown) => void,
  ) {}

  /** Never waits for Redis longer than a moment, and never throws. */
  async ring(job: string): Promise<void> {
    const queue = this.queues.get(job);
    if (queue === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, RING_WITHIN_MS)));
    const rung = queue.add({}).then(
      () => undefined,
      (error: unknown) => this.failed(error),
    );
    await Promise.race([rung, late]);
    clearTimeout(timer);
  }
}
