import { Get } from '@nestjs/common';
import type { Caller } from '../../domain/access/access.rules';
import { isAllowed, SCOPES, type Scope } from '../../domain/access/access.rules';
import { CallerOf, NeedsToken } from '../../http';
import { ConsoleController, Page } from '../frame/page.decorator';
import { view } from '../frame/view';

interface HomeModel {
  readonly scopes: readonly Scope[];
  readonly userId: string;
  readonly clientId: string;
}

export const HOME_PAGE = view<HomeModel>('home', (freeText) => [
  { scopes: SCOPES, userId: freeText, clientId: freeText },
  { scopes: [], userId: freeText, clientId: freeText },
]);

/** The first page: the sections that the reader may open. */
@ConsoleController()
export class HomeController {
  @Get()
  @NeedsToken()
  @Page(HOME_PAGE)
  home(@CallerOf() caller: Caller): HomeModel {
    const { userId, clientId } = caller;
    return { scopes: SCOPES.filter((scope) => isAllowed(caller, scope)), userId, clientId };
  }
}
