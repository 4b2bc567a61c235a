import { Controller, Inject, NotFoundException, Param, Patch } from '@nestjs/common';
import type { Caller } from '../../domain/access/access.rules';
import { CallerOf, Needs, Refuses, UncheckedBody, UncheckedInput, validated } from '../../http';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { CheckRequestRow } from '../check-request.repository';
import { CheckRequestService } from '../check-request.service';
import { NhsStatusService } from '../nhs-status.service';
import { isRegisterStream, StreamRestartService } from '../stream-restart.service';
import { VerificationReader, type VerificationDetails } from '../verification-reader.service';
import {
  CHECK_EXAMPLE,
  NHS_MOVE_EXAMPLE,
  NhsMoveDto,
  PersonPath,
  REPEAT_EXAMPLE,
  RepeatDto,
  RepeatedVerificationDto,
  StreamPath,
  VERIFICATION_EXAMPLE,
  VerificationDto,
} from './verification.dto';

/**
 * Changes that officials make to a person's verification. Each call answers with the verification after the change. The
 * person is looked at before the body.
 */
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
  @ApiOperation({
    summary: 'An official takes a person into work, accepts them or rejects them',
    description: 'Rows N4–N6. Answers with the verification after the change.',
  })
  @ApiBody({ type: NhsMoveDto, examples: { body: { value: NHS_MOVE_EXAMPLE } } })
  @ApiOkResponse({ type: VerificationDto, example: VERIFICATION_EXAMPLE })
  @Refuses(
    'person_not_found',
    'person_not_active',
    'manual_verification_refused',
    'status_change_refused',
    'comment_required',
    'verification_not_found',
  )
  async moveNhs(
    @Param() { id: personId }: PersonPath,
    @UncheckedBody(NhsMoveDto) asked: UncheckedInput<NhsMoveDto>,
    @CallerOf() { userId: actorId }: Caller,
  ): Promise<VerificationDetails> {
    await this.nhsStatus.move({ personId, actorId, asked });
    return this.verifications.details(personId);
  }

  @Patch(':id/verification/:stream')
  @Needs('person:verify', { of: 'NHS' })
  @ApiOperation({
    summary: 'An official has a register stream of a person checked again',
    description:
      'Row S10. Answers with the verification after the change; with run, also with the check made at once.',
  })
  @ApiBody({ type: RepeatDto, examples: { body: { value: REPEAT_EXAMPLE } } })
  @ApiOkResponse({
    type: RepeatedVerificationDto,
    example: { ...VERIFICATION_EXAMPLE, check: CHECK_EXAMPLE },
  })
  @Refuses('person_not_found', 'person_not_active', 'verification_not_found', 'check_not_found')
  async requeue(
    @Param() { id, stream }: StreamPath,
    @UncheckedBody(RepeatDto) asked: UncheckedInput<RepeatDto>,
    @CallerOf() { userId: actorId }: Caller,
  ): Promise<VerificationDetails & { readonly check?: CheckRequestRow }> {
    // Nobody begins other streams again; their paths do not exist.
    if (!isRegisterStream(stream)) throw new NotFoundException();
    const { id: personId } = await validated(PersonPath, { id });
    const { atOnce } = await this.restarts.requeue({ personId, stream, actorId, asked });
    const details = await this.verifications.details(personId);
    return atOnce ? { ...details, check: await this.checkRequests.find({ personId, stream }) } : details;
  }
}
