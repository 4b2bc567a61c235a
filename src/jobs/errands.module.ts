import { BullModule, getQueueToken, Process, Processor } from '@nestjs/bull';
import { type DynamicModule, Inject, Module, type Provider, type Type } from '@nestjs/common';
import type { Queue } from 'bull';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { Log, Metrics, startAtZero } from '../observability';
import { Bell } from './bell';
import { ErrandLoop } from './errand-loop';
import { RedisModule } from './jobs.module';
import { RedisConnections } from './redis-connections';
import { SilenceBells } from './silence-bells';
import { Tickets } from './tickets';

/** What a process does about one kind of errands. */
export interface ErrandsChoices {
  /** The name of their queue. */
  readonly name: string;
  readonly works: boolean;
  /** Rings, and hears the bell, through Redis. */
  readonly rings: boolean;
}

/** One kind of errands with its queue. The queue is opened as the queues of the jobs are. */
@Module({})
export class ErrandsModule {
  static of({ name, works, rings }: ErrandsChoices): DynamicModule {
    return {
      module: ErrandsModule,
      imports: rings ? [RedisModule, BullModule.registerQueue({ name })] : [],
      providers: [
        bell(name, rings),
        ...(rings ? [silenceBells(name)] : []),
        ...(works ? [errandLoop] : []),
        ...(works && rings ? [errandProcessor(name)] : []),
      ],
      exports: [Bell, ...(works ? [ErrandLoop] : [])],
    };
  }
}

const errandLoop: Provider = {
  provide: ErrandLoop,
  inject: [SETTINGS, Log],
  useFactory: (settings: Settings, log: Log) =>
    new ErrandLoop(
      { pollSeconds: settings.JOB_POLL_SECONDS, graceSeconds: settings.SHUTDOWN_GRACE_SECONDS },
      (error) => log.error('errand interrupted', error),
    ),
};

function bell(name: string, rings: boolean): Provider {
  return {
    provide: Bell,
    inject: [Log, ...(rings ? [getQueueToken(name)] : [])],
    useFactory: (log: Log, ...queues: Queue[]) => {
      const failed = (error: unknown): void => log.error('bell not rung', error);
      return new Bell(name, new Tickets(new Map(queues.map((queue) => [name, queue])), failed));
    },
  };
}

function silenceBells(name: string): Provider {
  return {
    provide: SilenceBells,
    inject: [RedisConnections, getQueueToken(name)],
    useFactory: (connections: RedisConnections, queue: Queue) => new SilenceBells(connections, [queue]),
  };
}

/** A ticket only wakes the loop; what is to be done stands in the rows. */
function errandProcessor(name: string): Type<object> {
  @Processor(name)
  class ErrandProcessor {
    constructor(
      @Inject(ErrandLoop) private readonly loop: ErrandLoop,
      @Inject(Metrics) private readonly metrics: Metrics,
    ) {
      startAtZero(metrics.tickets, { job_name: [name] });
    }

    @Process({ concurrency: 1 })
    take(): void {
      this.metrics.tickets.inc({ job_name: name });
      this.loop.wake();
    }
  }
  return ErrandProcessor;
}
