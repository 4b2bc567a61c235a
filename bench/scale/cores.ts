import type { EventClock } from './event-clock';

/** A scheduler lets a process run for about this long before the next one has its turn. */
const TURN_MS = 1;

interface Work {
  leftMs: number;
  readonly then: () => void;
}

/** Something that computes one thing after the other: the thread of a worker, a connection of the database. */
export class Thread {
  readonly queue: Work[] = [];
  isReady = false;

  constructor(private readonly cores: Cores) {}

  /** Computes for so long, when its turn has come, and goes on. */
  compute(ms: number, then: () => void): void {
    this.queue.push({ leftMs: ms, then });
    this.cores.wake(this);
  }
}

/** The cores of one machine, shared in turns by all threads that have something to compute. */
export class Cores {
  /** Milliseconds that all cores together computed. */
  busyMs = 0;
  private readonly ready: Thread[] = [];
  private idle: number;

  constructor(
    private readonly clock: EventClock,
    readonly count: number,
  ) {
    this.idle = count;
  }

  wake(thread: Thread): void {
    if (thread.isReady) return;
    thread.isReady = true;
    this.ready.push(thread);
    this.serve();
  }

  private serve(): void {
    while (this.idle > 0) {
      const thread = this.ready.shift();
      if (thread === undefined) return;
      this.idle -= 1;
      this.turn(thread);
    }
  }

  /** One thing of one thread, or as much of it as fits into a turn. */
  private turn(thread: Thread): void {
    const work = thread.queue[0];
    const ms = Math.min(work?.leftMs ?? 0, TURN_MS);
    this.busyMs += ms;
    this.clock.after(ms, () => {
      this.idle += 1;
      const isDone = work !== undefined && (work.leftMs -= ms) <= 0;
      if (isDone) thread.queue.shift();
      thread.isReady = thread.queue.length > 0;
      if (thread.isReady) this.ready.push(thread);
      if (isDone) work.then();
      this.serve();
    });
  }
}
