import { Args, Mutation, Query, Resolver } from '@nestjs/graphql';
import { isAllowed, type Caller } from '../domain/access/access.rules';
import { globalId, inCamelCase } from '../graphql';
import { CallerOf, Needs } from '../http';
import type { UnzrInfoRow } from './unzr-info.repository';
import { SyncUnzrDto, UnzrQuery } from './unzr-info.dto';
import { UnzrInfoService } from './unzr-info.service';

/** The same as the calls of REST, by the names that were published for GraphQL. */
@Resolver()
export class UnzrInfoResolver {
  constructor(private readonly unzrInfo: UnzrInfoService) {}

  @Query('unzrInfoRegister')
  @Needs('unzr:read', { of: 'NHS' })
  async read(@Args() { unzr }: UnzrQuery, @CallerOf() caller: Caller): Promise<object | null> {
    const row = await this.unzrInfo.find(unzr, caller.userId);
    return row === undefined ? null : nodeOf(row);
  }

  @Mutation('syncUnzrInfoRegister')
  @Needs('unzr:write', { of: 'NHS' })
  async sync(@Args('input') { unzr }: SyncUnzrDto, @CallerOf() caller: Caller): Promise<object> {
    const reads = isAllowed(caller, 'unzr:read');
    return { unzrInfo: nodeOf(await this.unzrInfo.sync({ unzr, userId: caller.userId, reads })) };
  }
}

function nodeOf({ id, ...row }: UnzrInfoRow): object {
  return { ...inCamelCase(row), id: globalId('UnzrInfo', id), databaseId: id };
}
