import { Controller, Get, NotFoundException, Param, Query, Patch } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiBody } from '@nestjs/swagger';
import {
  AuditsReading,
  ListAnswer,
  Needs,
  PageQuery,
  Refuses,
  validated,
  CallerOf,
  UncheckedBody,
  UncheckedInput,
  ShowsList,
} from '../../http';
import type { CheckRequestRow } from '../check-request.repository';
import { CheckRequestService } from '../check-request.service';
import { type HistoryEntry, VerificationHistory } from '../verification-history.service';
import { VerificationReader, type VerificationDetails } from '../verification-reader.service';
import { isRegisterStream, StreamRestartService } from '../stream-restart.service';
import { type NamedUncheckedPerson, type UnverifiedPerson, WorkListService } from '../work-list.service';
import { HISTORY_ENTRY_EXAMPLE, HistoryEntryDto } from './history.dto';
import {
  UNCHECKED_PERSON_EXAMPLE,
  UncheckedPersonDto,
  UncheckedQuery,
  UNVERIFIED_PERSON_EXAMPLE,
  UnverifiedPersonDto,
  UnverifiedQuery,
} from './person-lists.dto';
import {
  CHECK_EXAMPLE,
  CheckDto,
  PersonPath,
  StreamPath,
  NHS_MOVE_EXAMPLE,
  NhsMoveDto,
  POSSIBLE_MOVES_EXAMPLE,
  PossibleMovesDto,
  REPEAT_EXAMPLE,
  RepeatDto,
  RepeatedVerificationDto,
  VERIFICATION_EXAMPLE,
  VerificationDto,
} from './verification.dto';
import type { Caller } from '../../domain/access/access.rules';
import { NhsStatusService, type PossibleMoves } from '../nhs-status.service';

/**
 * Persons for officials: who needs attention, the history of a verification, and its changes. A change answers with the
 * verification after it, and refuses in the published order: the person before the body.
 */
@Controller('api/admin/persons')
export class PersonsController {
  constructor(
    private readonly lists: WorkListService,
    private readonly histories: VerificationHistory,
    private readonly verifications: VerificationReader,
    private readonly checkRequests: CheckRequestService,
    private readonly nhsStatus: NhsStatusService,
    private readonly restarts: StreamRestartService,
  ) {}

  @Get('unverified')
  @ShowsList()
  @Needs('person:read', { of: 'NHS' })
  @AuditsReading('persons')
  @ApiOperation({
    summary: 'Active persons who are not verified',
    description:
      'With `stream` and `status`, which need each other: whose stream has this status, and this reason if one is named. Names are masked.',
  })
  @ApiOkResponse({ type: UnverifiedPersonDto, isArray: true, example: UNVERIFIED_PERSON_EXAMPLE })
  async unverified(@Query() { filter, request }: UnverifiedQuery): Promise<ListAnswer<UnverifiedPerson>> {
    const { entries, total } = await this.lists.unverified(filter, request);
    return new ListAnswer(entries, { request, total });
  }

  @Get('cannot_be_checked')
  @ShowsList()
  @Needs('person:read', { of: 'NHS' })
  @AuditsReading('persons')
  @ApiOperation({
    summary: 'Persons about whom a register gives no usable answer, again and again',
    description: 'Names are masked.',
  })
  @ApiOkResponse({ type: UncheckedPersonDto, isArray: true, example: UNCHECKED_PERSON_EXAMPLE })
  async cannotBeChecked(
    @Query() { filter, request }: UncheckedQuery,
  ): Promise<ListAnswer<NamedUncheckedPerson>> {
    const { entries, total } = await this.lists.cannotBeChecked(filter, request);
    return new ListAnswer(entries, { request, total });
  }

  @Get(':id/verification/:stream/check')
  @Needs('person:read', { of: 'NHS' })
  @ApiOperation({ summary: 'The state of a check that somebody requested at once' })
  @ApiOkResponse({ type: CheckDto, example: CHECK_EXAMPLE })
  @Refuses('person_not_found', 'check_not_found')
  async check(@Param() { id, stream }: StreamPath): Promise<CheckRequestRow> {
    // The paths of other streams do not exist.
    if (!isRegisterStream(stream)) throw new NotFoundException();
    const { id: personId } = await validated(PersonPath, { id });
    return this.checkRequests.find({ personId, stream });
  }

  @Get(':id/verification/history')
  @ShowsList()
  @Needs('person:read', { of: 'NHS' })
  @AuditsReading('persons')
  @ApiOperation({
    summary: 'The changes of the verification of a person, newest first',
    description: '`explanation` says in a sentence what each was. It contains no personal data.',
  })
  @ApiOkResponse({ type: HistoryEntryDto, isArray: true, example: HISTORY_ENTRY_EXAMPLE })
  @Refuses('person_not_found')
  async history(
    @Param() { id: personId }: PersonPath,
    @Query() { request }: PageQuery,
  ): Promise<ListAnswer<HistoryEntry>> {
    const { entries, total } = await this.histories.read(personId, request);
    return new ListAnswer(entries, { request, total });
  }

  @Get(':id/verification/nhs/moves')
  @Needs('person:verify', { of: 'NHS' })
  @AuditsReading('persons')
  @ApiOperation({
    summary: 'The changes of the manual stream that an official may make now',
    description: 'Those of rows N4–N6 that start from the present status and reason.',
  })
  @ApiOkResponse({ type: PossibleMovesDto, example: POSSIBLE_MOVES_EXAMPLE })
  @Refuses('person_not_found', 'verification_not_found')
  possibleMoves(@Param() { id: personId }: PersonPath): Promise<PossibleMoves> {
    return this.nhsStatus.possibleMoves(personId);
  }

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
    // Other streams cannot be repeated; their paths do not exist.
    if (!isRegisterStream(stream)) throw new NotFoundException();
    const { id: personId } = await validated(PersonPath, { id });
    const { atOnce } = await this.restarts.requeue({ personId, stream, actorId, asked });
    const details = await this.verifications.details(personId);
    return atOnce ? { ...details, check: await this.checkRequests.find({ personId, stream }) } : details;
  }
}
