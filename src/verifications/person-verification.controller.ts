import { Controller, Get, Inject, Param } from '@nestjs/common';
import { ParseId } from '../http';
import { ReadVerification, type VerificationDetails } from './read-verification';

/** How a person's verification stands. */
@Controller('api/persons')
export class PersonVerificationController {
  constructor(@Inject(ReadVerification) private readonly readVerification: ReadVerification) {}

  @Get(':id/verification')
  verification(@Param('id', ParseId) id: string): Promise<VerificationDetails> {
    return this.readVerification.run(id);
  }
}
