import { Inject } from '@nestjs/common';
import { Args, Query, Resolver } from '@nestjs/graphql';
import type { Caller } from '../../domain/access/access.rules';
import { type Connection, connectionOf, databaseIdOf, type PageAsked, windowOf } from '../../graphql';
import { CallerOf, Needs } from '../../http';
import { PersonListRepository } from '../person-list.repository';
import { type PersonNode, PersonNodes } from './person-nodes';
import { listChosenBy } from './unverified-filter';

/** Whom officials have to look at. */
@Resolver()
export class PersonsResolver {
  constructor(
    @Inject(PersonListRepository) private readonly lists: PersonListRepository,
    @Inject(PersonNodes) private readonly persons: PersonNodes,
  ) {}

  @Query('person')
  @Needs('person:read', { of: 'NHS' })
  async person(@Args('id') id: string, @CallerOf() caller: Caller): Promise<PersonNode> {
    return this.persons.one(databaseIdOf('Person', id, 'id'), caller);
  }

  @Query('unverifiedPersons')
  @Needs('person:read', { of: 'NHS' })
  async unverified(
    @Args() { filter, ...page }: PageAsked & { readonly filter?: unknown },
    @CallerOf() caller: Caller,
  ): Promise<Connection<PersonNode>> {
    const window = windowOf(page);
    const list = await listChosenBy(filter);
    // One row more tells whether the list goes on.
    const rows = await this.lists.rows(list, { offset: window.offset, size: window.size + 1 });
    const nodes = this.persons.of(rows.slice(0, window.size), caller);
    return connectionOf(nodes, { offset: window.offset, goesOn: rows.length > window.size });
  }
}
