import { BullModule, getQueueToken } from '@nestjs/bull';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { ScheduleModule } from '@nestjs/schedule';
import type { Queue } from 'bull';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { WORKER_ID } from '../config/worker-id';
import { Transactions } from '../database/transactions';
import { Log, Metrics } from '../observability';
import { JobList } from './job-list';
import { JobRunRepository } from './job-run.repository';
import { JobsAtWork } from './jobs-at-work';
import { observePurges } from './observe-purges';
import { observeRuns } from './observe-runs';
import { oldRuns } from './old-runs';
import { PurgeList } from './purge-list';
import { PURGE_JOB, PurgeOldRows } from './purge-old-rows';
import { RedisConnections } from './redis-connections';
import { redisPlaceOf } from './redis-place';
import { RunInForeground } from './run-in-foreground';
import { RunLoops } from './run-loops';
import { showLastFinished } from './show-last-finished';
import { SilenceBells } from './silence-bells';
import { StartRun } from './start-run';
import type { PartPorts } from './take-part';
import { ticketProcessor } from './ticket-processor';
import { Tickets } from './tickets';
import { Timetable } from './timetable';

/** What a process does about jobs. */
export interface JobsChoices {
  /** Names of the jobs of other rooms; each has a queue of its own. */
  readonly names: readonly string[];
  /** Beats the timetable and works on runs. */
  readonly works: boolean;
  /** Rings, and hears the bell, through Redis. */
  readonly rings: boolean;
}

/** Every fifth of a thousand tickets is more than anybody will look at; Redis keeps no more. */
const TICKETS_KEPT = 200;

const PART_PORTS = Symbol('PART_PORTS');

/** The timetable, the runs and the bell: the only room that knows Bull and cron. */
@Module({})
export class JobsModule {
  static of({ names, ...doings }: JobsChoices): DynamicModule {
    const choices = { ...doings, names: [...names, PURGE_JOB] };
    const imports = [
      ...(choices.works ? [ScheduleModule.forRoot()] : []),
      ...(choices.rings ? bull(choices.names) : []),
    ];
    return {
      module: JobsModule,
      imports,
      providers: [
        { provide: JobList, useFactory: () => new JobList(choices.names) },
        PurgeList,
        purge,
        {
          provide: JobRunRepository,
          inject: [Transactions],
          useFactory: (transactions: Transactions) => new JobRunRepository(transactions),
        },
        lastFinished(choices.names),
        partPorts(choices.names),
        runLoops,
        tickets(choices),
        ...(choices.rings ? [silenceBells(choices.names)] : []),
        runInForeground,
        startRun,
        ...(choices.works ? [timetable, JobsAtWork] : []),
        ...(choices.works && choices.rings ? choices.names.map(ticketProcessor) : []),
      ],
      exports: [
        JobList,
        JobRunRepository,
        PurgeList,
        RunInForeground,
        StartRun,
        Tickets,
        ...(choices.rings ? [BullModule] : []),
      ],
    };
  }
}

@Module({
  providers: [
    {
      provide: RedisConnections,
      inject: [SETTINGS, Log],
      useFactory: (settings: Settings, log: Log) =>
        new RedisConnections(redisPlaceOf(settings), (error) => log.error('redis connection failed', error)),
    },
  ],
  exports: [RedisConnections],
})
export class RedisModule {}

function bull(names: readonly string[]): NonNullable<DynamicModule['imports']> {
  return [
    RedisModule,
    BullModule.forRootAsync({
      imports: [RedisModule],
      inject: [RedisConnections],
      useFactory: (connections: RedisConnections) => ({
        createClient: connections.create,
        // The braces keep all keys of the queues on one node of a Redis Cluster.
        prefix: '{verification}',
        // A worker that dies three times over one ticket is not the ticket's fault: it carries nothing.
        settings: { maxStalledCount: 3 },
        defaultJobOptions: { attempts: 1, removeOnComplete: TICKETS_KEPT, removeOnFail: TICKETS_KEPT },
      }),
    }),
    BullModule.registerQueue(...names.map((name) => ({ name }))),
  ];
}

