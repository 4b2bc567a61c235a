import { Process, Processor } from '@nestjs/bull';
import { BackgroundTaskLoops } from '../jobs';
import { UNZR_INFO_QUEUE } from './sync-unzr-info';

/** Wake-up jobs of the questions about a UNZR. */
@Processor(UNZR_INFO_QUEUE)
export class UnzrInfoProcessor {
  constructor(private readonly loops: BackgroundTaskLoops) {}

  @Process({ concurrency: 1 })
  wake(): void {
    this.loops.onWakeUp(UNZR_INFO_QUEUE);
  }
}
