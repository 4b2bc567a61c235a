import type { Tickets } from './tickets';

/** Tells the workers that an errand may be waiting. It may be lost, doubled or late: the poll comes anyway. */
export class Bell {
  constructor(
    private readonly queue: string,
    private readonly tickets: Tickets,
  ) {}

  /** To be rung once the row is saved. Never throws, and never waits for Redis longer than a moment. */
  ring(): Promise<void> {
    return this.tickets.ring(this.queue);
  }
}
