import { Controller, Get, Inject, Param, Query } from '@nestjs/common';
import { Describes, ListAnswer, Needs, ParseId } from '../http';
import { LIST_OF_PERSONS } from './admin/described-lists.dto';
import { VERIFICATION_OF_PERSON } from './admin/described-verification.dto';
import { parseStatusQuery } from './admin/list-queries.dto';
import { type ListedPerson, PersonListRepository } from './person-list.repository';
import { VerificationReader, type VerificationDetails } from './verification-reader.service';

/** How the verification of persons stands. */
@Controller('api/persons')
export class PersonVerificationController {
  constructor(
    @Inject(VerificationReader) private readonly verifications: VerificationReader,
    @Inject(PersonListRepository) private readonly lists: PersonListRepository,
  ) {}

  @Get('verifications')
  @Needs('person_verification:read')
  @Describes(LIST_OF_PERSONS)
  async list(@Query() query: Record<string, unknown>): Promise<ListAnswer<ListedPerson>> {
    const { page: request, filter } = parseStatusQuery(query);
    const { entries, total } = await this.lists.ofStatus(filter.verification_status, request);
    return new ListAnswer(entries, { request, total });
  }

  @Get(':id/verification')
  @Needs('person_verification:details')
  @Describes(VERIFICATION_OF_PERSON)
  verification(@Param('id', ParseId) id: string): Promise<VerificationDetails> {
    return this.verifications.details(id);
  }
}
