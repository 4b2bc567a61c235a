import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { ListAnswer, Needs, ParseId, parsePaging } from '../../http';
import { type ListedPerson, PersonListRepository } from '../person-list.repository';
import { type HistoryEntry, ReadHistory } from '../read-history';
import { parseUnverifiedQuery } from './list-queries.dto';

/** Whom officials have to look at, and how it came to that. */
@Controller('api/admin/persons')
export class UnverifiedPersonsController {
  constructor(
    @Inject(PersonListRepository) private readonly lists: PersonListRepository,
    @Inject(ReadHistory) private readonly readHistory: ReadHistory,
  ) {}

  @Get('unverified')
  @Needs('person:read', { of: 'NHS' })
  async unverified(@Query() query: Record<string, unknown>): Promise<ListAnswer<ListedPerson>> {
    const { page: request, filter } = parseUnverifiedQuery(query);
    const { entries, total } = await this.lists.unverified(filter, request);
    return new ListAnswer(entries, { request, total });
  }

  @Get(':id/verification/history')
  @Needs('person:read', { of: 'NHS' })
  async history(
    @Param('id', ParseId) personId: string,
    @Query() query: Record<string, unknown>,
  ): Promise<ListAnswer<HistoryEntry>> {
    const request = parsePaging(query);
    const { entries, total } = await this.readHistory.run(personId, request);
    return new ListAnswer(entries, { request, total });
  }
}
