import { Module } from '@nestjs/common';
import { AppModule, WorkerModule } from './app.module';
import { ConsoleModule } from './console';
import { QueuesModule } from './jobs';

/** The API process: answers calls, shows the console, and wakes workers through the queues. */
@Module({ imports: [AppModule, QueuesModule, ConsoleModule] })
export class ApiModule {}

/** The API process that works as well: one process is enough for a small installation. */
@Module({ imports: [WorkerModule, ConsoleModule] })
export class ApiWithWorkerModule {}
