import { Controller, Get, Param, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { AuditsReading, ListAnswer, Needs, Refuses, ShowsList } from '../../http';
import { LISTED_PERSON_EXAMPLE, ListedPersonDto, StatusQuery } from './person-lists.dto';
import { PersonPath, VERIFICATION_EXAMPLE, VerificationDto } from './verification.dto';
import { type ListedPerson, PersonListRepository } from '../person-list.repository';
import { VerificationReader, type VerificationDetails } from '../verification-reader.service';

/** The verification of persons. */
@Controller('api/persons')
export class PersonVerificationController {
  constructor(
    private readonly verifications: VerificationReader,
    private readonly lists: PersonListRepository,
  ) {}

  @Get('verifications')
  @ShowsList()
  @Needs('person_verification:read')
  @AuditsReading('persons')
  @ApiOperation({ summary: 'Active persons by their cumulative verification status' })
  @ApiOkResponse({ type: ListedPersonDto, isArray: true, example: LISTED_PERSON_EXAMPLE })
  async list(@Query() { verification_status, request }: StatusQuery): Promise<ListAnswer<ListedPerson>> {
    const { entries, total } = await this.lists.ofStatus(verification_status, request);
    return new ListAnswer(entries, { request, total });
  }

  @Get(':id/verification')
  @Needs('person_verification:details')
  @AuditsReading('persons')
  @ApiOperation({ summary: 'The verification of a person: the cumulative status, and each stream' })
  @ApiOkResponse({ type: VerificationDto, example: VERIFICATION_EXAMPLE })
  @Refuses('verification_not_found')
  verification(@Param() { id }: PersonPath): Promise<VerificationDetails> {
    return this.verifications.details(id);
  }
}
