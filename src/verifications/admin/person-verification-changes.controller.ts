import { Body, Controller, Inject, NotFoundException, Param, Patch } from '@nestjs/common';
import type { Caller } from '../../domain/access/access.rules';
import { CallerOf, Describes, Needs, ParseId } from '../../http';
import type { CheckRequestRow } from '../check-request.repository';
import { CheckRequestService } from '../check-request.service';
import { NhsStatusService } from '../nhs-status.service';
import { VerificationReader, type VerificationDetails } from '../verification-reader.service';
import { isRegisterStream, StreamRestartService } from '../stream-restart.service';
import { MOVE_OF_NHS, REPEAT_OF_CHECK } from './described-verification.dto';

/** What officials do to a person's verification. Each call answers with how it stands afterwards. */
@Controller('api/admin/persons')
export class PersonVerificationChangesController {
  constructor(
    @Inject(NhsStatusService) private readonly nhsStatus: NhsStatusService,
    @Inject(StreamRestartService) private readonly restarts: StreamRestartService,
    @Inject(VerificationReader) private readonly verifications: VerificationReader,
    @Inject(CheckRequestService) private readonly checkRequests: CheckRequestService,
  ) {}

  @Patch(':id/verification/nhs')
  @Needs('person:verify', { of: 'NHS' })
  @Describes(MOVE_OF_NHS)
  async moveNhs(
    @Param('id', ParseId) personId: string,
    @Body() asked: unknown,
    @CallerOf() { userId: actorId }: Caller,
  ): Promise<VerificationDetails> {
    await this.nhsStatus.move({ personId, actorId, asked: asked ?? {} });
    return this.verifications.details(personId);
  }

  @Patch(':id/verification/:stream')
  @Needs('person:verify', { of: 'NHS' })
  @Describes(REPEAT_OF_CHECK)
  async requeue(
    @Param() { id, stream }: Readonly<Record<'id' | 'stream', string>>,
    @Body() asked: unknown,
    @CallerOf() { userId: actorId }: Caller,
  ): Promise<VerificationDetails & { readonly check?: CheckRequestRow }> {
    // Other streams are not begun again by anybody; their paths are as good as any that is not there.
    if (!isRegisterStream(stream)) throw new NotFoundException();
    const personId = new ParseId().transform(id, { type: 'param', data: 'id' });
    const { atOnce } = await this.restarts.requeue({ personId, stream, actorId, asked: asked ?? {} });
    const details = await this.verifications.details(personId);
    return atOnce ? { ...details, check: await this.checkRequests.find({ personId, stream }) } : details;
  }
}
