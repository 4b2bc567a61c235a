import { Body, Controller, Inject, NotFoundException, Param, Patch } from '@nestjs/common';
import type { Caller } from '../../domain/access/access.rules';
import { CallerOf, Describes, Needs, ParseId } from '../../http';
import type { CheckRequestRow } from '../check-request.repository';
import { ReadCheck } from '../check-request.service';
import { NhsStatusService } from '../nhs-status.service';
import { ReadVerification, type VerificationDetails } from '../verification-reader.service';
import { isRegisterStream, RequeueCheck } from '../stream-restart.service';
import { MOVE_OF_NHS, REPEAT_OF_CHECK } from './described-verification.dto';

/** What officials do to a person's verification. Each call answers with how it stands afterwards. */
@Controller('api/admin/persons')
export class PersonVerificationChangesController {
  constructor(
    @Inject(NhsStatusService) private readonly moveNhsStatus: NhsStatusService,
    @Inject(RequeueCheck) private readonly requeueCheck: RequeueCheck,
    @Inject(ReadVerification) private readonly readVerification: ReadVerification,
    @Inject(ReadCheck) private readonly readCheck: ReadCheck,
  ) {}

  @Patch(':id/verification/nhs')
  @Needs('person:verify', { of: 'NHS' })
  @Describes(MOVE_OF_NHS)
  async moveNhs(
    @Param('id', ParseId) personId: string,
    @Body() asked: unknown,
    @CallerOf() { userId: actorId }: Caller,
  ): Promise<VerificationDetails> {
    await this.moveNhsStatus.run({ personId, actorId, asked: asked ?? {} });
    return this.readVerification.run(personId);
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
    const { atOnce } = await this.requeueCheck.run({ personId, stream, actorId, asked: asked ?? {} });
    const details = await this.readVerification.run(personId);
    return atOnce ? { ...details, check: await this.readCheck.run({ personId, stream }) } : details;
  }
}
