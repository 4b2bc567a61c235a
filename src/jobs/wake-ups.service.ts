import { Injectable } from '@nestjs/common';
import type { Queue } from 'bull';
import { Log, type SpanFacts, tracing } from '../observability';

/** How long a caller waits for Redis at most. The work itself is a row in the database, and the poll finds it. */
const NOTIFY_WITHIN_MS = 300;

/** What a wake-up job carries: nothing, or the id of the trace in which it was sent (W3C traceparent). */
export interface WakeUpJob {
  readonly data: { readonly traceparent?: unknown };
}

/** The span of a wake-up job. One that was sent outside of traces has none. */
export function spanOfWakeUp(queue: string, { data }: WakeUpJob): SpanFacts {
  return {
    name: `wake-up ${queue}`,
    kind: 'consumer',
    when: 'in_trace',
    attributes: { 'messaging.destination.name': queue },
    continues: data.traceparent ?? '',
  };
}

/**
 * Wakes the workers of a queue through Redis. A wake-up job says that there may be work and nothing else; it may be lost,
 * doubled or late. Without queues, as in `npm run job`, a notification does nothing.
 */
@Injectable()
export class WakeUps {
  private queues: ReadonlyMap<string, Queue> = new Map();

  constructor(private readonly log: Log) {}

  /** The queues of this process; called while it starts, and with none when they are about to close. */
  connect(queues: readonly Queue[]): void {
    this.queues = new Map(queues.map((queue) => [queue.name, queue]));
  }

  /** To be called once the row is committed. Waits for Redis 300 ms at most, and never throws. */
  async notify(queueName: string): Promise<void> {
    const queue = this.queues.get(queueName);
    if (queue === undefined) return;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, NOTIFY_WITHIN_MS)));
    const traceparent = tracing.recorder?.traceparent();
    const added = queue.add(traceparent === undefined ? {} : { traceparent }).then(
      () => undefined,
      (error: unknown) =>
        this.log.error('wake-up not sent, the workers will find the work by polling', error),
    );
    await Promise.race([added, late]);
    clearTimeout(timer);
  }
}
