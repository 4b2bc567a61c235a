import { type DynamicModule, Module } from '@nestjs/common';
import type { Clock } from './config/clock';
import type { Settings } from './config/env';
import { SettingsModule } from './config/settings.module';
import { DatabaseModule } from './database/database.module';
import { DatabaseHealth } from './database/database-health';
import { GraphqlModule } from './graphql';
import { HttpModule } from './http';
import { RedisConnections, RedisModule } from './jobs';
import { MithrilModule, TokenService } from './mithril';
import { type Log, type Metrics, ObservabilityModule } from './observability';
import { PersonsModule } from './persons';
import { UnzrInfoModule } from './unzr-info';

/** What a process is for. */
export interface AppChoices {
  readonly settings: Settings;
  readonly log: Log;
  readonly metrics?: Metrics;
  /** Of sign-up; the work on registers goes by the database's clock. */
  readonly clock?: Clock;
  /** Works on runs and beats the timetable. */
  readonly works: boolean;
  /** Rings and hears the bell through Redis. */
  readonly rings: boolean;
}

/** All rooms together. */
@Module({})
export class AppModule {
  static of({ settings, log, metrics, clock, works, rings }: AppChoices): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SettingsModule.of(settings, clock),
        ObservabilityModule.of(metrics === undefined ? { log } : { log, metrics }),
        DatabaseModule,
        doors(rings),
        GraphqlModule,
        PersonsModule.of({ works, rings }),
        UnzrInfoModule.of({ works, rings }),
      ],
    };
  }
}

/** The calls, with what they need of rooms above them: how the servers are, and who is behind a token. */
function doors(rings: boolean): DynamicModule {
  return HttpModule.of({
    imports: [MithrilModule, ...(rings ? [RedisModule] : [])],
    probes: {
      inject: [DatabaseHealth, ...(rings ? [RedisConnections] : [])],
      useFactory: (database: DatabaseHealth, redis?: RedisConnections) => ({
        database: () => database.answers(),
        migrations: () => database.isMigrated(),
        ...(redis === undefined ? {} : { redis: () => redis.ping() }),
      }),
    },
    callers: {
      inject: [TokenService],
      useFactory: (tokens: TokenService) => ({ ofToken: (token) => tokens.authenticate(token) }),
    },
  });
}
