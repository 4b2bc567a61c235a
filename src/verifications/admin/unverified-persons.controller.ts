import { Controller, Get, Inject, NotFoundException, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ListAnswer, Needs, PageQuery, Refuses, validated } from '../../http';
import type { CheckRequestRow } from '../check-request.repository';
import { CheckRequestService } from '../check-request.service';
import { type ListedPerson, PersonListRepository, type UncheckedPerson } from '../person-list.repository';
import { type HistoryEntry, VerificationReader } from '../verification-reader.service';
import { isRegisterStream } from '../stream-restart.service';
import {
  HISTORY_ENTRY_EXAMPLE,
  HistoryEntryDto,
  LISTED_PERSON_EXAMPLE,
  ListedPersonDto,
  UNCHECKED_PERSON_EXAMPLE,
  UncheckedPersonDto,
  UncheckedQuery,
  UnverifiedQuery,
} from './person-lists.dto';
import { CHECK_EXAMPLE, CheckDto, PersonPath, StreamPath } from './verification.dto';

/** Persons who need the attention of officials, and the history of their verification. */
@Controller('api/admin/persons')
export class UnverifiedPersonsController {
  constructor(
    @Inject(PersonListRepository) private readonly lists: PersonListRepository,
    @Inject(VerificationReader) private readonly verifications: VerificationReader,
    @Inject(CheckRequestService) private readonly checkRequests: CheckRequestService,
  ) {}

  @Get('unverified')
  @Needs('person:read', { of: 'NHS' })
  @ApiOperation({
    summary: 'Active persons who are not verified',
    description:
      'With a stream: whose stream has this status, and this reason if one is named. A stream needs a status.',
  })
  @ApiOkResponse({ type: ListedPersonDto, isArray: true, example: LISTED_PERSON_EXAMPLE })
  async unverified(@Query() { filter, request }: UnverifiedQuery): Promise<ListAnswer<ListedPerson>> {
    const { entries, total } = await this.lists.unverified(filter, request);
    return new ListAnswer(entries, { request, total });
  }

  @Get('cannot_be_checked')
  @Needs('person:read', { of: 'NHS' })
  @ApiOperation({ summary: 'Persons about whom a register gives no usable answer, again and again' })
  @ApiOkResponse({ type: UncheckedPersonDto, isArray: true, example: UNCHECKED_PERSON_EXAMPLE })
  async cannotBeChecked(@Query() { stream, request }: UncheckedQuery): Promise<ListAnswer<UncheckedPerson>> {
    const { entries, total } = await this.lists.cannotBeChecked(stream, request);
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
  @Needs('person:read', { of: 'NHS' })
  @ApiOperation({ summary: 'The changes of the verification of a person, newest first' })
  @ApiOkResponse({ type: HistoryEntryDto, isArray: true, example: HISTORY_ENTRY_EXAMPLE })
  @Refuses('person_not_found')
  async history(
    @Param() { id: personId }: PersonPath,
    @Query() { request }: PageQuery,
  ): Promise<ListAnswer<HistoryEntry>> {
    const { entries, total } = await this.verifications.history(personId, request);
    return new ListAnswer(entries, { request, total });
  }
}
