import { Get, NotFoundException, Post } from '@nestjs/common';
import { NeedsByField } from '../../http';
import { ConsoleController } from '../frame/page.decorator';

/** Answers for every path below `/console` that is no page: as a page, and only to those who are signed in. */
@ConsoleController()
export class UnknownPageController {
  @Get('*path')
  @NeedsByField()
  unknownPage(): never {
    throw new NotFoundException();
  }

  @Post('*path')
  @NeedsByField()
  unknownForm(): never {
    throw new NotFoundException();
  }
}