const LAST_FINISHED = Symbol('LAST_FINISHED');

function lastFinished(names: readonly string[]): Provider {
  return {
    provide: LAST_FINISHED,
    inject: [JobRunRepository, Metrics],
    useFactory: (runs: JobRunRepository, metrics: Metrics) => showLastFinished(runs, names, metrics),
  };
}

function partPorts(names: readonly string[]): Provider {
  return {
    provide: PART_PORTS,
    inject: [JobRunRepository, SETTINGS, WORKER_ID, Log, Metrics],
    useFactory: (...given: [JobRunRepository, Settings, string, Log, Metrics]): PartPorts => {
      const [runs, settings, worker, log, metrics] = given;
      return {
        runs,
        holder: { worker, leaseSeconds: settings.VERIFICATION_LEASE_SECONDS },
        observer: observeRuns(log, metrics, names),
      };
    },
  };
}

const PURGE = Symbol('PURGE');

const purge: Provider = {
  provide: PURGE,
  inject: [JobList, PurgeList, Transactions, SETTINGS, WORKER_ID, Log, Metrics],
  useFactory: (...given: [JobList, PurgeList, Transactions, Settings, string, Log, Metrics]) => {
    const [jobs, tables, transactions, settings, worker, log, metrics] = given;
    const { RETENTION_RUNS_DAYS: days, RETENTION_BATCH_SIZE: batch, RETENTION_SCHEDULE: schedule } = settings;
    tables.add(oldRuns({ days, batch }));
    const job = new PurgeOldRows({
      tables,
      transactions,
      schedule,
      worker,
      observer: observePurges(log, metrics),
    });
    jobs.add(job);
    return job;
  },
};

const runLoops: Provider = {
  provide: RunLoops,
  inject: [JobList, PART_PORTS, SETTINGS],
  useFactory: (jobs: JobList, ports: PartPorts, settings: Settings) =>
    new RunLoops(jobs, ports, {
      pollSeconds: settings.JOB_POLL_SECONDS,
      leaseSeconds: settings.VERIFICATION_LEASE_SECONDS,
    }),
};

const runInForeground: Provider = {
  provide: RunInForeground,
  inject: [JobList, PART_PORTS],
  useFactory: (jobs: JobList, ports: PartPorts) => new RunInForeground(jobs, ports),
};

const startRun: Provider = {
  provide: StartRun,
  inject: [JobList, Tickets, PART_PORTS],
  useFactory: (jobs: JobList, bells: Tickets, { runs, observer }: PartPorts) =>
    new StartRun({ jobs, runs, observer, tickets: bells }),
};

const timetable: Provider = {
  provide: Timetable,
  inject: [PART_PORTS, JobList, Tickets, SETTINGS],
  useFactory: (...given: [PartPorts, JobList, Tickets, Settings]) => {
    const [{ runs, observer }, jobs, bells, settings] = given;
    return new Timetable({
      jobs,
      runs,
      observer,
      ring: (job) => void bells.ring(job),
      timeZone: settings.TIMETABLE_TIME_ZONE,
      actorId: settings.SYSTEM_USER_ID,
    });
  },
};

function tickets({ names, rings }: JobsChoices): Provider {
  const heard = rings ? names : [];
  return {
    provide: Tickets,
    inject: [Log, ...heard.map((name) => getQueueToken(name))],
    useFactory: (log: Log, ...queues: Queue[]) =>
      new Tickets(new Map(queues.map((queue) => [queue.name, queue])), (error) =>
        log.error('bell not rung', error),
      ),
  };
}

function silenceBells(names: readonly string[]): Provider {
  return {
    provide: SilenceBells,
    inject: [RedisConnections, ...names.map((name) => getQueueToken(name))],
    useFactory: (connections: RedisConnections, ...queues: Queue[]) => new SilenceBells(connections, queues),
  };
}
