import { Global, Injectable, Module, Optional } from '@nestjs/common';
import { ConfidantRelationshipsModule } from './confidant-relationships';
import { SettingsModule } from './config/settings.module';
import { DatabaseModule } from './database/database.module';
import { DatabaseHealth } from './database/database-health.service';
import { DmsPassportModule, DmsPassportWorkerModule } from './dms-passport';
import { GraphqlModule } from './graphql';
import { CALLERS, HttpModule, type Probe, READINESS_PROBES, type ReadinessProbes } from './http';
import { JobsModule, JobsWorkerModule, QueuesModule, RedisConnections } from './jobs';
import { MediaStorageModule, MediaStorageWorkerModule } from './media-storage';
import { MithrilModule, TokenRepository } from './mithril';
import { MvsPassportModule, MvsPassportWorkerModule } from './mvs-passport';
import { MvsTrembitaModule } from './mvs-trembita';
import { ObservabilityModule } from './observability';
import { PersonsModule } from './persons';
import { SignedContentModule } from './signed-content';
import { UnzrModule, UnzrWorkerModule } from './unzr';
import { UnzrInfoModule, UnzrInfoWorkerModule } from './unzr-info';
import { VerificationsModule, VerificationsWorkerModule } from './verifications';

/** The servers that readiness depends on. Redis is asked only in a process that has queues. */
@Injectable()
class ServerProbes implements ReadinessProbes {
  readonly database: Probe;
  readonly writable: Probe;
  readonly migrations: Probe;
  readonly redis?: Probe;

  constructor(database: DatabaseHealth, @Optional() redis?: RedisConnections) {
    this.database = () => database.answers();
    this.writable = () => database.isWritable();
    this.migrations = () => database.isMigrated();
    if (redis !== undefined) this.redis = () => redis.ping();
  }
}

/**
 * Every module of the service. Global, because `HttpModule` needs two things of higher layers: who is behind a token, and
 * whether the servers answer. It opens no queue and works on nothing: `npm run job` and development tools use it as it is.
 */
@Global()
@Module({
  imports: [
    SettingsModule,
    ObservabilityModule,
    DatabaseModule,
    HttpModule,
    GraphqlModule,
    JobsModule,
    MvsTrembitaModule,
    SignedContentModule,
    MediaStorageModule,
    MithrilModule,
    DmsPassportModule,
    MvsPassportModule,
    UnzrModule,
    UnzrInfoModule,
    ConfidantRelationshipsModule,
    VerificationsModule,
    PersonsModule,
  ],
  providers: [
    { provide: READINESS_PROBES, useClass: ServerProbes },
    { provide: CALLERS, useExisting: TokenRepository },
  ],
  exports: [READINESS_PROBES, CALLERS],
})
export class AppModule {}

/** A process that works as well: it follows the schedules, works on jobs and background tasks, and cleans up. */
@Module({
  imports: [
    AppModule,
    QueuesModule,
    JobsWorkerModule,
    DmsPassportWorkerModule,
    MvsPassportWorkerModule,
    UnzrWorkerModule,
    UnzrInfoWorkerModule,
    VerificationsWorkerModule,
    MediaStorageWorkerModule,
  ],
})
export class WorkerModule {}
