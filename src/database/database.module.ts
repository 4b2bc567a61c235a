import { Global, Inject, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { TypeOrmModule, type TypeOrmModuleOptions, type TypeOrmOptionsFactory } from '@nestjs/typeorm';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { describeError, Log } from '../observability';
import { checkServer, DatabaseHealth } from './database-health.service';
import { DatabaseClock } from './database-clock.service';
import { dataSourceOptions } from './data-source';
import { databaseServer } from './start-failure';
import { Transactions } from './transactions';

/** How long a start waits for PostgreSQL: when both restart together, the program must not need a second start. */
const START_ATTEMPTS = 20;
const START_PAUSE_MS = 1_000;

/** The connection pool as the settings describe it. */
@Injectable()
class TypeOrmOptions implements TypeOrmOptionsFactory {
  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly log: Log,
  ) {}

  createTypeOrmOptions(): TypeOrmModuleOptions {
    const server = databaseServer(this.settings.DATABASE_URL);
    return {
      ...dataSourceOptions(this.settings.DATABASE_URL, {
        poolSize: this.settings.DATABASE_POOL_SIZE,
        leaseSeconds: this.settings.VERIFICATION_LEASE_SECONDS,
        onPoolError: (error) => this.log.error('PostgreSQL connection lost', error, server),
      }),
      retryAttempts: START_ATTEMPTS,
      retryDelay: START_PAUSE_MS,
      // Nest itself logs only that it failed; this line adds the code that says why.
      toRetry: (error: unknown) => {
        this.log.warn('PostgreSQL cannot be reached, check DATABASE_URL; trying again', {
          ...server,
          error: describeError(error),
        });
        return true;
      },
    };
  }
}

/** The one connection pool of the process, and what sends statements through it. */
@Global()
@Module({
  imports: [TypeOrmModule.forRootAsync({ useClass: TypeOrmOptions })],
  providers: [Transactions, DatabaseClock, DatabaseHealth],
  exports: [Transactions, DatabaseClock, DatabaseHealth],
})
export class DatabaseModule implements OnApplicationBootstrap {
  constructor(
    private readonly transactions: Transactions,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  /** The program must not start on a server that compares Ukrainian letters wrongly: it would match the wrong persons. */
  async onApplicationBootstrap(): Promise<void> {
    await checkServer(this.transactions, this.settings);
  }
}
