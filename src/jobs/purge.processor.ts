import { Process, Processor } from '@nestjs/bull';
import { JobWorkers } from './job-worker.service';
import { PURGE_JOB } from './purge.job';
import type { WakeUpJob } from './wake-ups.service';

/** Wake-up jobs of the purge. */
@Processor(PURGE_JOB)
export class PurgeProcessor {
  constructor(private readonly workers: JobWorkers) {}

  @Process({ concurrency: 1 })
  wake(job: WakeUpJob): Promise<void> {
    return this.workers.onWakeUp(PURGE_JOB, job);
  }
}
