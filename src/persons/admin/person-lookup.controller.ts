import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Caller } from '../../domain/access/access.rules';
import { AuditsReading, CallerOf, Needs, Refuses } from '../../http';
import {
  type FoundPersons,
  type MaskedPerson,
  type PersonCard,
  PersonLookup,
} from '../person-lookup.service';
import {
  CardPath,
  FOUND_PERSON_EXAMPLE,
  FOUND_PERSONS_EXAMPLE,
  FoundPersonDto,
  FoundPersonsDto,
  PERSON_CARD_EXAMPLE,
  PERSON_SEARCH_EXAMPLE,
  PersonCardDto,
  PersonSearchDto,
  READING_REASON_EXAMPLE,
  ReadingReasonDto,
} from './person-lookup.dto';

/** Officials find a person and read their card. The search and the unmasked card need a reason, which is audited. */
@Controller('api/admin/persons')
export class PersonLookupController {
  constructor(private readonly lookup: PersonLookup) {}

  @Post('search')
  @HttpCode(200)
  @Needs('person:read', { of: 'NHS' })
  @ApiOperation({
    summary: 'Persons with a document, a tax number, a UNZR, or a name and birth date; masked',
    description:
      'By exactly one of them, with a reason. At most 20 persons, active and inactive. Every search is recorded, also one that finds nobody.',
  })
  @ApiBody({ type: PersonSearchDto, examples: { body: { value: PERSON_SEARCH_EXAMPLE } } })
  @ApiOkResponse({ type: FoundPersonsDto, example: FOUND_PERSONS_EXAMPLE })
  search(@Body() asked: PersonSearchDto, @CallerOf() caller: Caller): Promise<FoundPersons> {
    return this.lookup.search(asked.question(), { actorId: caller.userId, reason: asked.stated });
  }

  @Get(':id/card')
  @Needs('person:read', { of: 'NHS' })
  @AuditsReading('persons')
  @ApiOperation({ summary: 'The card of a person; masked' })
  @ApiOkResponse({ type: FoundPersonDto, example: FOUND_PERSON_EXAMPLE })
  @Refuses('person_not_found')
  card(@Param() { id }: CardPath): Promise<MaskedPerson> {
    return this.lookup.maskedCard(id);
  }

  @Post(':id/card/reveal')
  @HttpCode(200)
  @Needs('person:read', { of: 'NHS' })
  @ApiOperation({
    summary: 'The card of a person; unmasked',
    description: 'With the reason that was given at the search. Every reading is recorded with it.',
  })
  @ApiBody({ type: ReadingReasonDto, examples: { body: { value: READING_REASON_EXAMPLE } } })
  @ApiOkResponse({ type: PersonCardDto, example: PERSON_CARD_EXAMPLE })
  @Refuses('person_not_found')
  async reveal(
    @Param() { id }: CardPath,
    @Body() { stated }: ReadingReasonDto,
    @CallerOf() caller: Caller,
  ): Promise<PersonCard> {
    const { card } = await this.lookup.reveal(id, { actorId: caller.userId, reason: stated });
    return card;
  }
}
