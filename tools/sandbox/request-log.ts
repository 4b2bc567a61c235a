import type { Method } from './read-request';

/** One message that reached the sandbox. */
export interface RequestRecord {
  /** Counts from 1, without gaps. */
  readonly sequence: number;
  /** Milliseconds since 1970 with fractions, by a clock that never jumps: rates are computed from it. */
  readonly atMs: number;
  readonly messageId: string;
  readonly method: Method;
  /** The passport's series and number, or the UNZR. */
  readonly key: string;
  /** `closed` when the connection ended before the whole answer was sent, whoever ended it. */
  ended: 'open' | 'answered' | 'closed';
}

interface Waiter {
  readonly count: number;
  readonly key: string | undefined;
  readonly resolve: () => void;
}

/** The latest requests, and promises for those to come. Bounded, so that a benchmark of hours does not fill it. */
export class RequestLog {
  private records: RequestRecord[] = [];
  private sequence = 0;
  private forgotten = 0;
  private waiters: Waiter[] = [];

  constructor(private readonly limit: number) {}

  add(request: Pick<RequestRecord, 'messageId' | 'method' | 'key'>): RequestRecord {
    const { messageId, method, key } = request;
    const atMs = performance.timeOrigin + performance.now();
    const record: RequestRecord = { sequence: ++this.sequence, atMs, messageId, method, key, ended: 'open' };
    this.records.push(record);
    // Cut in large pieces: shifting one record per request would move the whole array each time.
    if (this.records.length > this.limit * 2) this.records = this.records.slice(-this.limit);
    if (this.waiters.length > 0) this.wake();
    return record;
  }

  /** The records after a sequence number, at most as many as the limit. */
  since(sequence = 0): readonly RequestRecord[] {
    return this.records.slice(-this.limit).filter((record) => record.sequence > sequence);
  }

  /** How many requests came since the start or the last `forget`, also those no longer kept. */
  get count(): number {
    return this.sequence - this.forgotten;
  }

  /** Resolves when so many requests have come, for one document if a key is given. */
  reach(count: number, key?: string): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push({ count, key, resolve });
      this.wake();
    });
  }

  /** Starts anew; the sequence goes on, so that a reader by sequence misses nothing. */
  forget(): void {
    this.records = [];
    this.forgotten = this.sequence;
  }

  private wake(): void {
    const isReached = ({ count, key }: Waiter) => {
      return (key === undefined ? this.count : this.countFor(key)) >= count;
    };
    const reached = this.waiters.filter(isReached);
    if (reached.length === 0) return;
    this.waiters = this.waiters.filter((waiter) => !reached.includes(waiter));
    for (const waiter of reached) waiter.resolve();
  }

  private countFor(key: string): number {
    return this.records.filter((record) => record.key === key).length;
  }
}
