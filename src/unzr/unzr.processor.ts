import { Process, Processor } from '@nestjs/bull';
import { JobWorkers, type WakeUpJob } from '../jobs';
import { UnzrStream } from './unzr.stream';

/** Wake-up jobs of the stream unzr. */
@Processor(UnzrStream.JOB)
export class UnzrProcessor {
  constructor(private readonly workers: JobWorkers) {}

  @Process({ concurrency: 1 })
  wake(job: WakeUpJob): Promise<void> {
    return this.workers.onWakeUp(UnzrStream.JOB, job);
  }
}
