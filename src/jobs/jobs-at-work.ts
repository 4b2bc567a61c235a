import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { JobList } from './job-list';
import { RunLoops } from './run-loops';
import { Timetable } from './timetable';

/** Begins the work once every room is ready, and ends it in order while the database can still be written. */
@Injectable()
export class JobsAtWork implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(
    @Inject(JobList) private readonly jobs: JobList,
    @Inject(RunLoops) private readonly loops: RunLoops,
    @Inject(Timetable) private readonly timetable: Timetable,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {}

  onApplicationBootstrap(): void {
    this.jobs.check();
    this.loops.start();
    this.timetable.start();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.timetable.stop();
    await this.loops.shutDown(this.settings.SHUTDOWN_GRACE_SECONDS * 1000);
  }
}
