import { setTimeout as wait } from 'node:timers/promises';
import {
  BullModule,
  type BullRootModuleOptions,
  getQueueToken,
  type SharedBullConfigurationFactory,
} from '@nestjs/bull';
import {
  type BeforeApplicationShutdown,
  Global,
  Injectable,
  Module,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { Queue } from 'bull';
import { QUEUE_NAMES } from './job-registry';
import { JobsModule } from './jobs.module';
import { RedisConnections } from './redis-connections';
import { WakeUps } from './wake-ups.service';

/** Finished wake-up jobs that Redis keeps, more than anybody will look at. */
const WAKE_UPS_KEPT = 200;

/** Bull waits for Redis without end when it closes a queue. A wake-up job carries nothing worth waiting for. */
const CLOSE_WITHIN_MS = 2_000;

/** The connections of this process to Redis. Global, because readiness asks them whether Redis answers. */
@Global()
@Module({ providers: [RedisConnections], exports: [RedisConnections] })
class RedisModule {}

@Injectable()
class QueueOptions implements SharedBullConfigurationFactory {
  constructor(private readonly connections: RedisConnections) {}

  createSharedConfiguration(): BullRootModuleOptions {
    return {
      createClient: this.connections.create,
      // The braces keep all keys of the queues on one node of a Redis Cluster.
      prefix: '{verification}',
      // A worker that dies three times over one wake-up job is not the job's fault: it carries nothing.
      settings: { maxStalledCount: 3 },
      defaultJobOptions: { attempts: 1, removeOnComplete: WAKE_UPS_KEPT, removeOnFail: WAKE_UPS_KEPT },
    };
  }
}

/** Gives the queues to `WakeUps`, and closes them and the connections Bull was given, also when Redis is away. */
@Injectable()
class OpenQueues implements OnModuleInit, BeforeApplicationShutdown, OnApplicationShutdown {
  private queues: readonly Queue[] = [];
  private closed: Promise<void> | undefined;

  constructor(
    private readonly modules: ModuleRef,
    private readonly connections: RedisConnections,
    private readonly wakeUps: WakeUps,
  ) {}

  onModuleInit(): void {
    this.queues = QUEUE_NAMES.map((name) => this.modules.get<Queue>(getQueueToken(name), { strict: false }));
    this.wakeUps.connect(this.queues);
  }

  /** Not awaited here: the workers' time to finish begins at once, and no wake-up job may reach a worker that leaves. */
  beforeApplicationShutdown(): void {
    // What still ends here could not be sent; the others find work that is left by their polls.
    this.wakeUps.connect([]);
    this.closed = this.close();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.closed;
  }

  private async close(): Promise<void> {
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

/**
 * The queues in Redis. A process imports this module if it is to wake workers or to be woken; `npm run job` does neither.
 * It must be imported by the root module only: it then shuts down before the workers do.
 */
@Module({
  imports: [
    JobsModule,
    BullModule.forRootAsync({ imports: [RedisModule], useClass: QueueOptions }),
    BullModule.registerQueue(...QUEUE_NAMES.map((name) => ({ name }))),
  ],
  providers: [OpenQueues],
})
export class QueuesModule {}
