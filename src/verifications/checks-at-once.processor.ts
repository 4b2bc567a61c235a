import { Process, Processor } from '@nestjs/bull';
import { BackgroundTaskLoops, type WakeUpJob } from '../jobs';
import { CHECKS_AT_ONCE_QUEUE } from './check-request.service';

/** Wake-up jobs of the requested checks. */
@Processor(CHECKS_AT_ONCE_QUEUE)
export class ChecksAtOnceProcessor {
  constructor(private readonly loops: BackgroundTaskLoops) {}

  @Process({ concurrency: 1 })
  wake(job: WakeUpJob): Promise<void> {
    return this.loops.onWakeUp(CHECKS_AT_ONCE_QUEUE, job);
  }
}
