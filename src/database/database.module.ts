import { Global, Inject, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { DataSource } from 'typeorm';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { describeError, Log, Metrics } from '../observability';
import { checkServer } from './check-server';
import { DatabaseClock } from './database-clock';
import { dataSourceOptions } from './data-source';
import { DatabaseHealth } from './database-health';
import { Transactions } from './transactions';

/** How long a start waits for PostgreSQL: a restart of both together must not need a second start of ours. */
const START_ATTEMPTS = 20;
const START_PAUSE_MS = 1_000;

/** The one connection pool of the process, and what sends statements through it. */
@Global()
@Module({
  imports: [
    TypeOrmModule.forRootAsync({
      inject: [SETTINGS, Log],
      useFactory: (settings: Settings, log: Log) => ({
        ...dataSourceOptions(settings.DATABASE_URL, {
          poolSize: settings.DATABASE_POOL_SIZE,
          leaseSeconds: settings.VERIFICATION_LEASE_SECONDS,
          onPoolError: (error) => log.error('database connection lost', error),
        }),
        retryAttempts: START_ATTEMPTS,
        retryDelay: START_PAUSE_MS,
        // The framework only tells that it failed; here stands which server, and the code that says why.
        toRetry: (error: unknown) => {
          log.warn('PostgreSQL cannot be reached yet', { error: describeError(error) });
          return true;
        },
      }),
    }),
  ],
  providers: [
    DatabaseClock,
    {
      provide: Transactions,
      inject: [DataSource, Metrics],
      useFactory: (dataSource: DataSource, metrics: Metrics) =>
        new Transactions(dataSource, {
          statements: (n) => metrics.sqlStatements.inc(n),
          triedAgain: () => metrics.transactionsRepeated.inc(),
        }),
    },
    {
      provide: DatabaseHealth,
      inject: [DataSource],
      useFactory: (dataSource: DataSource) => new DatabaseHealth(dataSource),
    },
  ],
  exports: [Transactions, DatabaseClock, DatabaseHealth],
})
export class DatabaseModule implements OnApplicationBootstrap {
  constructor(@Inject(Transactions) private readonly transactions: Transactions) {}

  /** A server that sorts or compares Ukrainian letters wrongly would match the wrong persons: better not to start. */
  async onApplicationBootstrap(): Promise<void> {
    await checkServer(this.transactions);
  }
}
