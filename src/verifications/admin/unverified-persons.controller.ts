import { Controller, Get, Inject, NotFoundException, Param, Query } from '@nestjs/common';
import { Describes, ListAnswer, Needs, ParseId, parsePaging } from '../../http';
import type { CheckRequestRow } from '../check-request.repository';
import { CheckRequestService } from '../check-request.service';
import { type ListedPerson, PersonListRepository, type UncheckedPerson } from '../person-list.repository';
import { type HistoryEntry, VerificationReader } from '../verification-reader.service';
import { CHECK_OF_PERSON, LIST_OF_UNCHECKED } from './described-checks.dto';
import { HISTORY_OF_PERSON, LIST_OF_UNVERIFIED } from './described-lists.dto';
import { isRegisterStream } from '../stream-restart.service';
import { parseUncheckedQuery, parseUnverifiedQuery } from './list-queries.dto';

/** Whom officials have to look at, and how it came to that. */
@Controller('api/admin/persons')
export class UnverifiedPersonsController {
  constructor(
    @Inject(PersonListRepository) private readonly lists: PersonListRepository,
    @Inject(VerificationReader) private readonly verifications: VerificationReader,
    @Inject(CheckRequestService) private readonly checkRequests: CheckRequestService,
  ) {}

  @Get('unverified')
  @Needs('person:read', { of: 'NHS' })
  @Describes(LIST_OF_UNVERIFIED)
  async unverified(@Query() query: Record<string, unknown>): Promise<ListAnswer<ListedPerson>> {
    const { page: request, filter } = parseUnverifiedQuery(query);
    const { entries, total } = await this.lists.unverified(filter, request);
    return new ListAnswer(entries, { request, total });
  }

  @Get('cannot_be_checked')
  @Needs('person:read', { of: 'NHS' })
  @Describes(LIST_OF_UNCHECKED)
  async cannotBeChecked(@Query() query: Record<string, unknown>): Promise<ListAnswer<UncheckedPerson>> {
    const { page: request, filter } = parseUncheckedQuery(query);
    const { entries, total } = await this.lists.cannotBeChecked(filter.stream, request);
    return new ListAnswer(entries, { request, total });
  }

  @Get(':id/verification/:stream/check')
  @Needs('person:read', { of: 'NHS' })
  @Describes(CHECK_OF_PERSON)
  check(@Param() { id, stream }: Readonly<Record<'id' | 'stream', string>>): Promise<CheckRequestRow> {
    // The path of no other stream is there.
    if (!isRegisterStream(stream)) throw new NotFoundException();
    const personId = new ParseId().transform(id, { type: 'param', data: 'id' });
    return this.checkRequests.find({ personId, stream });
  }

  @Get(':id/verification/history')
  @Needs('person:read', { of: 'NHS' })
  @Describes(HISTORY_OF_PERSON)
  async history(
    @Param('id', ParseId) personId: string,
    @Query() query: Record<string, unknown>,
  ): Promise<ListAnswer<HistoryEntry>> {
    const request = parsePaging(query);
    const { entries, total } = await this.verifications.history(personId, request);
    return new ListAnswer(entries, { request, total });
  }
}
