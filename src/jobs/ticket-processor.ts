import { Process, Processor } from '@nestjs/bull';
import { Inject, type Type } from '@nestjs/common';
import { Metrics, startAtZero } from '../observability';
import { RunLoops } from './run-loops';
import { Tickets } from './tickets';

/** Well below Bull's lock of 30 s, so that the queue never takes the worker for dead. */
const TICKET_LASTS_MS = 20_000;

/** The processor of one job's tickets: wakes the loop, stays while it works, and hands on a new ticket if it still does. */
export function ticketProcessor(job: string): Type<object> {
  @Processor(job)
  class TicketProcessor {
    constructor(
      @Inject(RunLoops) private readonly loops: RunLoops,
      @Inject(Tickets) private readonly tickets: Tickets,
      @Inject(Metrics) private readonly metrics: Metrics,
    ) {
      startAtZero(metrics.tickets, { job_name: [job] });
    }

    @Process({ concurrency: 1 })
    async take(): Promise<void> {
      this.metrics.tickets.inc({ job_name: job });
      this.loops.wake(job);
      if ((await this.loops.idleWithin(job, TICKET_LASTS_MS)) === 'busy') await this.tickets.ring(job);
    }
  }
  return TicketProcessor;
}
