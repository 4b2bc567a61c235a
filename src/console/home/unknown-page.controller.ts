import { Get, NotFoundException, Post } from '@nestjs/common';
import { NeedsToken } from '../../http';
import { ConsoleController } from '../frame/page.decorator';

/** Answers for every path below `/console` that is no page: as a page, and only to those who are signed in. */
@ConsoleController()
export class UnknownPageController {
  @Get('*path')
  @NeedsToken()
  unknownPage(): never {
    throw new NotFoundException();
  }

  @Post('*path')
  @NeedsToken()
  unknownForm(): never {
    throw new NotFoundException();
  }
}
